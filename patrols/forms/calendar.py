"""What is asked of the calendar and of the coverage, in their URLs; and new feeds."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.forms import RefusableForm, any_agency, offer
from agencies.policy import Actor
from patrols.forms.patrols import PatrolDayField
from patrols.models import Programme

VIEWS = [("month", _("month")), ("week", _("week")), ("state", _("by state"))]


class PeriodForm(forms.Form):
    """Which month or week; this one, if nothing is said."""

    view = forms.ChoiceField(
        choices=VIEWS[:2], required=False, widget=forms.HiddenInput
    )
    on = PatrolDayField(label=_("day"), required=False)

    def __init__(self, data: QueryDict) -> None:
        """Ask for the present, if nothing is said."""
        given = data.copy()
        given.setdefault("on", timezone.localdate().isoformat())
        super().__init__(given)

    @property
    def asked(self) -> dict[str, Any]:
        """Return what was asked and understood."""
        self.is_valid()
        return self.cleaned_data

    @property
    def day(self) -> date:
        """Return the day whose month or week is asked for."""
        return self.asked.get("on") or timezone.localdate()

    @property
    def shown(self) -> str:
        """Return the view that is asked for."""
        return self.asked.get("view") or "month"


class CalendarForm(PeriodForm):
    """A calendar of patrols, perhaps those of one agency."""

    view = forms.ChoiceField(choices=VIEWS, required=False, widget=forms.HiddenInput)
    agency = any_agency(_("takes part"))


class FeedForm(RefusableForm):
    """A new calendar feed."""

    programme = forms.ModelChoiceField(
        Programme._default_manager.none(),
        label=_("what it holds"),
        required=False,
        empty_label=_("my duties"),
    )
    with_zone = forms.BooleanField(
        label=_("with zone"),
        required=False,
        help_text=_("The zone's name then lies in your phone, and with its maker."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer the programmes that the officer sees."""
        super().__init__(*args, **kwargs)
        offer(self, "programme", Programme.objects.visible_to(actor))
