"""Which part of a ledger is asked for."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patrols.forms.patrols import PatrolDayField
from patrols.models import Programme


def this_year() -> tuple[date, date]:
    """Return the first and the last day of this year."""
    today = timezone.localdate()
    return date(today.year, 1, 1), date(today.year, 12, 31)


class PeriodForm(forms.Form):
    """A period, this year unless said, and perhaps one programme."""

    first = PatrolDayField(label=_("From"), required=False)
    last = PatrolDayField(label=_("To"), required=False)

    def __init__(self, data: Any, *, programmes: "QuerySet[Programme]") -> None:
        """Offer the programmes that the reader sees; a wrong choice is left out."""
        first, last = this_year()
        given = {"first": f"{first}", "last": f"{last}"} | {
            name: value for name, value in data.items() if value
        }
        super().__init__(given)
        self.fields["programme"] = forms.ModelChoiceField(
            programmes,
            label=_("Programme"),
            required=False,
            empty_label=_("all together"),
        )

    @property
    def chosen(self) -> dict[str, Any]:
        """What is asked for; where it is wrong, what is usual."""
        self.is_valid()
        given = self.cleaned_data
        usual = this_year()
        first, last = given.get("first") or usual[0], given.get("last") or usual[1]
        programme = given.get("programme")
        pk: UUID | None = programme.pk if programme else None
        return {"first": first, "last": max(first, last), "programme": pk}
