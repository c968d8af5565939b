"""Forms of the administration: each carries its action out."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.postgres.forms import SimpleArrayField
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.actions import agreements, clients, directory
from agencies.errors import Refused
from agencies.forms import NamedForm
from agencies.models import Agency, Agreement, Client, Purpose, State
from agencies.policy import Actor, Level, Role

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


class ActionForm(NamedForm, ModelForm):
    """A form of the administration that carries its action out.

    It does so as the last step of validation, in a savepoint, so that a refusal
    is shown beside the field that caused it.
    """

    by: Actor
    done: Any = None

    def act(self, values: dict[str, Any]) -> Any:
        """Call the action; return its row."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        values = dict(self.cleaned_data)
        if not self.instance._state.adding:
            values = {name: values[name] for name in self.changed_data}
        try:
            with transaction.atomic():
                self.done = self.act(values)
        except Refused as refusal:
            name = (refusal.pointer or "").strip("/")
            self.add_error(name if name in self.fields else None, str(refusal))


class LevelField(forms.TypedChoiceField):
    """A clearance, by its name."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer all; the action refuses what is above the administrator's own."""
        super().__init__(coerce=int, choices=Level.choices, initial=0, **kwargs)


class StateForm(ActionForm):
    """A state."""

    class Meta:
        """Its code, once, and its name."""

        model = State
        fields = ["code", "name"]

    def act(self, values: dict[str, Any]) -> State:
        """Register it, or correct its name."""
        given = {"code": self.instance.code, "name": self.instance.name} | values
        return directory.register_state(by=self.by, **given)


class AgencyForm(ActionForm):
    """An agency."""

    languages = SimpleArrayField(
        forms.CharField(max_length=8), required=False, label=_("languages")
    )

    class Meta:
        """Everything."""

        model = Agency
        fields = ["code", "name", "kind", "state", "languages", "time_zone"]

    def act(self, values: dict[str, Any]) -> Agency:
        """Register or change it."""
        if self.instance._state.adding:
            return directory.register_agency(by=self.by, **values)
        return directory.change_agency(agency=self.instance, by=self.by, **values)


class AgreementForm(ActionForm):
    """A new agreement with its first parties; others join on its page."""

    purposes = forms.MultipleChoiceField(
        label=_("purposes"),
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    parties = forms.ModelMultipleChoiceField(
        Agency.objects.all(),
        label=_("parties"),
        help_text=_("With equal entitlement to lead; others join on its page."),
    )

    class Meta:
        """What it permits."""

        model = Agreement
        fields = [
            "code",
            "name",
            "is_multilateral",
            "signed_on",
            "in_force_from",
            "in_force_until",
            "purposes",
            "max_crossing_m",
            "max_tlp",
        ]

    def act(self, values: dict[str, Any]) -> Agreement:
        """Register it."""
        parties = dict.fromkeys(values.pop("parties"), 1)
        return agreements.create_agreement(parties=parties, by=self.by, **values)


def _scopes() -> dict[str, str]:
    known: Any = settings.OAUTH2_PROVIDER["SCOPES"]
    return dict(known)


class ClientForm(ActionForm):
    """An agency's system."""

    secret = ""
    allowed_scopes = forms.MultipleChoiceField(
        label=_("scopes"),
        choices=lambda: list(_scopes().items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None at all: the client is shut out at once."),
    )
    clearance = LevelField(label=_("clearance"))

    class Meta:
        """Never the secret."""

        model = Client
        fields = ["name", "agency", "allowed_scopes", "clearance"]

    def act(self, values: dict[str, Any]) -> Client:
        """Create or change it; a new secret is for the page that follows only."""
        if not self.instance._state.adding:
            return clients.change_client(client=self.instance, by=self.by, **values)
        if Role.PLATFORM_ADMIN not in self.by.roles:
            values["agency"] = Agency.objects.get(code=self.by.agency)
        made, self.secret = clients.create_client(by=self.by, **values)
        return made
