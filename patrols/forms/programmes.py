"""The form of programmes: the rule in a planner's words."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from agencies.errors import Refused
from agencies.forms import DayField, choose, offer
from agencies.forms.records import MarkedForm
from agencies.models import Agency, Agreement, Party, Purpose
from patrols.models import BorderSection, Programme, Route, Zone
from patrols.recurrence import DAYS, BadRule, Rule, parse
from patrols.wording import ORDINALS

DAILY, WEEKLY, MONTH_DAY, MONTH_WEEKDAY, CUSTOM = (
    "daily", "weekly", "month_day", "month_weekday", "custom",
)  # fmt: skip
FREQUENCIES = [
    (DAILY, _("every day")),
    (WEEKLY, _("on days of the week")),
    (MONTH_DAY, _("on days of the month")),
    (MONTH_WEEKDAY, _("on a weekday of the month")),
    (CUSTOM, _("by a rule of one's own")),
]


class ProgrammeForm(MarkedForm):
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
        label=_("border sections"), required=False, widget=forms.SelectMultiple
    )
    repeats = forms.ChoiceField(label=_("repeats"), choices=FREQUENCIES, initial=WEEKLY)
    interval = forms.IntegerField(
        label=_("every so many days, weeks or months"),
        min_value=1,
        max_value=99,
        initial=1,
    )
    weekdays = forms.MultipleChoiceField(
        label=_("weekdays"),
        required=False,
        choices=[(code, WEEKDAYS[n]) for n, code in enumerate(DAYS)],
        widget=forms.CheckboxSelectMultiple,
    )
    nth = forms.TypedChoiceField(
        label=_("which in the month"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(n, ORDINALS[n]) for n in (1, 2, 3, 4, -1)],
    )
    month_days = forms.RegexField(
        r"^\s*-?\d{1,2}(\s*,\s*-?\d{1,2})*\s*$",
        label=_("days of the month"),
        required=False,
        help_text=_("Such as 1, 15; -1 is the last day."),
    )
    recurrence = forms.CharField(
        label=_("rule of one's own"),
        required=False,
        max_length=200,
        help_text=_("An RRULE (RFC 5545), such as FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"),
    )
    until = DayField(label=_("until"), required=False)
    first_on = DayField(label=_("first day"))
    start_time = forms.TimeField(
        label=_("start"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.ChoiceField(
        label=_("time zone"), help_text=_("The clock by which the patrols start.")
    )
    duration = forms.FloatField(
        label=_("hours"), min_value=0.25, max_value=720, initial=8
    )
    horizon_days = forms.IntegerField(
        label=_("days ahead"),
        min_value=1,
        max_value=366,
        initial=28,
        help_text=_("So far ahead its patrols are opened, with their leads."),
    )
    is_active = forms.BooleanField(label=_("active"), required=False, initial=True)

    field_order = [
        "code", "name", "agreement", "purpose", "zone", "route", "section_codes",
        "first_on", "start_time", "time_zone", "duration", "horizon_days",
        "is_active", "tlp", "level",
    ]  # fmt: skip
    # The fields that make up the rule.
    rule: ClassVar[tuple[str, ...]] = (
        "repeats", "interval", "weekdays", "nth", "month_days", "recurrence", "until",
    )  # fmt: skip

    def __init__(
        self, *args: Any, programme: Programme | None = None, **kwargs: Any
    ) -> None:
        """Offer agreements, places, zones of time, and the parties' weights."""
        super().__init__(*args, is_new=programme is None, **kwargs)
        codes = [membership.agreement for membership in self.actor.memberships]
        agreements = Agreement.objects.visible_to(self.actor).filter(code__in=codes)
        offer(self, "agreement", agreements)
        offer(self, "zone", Zone.objects.visible_to(self.actor))
        offer(self, "route", Route.objects.visible_to(self.actor))
        sections = BorderSection.objects.all().order_by("code")
        choose(self, "section_codes", [(row.code, str(row)) for row in sections])
        zones = Agency.objects.values_list("time_zone", flat=True)
        known = sorted({*zones, self.actor.time_zone, "UTC", *_time_zone(programme)})
        choose(self, "time_zone", [(zone, zone) for zone in known])
        self.fields["time_zone"].initial = self.actor.time_zone
        self.codes = sorted(self._may_lead(agreements, programme))
        for code in self.codes:
            self.fields[f"weight_{code}"] = forms.IntegerField(
                label=code, min_value=0, max_value=1000, required=False
            )
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
    ) -> set[str]:
        """Return the agencies that get a field for their weight.

        Those a programme names stay among them though they, or the officer's own
        agency, have left its agreement: else it could not be switched off.
        """
        parties = Party.objects.visible_to(self.actor).present()
        if programme is None:
            parties = parties.filter(agreement__in=agreements)
        else:
            parties = parties.filter(agreement=programme.agreement_id)
        named = programme.entitlements if programme else ()
        return {*parties.values_list("agency__code", flat=True), *named}

    @property
    def weights(self) -> list[Any]:
        """The bound fields of the agencies' weights."""
        return [self[f"weight_{code}"] for code in self.codes]

    @property
    def rule_fields(self) -> list[Any]:
        """The bound fields that make up the rule."""
        return [self[name] for name in self.rule]

    @property
    def others(self) -> list[Any]:
        """The bound fields that neither make up the rule nor are weights."""
        inner = {*self.rule, *(f"weight_{code}" for code in self.codes)}
        return [field for field in self.visible_fields() if field.name not in inner]

    def clean(self) -> dict[str, Any]:
        """Make the rule and the entitlements."""
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            given["recurrence"] = parse(_rule(given)).text
        except BadRule as error:
            place = "recurrence" if given["repeats"] == CUSTOM else "repeats"
            self.add_error(place, str(error))
        weights = {code: given.get(f"weight_{code}") for code in self.codes}
        given["entitlements"] = {code: n for code, n in weights.items() if n}
        if not given["entitlements"]:
            self.add_error(None, _("Give at least one agency a share in the lead."))
        return given

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the programme."""
        inner = {"version", *self.rule, *(f"weight_{code}" for code in self.codes)}
        given = self.cleaned_data
        values = {name: given[name] for name in given if name not in inner}
        values["recurrence"] = given["recurrence"]
        values["duration"] = timedelta(hours=given["duration"])
        return values

    def refuse(self, refusal: Refused) -> None:
        """Show a refused entitlement beside the agency's own field."""
        _empty, _colon, place = (refusal.pointer or "").partition("/entitlements/")
        if f"weight_{place}" in self.fields:
            self.add_error(f"weight_{place}", str(refusal))
        else:
            super().refuse(refusal)


