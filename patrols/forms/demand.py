"""The part of a programme's form that says what each of its patrols asks for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms import choose
from agencies.models import AssetKind, State, certification_code
from patrols.demand import COMMANDER, MOST, demand_of

OFFICERS, EQUIPMENT = "officers_", "equipment_"
_MORE = ("certificates", "languages", "territories", "is_certified")


class Counted(forms.CharField):
    """Numbers by name, written with commas: ``medic 1, driver 2``."""

    default_error_messages = {
        "not_counted": _("A name and a number, with commas: %(example)s"),
        "unknown": _("No such kind: %(name)s"),
    }

    def __init__(self, *, example: str, kinds: Iterable[str] = (), **kwargs: Any):
        super().__init__(required=False, max_length=300, **kwargs)
        self.example, self.kinds = example, set(kinds)

    def prepare_value(self, value: Any) -> Any:
        """Show numbers as they are written."""
        if isinstance(value, dict):
            return ", ".join(f"{name} {number}" for name, number in value.items())
        return value

    def clean(self, value: Any) -> Any:
        """Return the numbers by code."""
        found: dict[str, int] = {}
        for part in filter(None, map(str.strip, (super().clean(value)).split(","))):
            name, _space, number = part.rpartition(" ")
            code = certification_code(name)
            if not code or not number.isdecimal() or not 1 <= int(number) <= MOST:
                shown = {"example": self.example}
                raise ValidationError(
                    self.error_messages["not_counted"], "not_counted", shown
                )
            if self.kinds and code not in self.kinds:
                raise ValidationError(
                    self.error_messages["unknown"], "unknown", {"name": name}
                )
            found[code] = int(number)
        return found


class DemandForm(forms.Form):
    """Officers by agency in plain rows, and the rest of a demand."""

    is_certified = forms.BooleanField(
        label=_("the commander holds the commanders' certificate"),
        required=False,
        initial=True,
    )
    certificates = Counted(
        label=_("certificates in the crew"),
        example="medic 1, driver 1",
        help_text=_("Such as: medic 1, driver 1"),
    )
    languages = forms.RegexField(
        r"^\s*[A-Za-z]{2,8}(\s*,\s*[A-Za-z]{2,8})*\s*$",
        label=_("languages, one of which all share"),
        required=False,
        max_length=80,
        help_text=_("By their codes: ru, ky. Empty: not asked."),
        error_messages={"invalid": _("Codes with commas: ru, ky.")},
    )
    territories = forms.MultipleChoiceField(
        label=_("states whose territory is entered"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody in the crew needs leave to act there."),
    )

    def ask_of(self, codes: Iterable[str]) -> None:
        """Add the rows of some agencies."""
        self.sending = sorted(codes)
        choose(self, "territories", State.objects.values_list("code", "name"))
        for code in self.sending:
            self.fields[OFFICERS + code] = forms.IntegerField(
                label=code, min_value=0, max_value=MOST, required=False
            )
            self.fields[EQUIPMENT + code] = Counted(
                label=code, example="vehicle 1, radio 2", kinds=AssetKind.values
            )

    @property
    def demand_fields(self) -> set[str]:
        """The names of all of them."""
        rows = {mark + code for code in self.sending for mark in (OFFICERS, EQUIPMENT)}
        return {*_MORE, *rows}

    @property
    def equipment_rows(self) -> list[Any]:
        """The fields of what each agency brings along."""
        return [self[EQUIPMENT + code] for code in self.sending]

    @property
    def has_more(self) -> bool:
        """Whether something is asked for, or wrong, beside numbers of officers."""
        names = self.demand_fields - {OFFICERS + code for code in self.sending}
        values = (self[name].value() for name in names - {"is_certified"})
        return any(values) or any(name in self.errors for name in names)

    def demand(self, entitled: Iterable[str]) -> dict[str, Any]:
        """Return the demand to be stored; nothing where it is the usual one."""
        given, codes = self.cleaned_data, sorted(entitled)
        counts = {code: given.get(OFFICERS + code) for code in codes}
        spoken = (given.get("languages") or "").lower().replace(" ", "")
        brought = {code: given.get(EQUIPMENT + code) or {} for code in codes}
        made = {
            "places": {code: 1 if n is None else n for code, n in counts.items()},
            "certificates": given.get("certificates") or {},
            "commander_certificate": COMMANDER if given.get("is_certified") else "",
            "languages": [one for one in spoken.split(",") if one],
            "equipment": {code: n for code, n in brought.items() if n},
            "territories": given.get("territories") or [],
        }
        return {} if made == demand_of({}, codes).as_json() else made


def shown_demand(stored: dict[str, Any], codes: Iterable[str]) -> dict[str, Any]:
    """Return what the form shows of a stored demand."""
    demand = demand_of(stored, codes)
    shown: dict[str, Any] = {
        "is_certified": bool(demand.commander_certificate),
        "certificates": dict(demand.certificates),
        "languages": ", ".join(demand.languages),
        "territories": list(demand.territories),
    }
    shown |= {OFFICERS + code: n for code, n in demand.places.items()}
    return shown | {EQUIPMENT + code: dict(n) for code, n in demand.equipment.items()}
