"""Forms that the pages of all owned rows share: marking, version, releases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import MomentField, PartForm, RefusableForm, choose
from agencies.models import Agency, Agreement, Officer
from agencies.policy import TLP, Actor
from agencies.records import ReleaseScope


class MarkedForm(RefusableForm):
    """A form of an owned row: its marking, and the version that was shown."""

    tlp = forms.ChoiceField(
        label="TLP",
        choices=TLP.choices,
        initial=TLP.AMBER,
        help_text=_(
            "It caps releases. RED: named officers only; AMBER+STRICT: named"
            " agencies, no agreements."
        ),
    )
    level = forms.TypedChoiceField(
        label=_("level"),
        coerce=int,
        initial=0,
        help_text=_("The clearance that a reader needs."),
    )

    # What was shown, so that nobody overwrites what somebody else wrote since.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer the levels up to the officer's own."""
        super().__init__(*args, **kwargs)
        self.actor = actor
        if is_new:
            del self.fields["version"]
        choose(self, "level", [(n, str(n)) for n in range(actor.clearance + 1)])

    @property
    def given(self) -> dict[str, Any]:
        """What the action is to set: of an existing record, what was changed."""
        names = set(self.cleaned_data) - {"version"}
        if "version" in self.fields:
            names &= set(self.changed_data)
        return {name: self.cleaned_data[name] for name in names}


class ReleaseForm(PartForm):
    """To whom, how much, until when, why."""

    name = "release"

    grantee = forms.ChoiceField(label=_("grantee"))
    scope = forms.ChoiceField(label=_("how much"), choices=ReleaseScope.choices)
    expires_at = MomentField(label=_("until"), required=False)
    reason = forms.CharField(label=_("reason"), max_length=300, required=False)

    def __init__(
        self, *args: Any, actor: Actor, has_tear_line: bool, **kwargs: Any
    ) -> None:
        """Offer whom the actor may name."""
        super().__init__(*args, **kwargs)
        choose(self, "grantee", grantee_choices(actor))
        self.fields["expires_at"].help_text = actor.time_zone
        if not has_tear_line:
            choose(self, "scope", ReleaseScope.choices[:1])


def grantee_choices(actor: Actor) -> list[Any]:
    """Return all whom the actor may name as a grantee, in groups."""
    agencies = Agency.objects.exclude(code=actor.agency)
    agreements = Agreement.objects.visible_to(actor).filter(
        code__in=[membership.agreement for membership in actor.memberships]
    )
    officers = Officer.objects.visible_to(actor).filter(is_active=True)
    others = officers.exclude(pk=actor.officer_id).select_related("agency")
    return [
        (_("Agencies"), [(f"agency:{row.code}", str(row)) for row in agencies]),
        (_("Agreements"), [(f"agreement:{row.code}", str(row)) for row in agreements]),
        (_("Officers"), [(f"officer:{row.username}", str(row)) for row in others]),
    ]
