"""Forms of rosters."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.forms import DayField, RefusableForm, choose, levels_of, offer
from agencies.models import Agreement
from agencies.policy import Actor

# Days of a roster, unless asked for otherwise.
USUAL = 28


class RosterForm(RefusableForm):
    """Of which days a roster is asked for."""

    agreement = forms.ModelChoiceField(
        Agreement._default_manager.none(), label=_("agreement"), to_field_name="code"
    )
    from_on = DayField(label=_("first day"))
    until_on = DayField(label=_("last day"))
    seconds = forms.IntegerField(
        label=_("seconds"),
        min_value=5,
        max_value=300,
        initial=60,
        help_text=_("The longer, the better the plan. You can stop it at any time."),
    )
    level = forms.TypedChoiceField(
        label=_("level"),
        coerce=int,
        initial=0,
        help_text=_("It takes in patrols up to this level, and is seen from it on."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer the agency's agreements, and four weeks from today."""
        today = timezone.localdate()
        last = today + timedelta(days=USUAL - 1)
        kwargs.setdefault("initial", {"from_on": today, "until_on": last})
        super().__init__(*args, **kwargs)
        codes = [membership.agreement for membership in actor.memberships]
        known = Agreement.objects.visible_to(actor).filter(code__in=codes)
        offer(self, "agreement", known)
        choose(self, "level", levels_of(actor))
