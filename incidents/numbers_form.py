"""Which incidents are counted, as it stands in the page's URL."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.forms import DayField, NamedForm, any_agency
from incidents.models import Category, Severity
from incidents.numbers import MOST_DAYS, WEEK, Asked
from patrols import calendar
from patrols.models import BorderSection

# Weeks that are shown if nothing is said, this one among them.
USUAL = 12


def usual_days() -> tuple[date, date]:
    """Return the days that are counted if nothing is said."""
    today = timezone.localdate()
    return calendar.week_of(today)[0] - (USUAL - 1) * WEEK, today


class NumbersForm(NamedForm, forms.Form):
    """A time, and which incidents; what is wrong is as good as not said."""

    first = DayField(label=_("from"), required=False)
    last = DayField(label=_("to"), required=False)
    category = forms.ChoiceField(
        label=_("category"), required=False, choices=[("", _("any")), *Category.choices]
    )
    severity = forms.ChoiceField(
        label=_("severity"), required=False, choices=[("", _("any")), *Severity.choices]
    )
    owner = any_agency(_("owner"))
    section = forms.ModelChoiceField(
        BorderSection._default_manager.defer("line"),
        label=_("border section"),
        required=False,
        empty_label=_("any"),
    )

    def __init__(self, data: Any) -> None:
        """Ask for the usual days, if nothing is said."""
        first, last = usual_days()
        given = {"first": f"{first}", "last": f"{last}"}
        super().__init__(given | {name: one for name, one in data.items() if one})

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins, or is too long."""
        given = self.cleaned_data
        first, last = given.get("first") or usual_days()[0], given.get("last")
        if last and not 0 <= (last - first).days < MOST_DAYS:
            self.add_error("last", _("From the first to the last day, a year at most."))
        return given

    @property
    def asked(self) -> Asked:
        """What is asked for."""
        self.is_valid()
        given, usual = self.cleaned_data, usual_days()
        first, last = given.get("first") or usual[0], given.get("last")
        if last is None:
            last = min(max(first, usual[1]), first + timedelta(days=MOST_DAYS - 1))
        owner, section = given.get("owner"), given.get("section")
        return Asked(
            first=first,
            last=last,
            zone=ZoneInfo(timezone.get_current_timezone_name()),
            category=given.get("category") or "",
            severity=given.get("severity") or "",
            owner=owner.pk if owner else None,
            section=section.pk if section else "",
        )
