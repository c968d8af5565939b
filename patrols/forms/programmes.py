"""The form of programmes: the rule in a planner's words."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from agencies.errors import Refused
from agencies.forms import DayField, DaysField, choose, offer
from agencies.forms.records import MarkedForm
from agencies.models import Agency, Agreement, Party, Purpose
from patrols.forms.demand import OFFICERS, DemandForm, shown_demand
from patrols.forms.patrols import PatrolDayField, own_agreements
from patrols.forms.recurrence import (
    CUSTOM,
    FIELDS,
    FREQUENCIES,
    WEEKLY,
    fields_of,
    rule_of,
)
from patrols.models import BorderSection, Programme, Route, Zone
from patrols.recurrence import DAYS, BadRule, parse
from patrols.wording import ORDINALS


@dataclass(frozen=True)
class PartyShare:
    """One party's share in the lead, and the agreements that it is a party to."""

    code: str
    name: str
    agreements: list[str]
    field: Any
    officers: Any


class ProgrammeForm(DemandForm, MarkedForm):
    """A programme. Each agency of the officer's agreements has a field of its own."""

    code = forms.CharField(label=_("code"), max_length=24)
    name = forms.CharField(label=_("name"), max_length=120)
    agreement = forms.ModelChoiceField(
        Agreement._default_manager.none(), label=_("agreement"), to_field_name="code"
    )
    purpose = forms.ChoiceField(label=_("purpose"), choices=Purpose.choices)
    zone = forms.ModelChoiceField(Zone._default_manager.none(), label=_("zone"))
    route = forms.ModelChoiceField(
        Route._default_manager.none(), label=_("route"), required=False
    )
    section_codes = forms.MultipleChoiceField(
        label=_("border sections"),
        required=False,
        widget=forms.SelectMultiple,
        help_text=_("Hold Ctrl to choose several."),
    )
    repeats = forms.ChoiceField(
        label=_("how often"), choices=FREQUENCIES, initial=WEEKLY
    )
    interval = forms.IntegerField(
        label=_("every"), required=False, min_value=1, max_value=99, initial=1
    )
    weekdays = forms.MultipleChoiceField(
        label=_("on which days"),
        required=False,
        choices=[(code, WEEKDAYS[n]) for n, code in enumerate(DAYS)],
        widget=forms.CheckboxSelectMultiple,
    )
    nth = forms.TypedChoiceField(
        label=_("which one in the month"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(n, ORDINALS[n]) for n in (1, 2, 3, 4, -1)],
    )
    month_days = forms.RegexField(
        r"^\s*-?\d{1,2}(\s*,\s*-?\d{1,2})*\s*$",
        label=_("days of the month"),
        required=False,
        help_text=_("Such as 1, 15. The last day is -1."),
        error_messages={"invalid": _("Days from 1 to 31, with commas: 1, 15.")},
    )
    recurrence = forms.CharField(
        label=_("rule"),
        required=False,
        max_length=200,
        help_text=_("An RRULE (RFC 5545), such as FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"),
    )
    until = DayField(
        label=_("last day"), required=False, help_text=_("Empty: until changed.")
    )
    first_on = PatrolDayField(label=_("first day"))
    excepted_on = DaysField(
        label=_("days left out"),
        required=False,
        help_text=_("Days without a patrol, with commas: 2026-12-31, 2027-03-21."),
    )
    start_time = forms.TimeField(
        label=_("start"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.ChoiceField(
        label=_("time zone"), help_text=_("The clock by which the patrols start.")
    )
    duration = forms.FloatField(
        label=_("length in hours"), min_value=0.25, max_value=720, initial=8
    )
    horizon_days = forms.IntegerField(
        label=_("days planned ahead"),
        min_value=1,
        max_value=366,
        initial=28,
        help_text=_("So far ahead the platform opens the patrols and names who leads."),
    )
    consent_days = forms.IntegerField(
        label=_("days to answer"),
        min_value=1,
        max_value=90,
        initial=7,
        help_text=_("Those who take part answer a proposal so long before the start."),
    )
    is_active = forms.BooleanField(label=_("active"), required=False, initial=True)

    def __init__(
        self, *args: Any, programme: Programme | None = None, **kwargs: Any
    ) -> None:
        """Offer agreements, places, zones of time, and the parties' weights."""
        super().__init__(*args, is_new=programme is None, **kwargs)
        agreements = own_agreements(self.actor)
        offer(self, "agreement", agreements)
        offer(self, "zone", Zone.objects.visible_to(self.actor))
        offer(self, "route", Route.objects.visible_to(self.actor))
        sections = BorderSection.objects.all().order_by("code")
        choose(self, "section_codes", [(row.code, str(row)) for row in sections])
        zones = Agency.objects.values_list("time_zone", flat=True)
        known = sorted({*zones, self.actor.time_zone, "UTC", *_time_zone(programme)})
        choose(self, "time_zone", [(zone, zone) for zone in known])
        self.fields["time_zone"].initial = self.actor.time_zone
        self.agreements = self._may_lead(agreements, programme)
        self.codes = sorted(self.agreements)
        for code in self.codes:
            self.fields[f"weight_{code}"] = forms.IntegerField(
                label=code, min_value=0, max_value=1000, required=False
            )
        self.ask_of(self.codes)
        if programme is None:
            del self.fields["is_active"]
            return
        # The legal basis of a programme does not change; found another one.
        del self.fields["agreement"]
        # A partner's zone may be out of sight by now: then it stays as it is.
        if (
            not Zone.objects.visible_to(self.actor)
            .filter(pk=programme.zone_id)
            .exists()
        ):
            del self.fields["zone"]

    def _may_lead(
        self, agreements: QuerySet[Agreement], programme: Programme | None
    ) -> dict[str, list[str]]:
        """Return who gets a field for a weight: agencies, each with its agreements.

        Those a programme names stay among them though they, or the officer's own
        agency, have left its agreement: else it could not be switched off.
        """
        parties = Party.objects.visible_to(self.actor).present()
        if programme is None:
            parties = parties.filter(agreement__in=agreements)
        else:
            parties = parties.filter(agreement=programme.agreement_id)
        found: dict[str, list[str]] = defaultdict(list)
        for code, agreement in parties.values_list("agency__code", "agreement__code"):
            found[code].append(agreement)
        for code in programme.entitlements if programme else ():
            found.setdefault(code, [])
        return dict(found)

    @property
    def shares(self) -> list[PartyShare]:
        """The parties with the fields of their shares in the lead."""
        names = dict(Agency.objects.values_list("code", "name"))
        return [
            PartyShare(
                code,
                names.get(code, ""),
                self.agreements[code],
                self[f"weight_{code}"],
                self[OFFICERS + code],
            )
            for code in self.codes
        ]

    def clean(self) -> dict[str, Any]:
        """Make the rule and the entitlements, of fields that are right themselves."""
        given = super().clean() or {}
        given |= {"rule": self._rule(given), "entitlements": {}}
        weights = {code: given.get(f"weight_{code}") for code in self.codes}
        given["entitlements"] = {code: n for code, n in weights.items() if n}
        if not given["entitlements"] and not self._wrong("weight_"):
            text = _("Give at least one agency a share in the lead.")
            self.add_error(None, text)
        return given

    def _rule(self, given: dict[str, Any]) -> str | None:
        if any(name in self.errors for name in FIELDS):
            return None
        first, until = given.get("first_on"), given["until"]
        if first and until and until < first:
            self.add_error("until", _("The last day lies before the first."))
            return None
        try:
            return parse(rule_of(given)).text
        except BadRule as error:
            is_named = error.code in self.fields
            self.add_error(error.code if is_named else self._ruling, str(error))
            return None

    @property
    def _ruling(self) -> str:
        """The field that shows what is wrong with the whole rule."""
        is_own = self.cleaned_data.get("repeats") == CUSTOM
        return "recurrence" if is_own else "repeats"

    def _wrong(self, prefix: str) -> bool:
        return any(name.startswith(prefix) for name in self.errors)

    @property
    def draft(self) -> dict[str, Any] | None:
        """What the next dates depend on; none while one of it is missing or wrong.

        Code, name and places may be missing: dates are shown before they are known.
        What is right of the rest goes along: conflicts depend on it.
        """
        names = (
            "first_on", "excepted_on", "start_time", "time_zone", "entitlements",
        )  # fmt: skip
        given = self.cleaned_data
        if given.get("rule") is None or not all(name in given for name in names):
            return None
        more = ("agreement", "purpose", "zone", "route", "section_codes", "level")
        draft = {name: given[name] for name in (*names, *more) if name in given}
        if hours := given.get("duration"):
            draft["duration"] = timedelta(hours=hours)
        if given["entitlements"] and not self.demand_fields & set(self.errors):
            demand = self.demand(given["entitlements"])
            if not demand or any(demand["places"].values()):
                draft["demand"] = demand
        return draft | {"recurrence": given["rule"]}

    @property
    def amiss(self) -> list[tuple[str, str]]:
        """What keeps the next dates from being known: labels and what to do."""
        names = [*FIELDS, "first_on", "excepted_on", "start_time", "time_zone"]
        names += [f"weight_{code}" for code in self.codes]
        return [
            (str(self[name].label), str(text))
            for name in names
            for text in self.errors.get(name, [])
        ]

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the programme."""
        inner = {"version", "rule", *FIELDS, *(f"weight_{code}" for code in self.codes)}
        inner |= self.demand_fields
        given = self.cleaned_data
        values = {name: given[name] for name in given if name not in inner}
        values["recurrence"] = given["rule"]
        values["duration"] = timedelta(hours=given["duration"])
        values["demand"] = self.demand(given["entitlements"])
        return values

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal beside the field that the officer sees of it."""
        pointer = refusal.pointer or ""
        _empty, _colon, place = pointer.partition("/entitlements/")
        _empty, _colon, sending = pointer.partition("/demand/places/")
        if f"weight_{place}" in self.fields:
            self.add_error(f"weight_{place}", str(refusal))
        elif OFFICERS + sending in self.fields:
            self.add_error(OFFICERS + sending, str(refusal))
        elif pointer == "/recurrence":
            self.add_error(self._ruling, str(refusal))
        else:
            super().refuse(refusal)


def _time_zone(programme: Programme | None) -> list[str]:
    return [programme.time_zone] if programme else []


def initial_of(programme: Programme) -> dict[str, Any]:
    """Return what the form shows of a programme."""
    names = (
        "code", "name", "purpose", "zone", "route", "section_codes", "first_on",
        "excepted_on", "start_time", "time_zone", "horizon_days", "consent_days",
        "is_active", "tlp", "level", "version",
    )  # fmt: skip
    shown = {name: getattr(programme, name) for name in names}
    shown["duration"] = programme.duration / timedelta(hours=1)
    weights = programme.entitlements.items()
    shown |= {f"weight_{code}": weight for code, weight in weights}
    shown |= shown_demand(programme.demand, programme.entitlements)
    return shown | fields_of(programme.recurrence)