def _time_zone(programme: Programme | None) -> list[str]:
    return [programme.time_zone] if programme else []


def _rule(given: dict[str, Any]) -> str:
    """Return the rule that the fields say."""
    until = given["until"]
    end = f";UNTIL={until:%Y%m%d}" if until else ""
    if given["repeats"] == CUSTOM:
        return f"{given['recurrence']}{end}"
    head = f"INTERVAL={given['interval']}"
    days = given["weekdays"]
    if given["repeats"] in (WEEKLY, MONTH_WEEKDAY) and not days:
        raise BadRule("no_days", str(_("Choose the weekdays.")))
    if given["repeats"] == MONTH_DAY and not given["month_days"]:
        raise BadRule("no_days", str(_("Name the days of the month.")))
    nth = given["nth"] or 1
    return {
        DAILY: lambda: f"FREQ=DAILY;{head}",
        WEEKLY: lambda: f"FREQ=WEEKLY;{head};BYDAY={','.join(days)}",
        MONTH_DAY: lambda: (
            f"FREQ=MONTHLY;{head};BYMONTHDAY={given['month_days'].replace(' ', '')}"
        ),
        MONTH_WEEKDAY: lambda: (
            f"FREQ=MONTHLY;{head};BYDAY={','.join(f'{nth}{day}' for day in days)}"
        ),
    }[given["repeats"]]() + end


def initial_of(programme: Programme) -> dict[str, Any]:
    """Return what the form shows of a programme."""
    names = (
        "code", "name", "purpose", "zone", "route", "section_codes", "first_on",
        "start_time", "time_zone", "horizon_days", "is_active", "tlp", "level",
        "version",
    )  # fmt: skip
    shown = {name: getattr(programme, name) for name in names}
    shown["duration"] = programme.duration / timedelta(hours=1)
    weights = programme.entitlements.items()
    shown |= {f"weight_{code}": weight for code, weight in weights}
    try:
        return shown | _fields_of(parse(programme.recurrence))
    except BadRule:
        return shown | {"repeats": CUSTOM, "recurrence": programme.recurrence}


def _fields_of(rule: Rule) -> dict[str, Any]:
    """Take a rule apart, or leave it whole where the fields cannot say it."""
    repeats = {"DAILY": DAILY, "WEEKLY": WEEKLY}.get(rule.frequency, MONTH_WEEKDAY)
    fields = {
        "repeats": MONTH_DAY if rule.month_days else repeats,
        "interval": rule.interval,
        "weekdays": [DAYS[day] for _n, day in rule.weekdays],
        "nth": rule.weekdays[0][0] if rule.weekdays else 1,
        "month_days": ", ".join(map(str, rule.month_days)),
        "until": date.fromisoformat(rule.until[:8]) if rule.until else None,
    }
    try:
        if parse(_rule(fields)) == rule:
            return fields
    except BadRule:
        pass
    return {"repeats": CUSTOM, "recurrence": rule.text}
