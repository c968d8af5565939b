"""Which situation report is asked for, and what one is proved by."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.forms import DayField, PartForm, offer
from agencies.models import Agreement
from agencies.policy import Actor
from incidents.models import SitrepScope

# A file that is larger is none of ours.
MOST_BYTES = 10_000_000


class SitrepForm(PartForm):
    """A day, and of what the report tells."""

    name = "ask"

    day_on = DayField(label=_("day"))
    scope = forms.ChoiceField(label=_("scope"), choices=SitrepScope.choices)
    agreement = forms.ModelChoiceField(
        Agreement._default_manager.none(),
        label=_("agreement (optional)"),
        required=False,
        to_field_name="code",
        empty_label=_("none"),
        help_text=_(
            "Needed only where the scope is the records of an agreement's parties."
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer the agency's agreements, and today."""
        kwargs.setdefault("initial", {"day_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["day_on"].help_text = actor.time_zone
        codes = [membership.agreement for membership in actor.memberships]
        known = Agreement.objects.visible_to(actor).filter(code__in=codes)
        offer(self, "agreement", known)


class VerifyForm(PartForm):
    """The code on the paper, or the file itself."""

    name = "verify"

    code = forms.CharField(
        label=_("verification code, or SHA-256 of the file"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={"placeholder": "ABCD-EFGH-IJKL-MNOP", "autocomplete": "off"}
        ),
    )
    file = forms.FileField(label=_("or the file"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse nothing at all, and what is too large."""
        given = self.cleaned_data
        file = given.get("file")
        if not given.get("code") and not file:
            self.add_error("code", _("Type the code, or choose the file."))
        if file and file.size > MOST_BYTES:
            self.add_error("file", _("This file is too large to be a report."))
        return given
