"""Rules and rotations in words, for people who never heard of either."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import gcd

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from patrols.models import Programme
from patrols.recurrence import BadRule, Rule, parse
from patrols.rotation import Standing

ORDINALS = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    5: gettext_lazy("fifth"),
    -1: gettext_lazy("last"),
    -2: gettext_lazy("last but one"),
    -3: gettext_lazy("third from last"),
    -4: gettext_lazy("fourth from last"),
    -5: gettext_lazy("fifth from last"),
}


def rule_in_words(programme: Programme) -> str:
    """Say when the patrols of a programme start."""
    try:
        rule = parse(programme.recurrence)
    except BadRule:
        return programme.recurrence
    parts = [_every(rule), _on_days(rule, programme)]
    if rule.months:
        parts.append(_("in %(months)s") % {"months": _join(map(_month, rule.months))})
    parts.append(
        _("at %(time)s, time of %(zone)s")
        % {"time": programme.start_time.strftime("%H:%M"), "zone": programme.time_zone}
    )
    if rule.count:
        parts.append(
            ngettext("%(n)d time", "%(n)d times", rule.count) % {"n": rule.count}
        )
    if rule.until:
        day = datetime.fromisoformat(rule.until[:8])
        parts.append(_("until %(day)s") % {"day": date_format(day, "j M Y")})
    if programme.excepted_on:
        days = [date_format(day, "j M Y") for day in sorted(programme.excepted_on)]
        parts.append(_("but not on %(days)s") % {"days": _join(days, _("or"))})
    return ", ".join(part for part in parts if part)


def _every(rule: Rule) -> str:
    n = rule.interval
    if rule.frequency == "DAILY":
        return ngettext("every day", "every %(n)d days", n) % {"n": n}
    if rule.frequency == "WEEKLY":
        return ngettext("every week", "every %(n)d weeks", n) % {"n": n}
    return ngettext("every month", "every %(n)d months", n) % {"n": n}


def _on_days(rule: Rule, programme: Programme) -> str:
    first = programme.first_on
    if rule.positions:
        which = _join(str(ORDINALS[n]) for n in rule.positions)
        days = _join((str(WEEKDAYS[day]) for _n, day in rule.weekdays), _("or"))
        return _("on the %(which)s day that is %(days)s") % {
            "which": which,
            "days": days,
        }
    if rule.weekdays:
        return _("on %(days)s") % {"days": _join(map(_weekday, rule.weekdays))}
    if rule.frequency == "WEEKLY":
        return _("on %(days)s") % {"days": WEEKDAYS[first.weekday()]}
    if rule.frequency == "MONTHLY":
        days = _join(map(_month_day, rule.month_days or (first.day,)))
        return _("on %(days)s") % {"days": days}
    return ""


def _weekday(day: tuple[int, int]) -> str:
    ordinal, weekday = day
    name = str(WEEKDAYS[weekday])
    if not ordinal:
        return name
    return _("the %(which)s %(day)s") % {"which": ORDINALS[ordinal], "day": name}


def _month_day(day: int) -> str:
    if day > 0:
        return _("day %(n)d") % {"n": day}
    if day in ORDINALS:
        return _("the %(which)s day") % {"which": ORDINALS[day]}
    return _("day %(n)d from the end") % {"n": -day}


def _month(month: int) -> str:
    return str(MONTHS[month])


def _join(words: Iterable[str], last: str = "") -> str:
    """Return "a, b and c"."""
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last or _('and')} {listed[-1]}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One agency in a ledger, in words."""

    agency: str
    weight: int
    entitlement: str
    leads: str
    deviation: str


def turns(standing: dict[str, Standing], weights: dict[str, int]) -> list[Turn]:
    """Return the agencies of a ledger, those with the largest share first."""
    order = sorted(standing, key=lambda code: (-weights.get(code, 0), code))
    return [
        Turn(
            agency=code,
            weight=weights.get(code, 0),
            entitlement=decimal(standing[code].entitlement),
            leads=decimal(Fraction(standing[code].leads)),
            deviation=deviation_in_words(standing[code].deviation),
        )
        for code in order
    ]


# Clockwise from north, each an eighth of the circle.
_DIRECTIONS = [
    gettext_lazy("north"),
    gettext_lazy("north-east"),
    gettext_lazy("east"),
    gettext_lazy("south-east"),
    gettext_lazy("south"),
    gettext_lazy("south-west"),
    gettext_lazy("west"),
    gettext_lazy("north-west"),
]


def direction(heading: int) -> str:
    """Return degrees from north as one of the eight directions."""
    return str(_DIRECTIONS[round(heading / 45) % 8])


def shares(weights: dict[str, int]) -> str:
    """Say of how many patrols each agency leads how many, largest share first."""
    if not weights:
        return ""
    common = gcd(*weights.values())
    order = sorted(weights, key=lambda code: (-weights[code], code))
    total = sum(weights.values()) // common
    if len(order) == 1:
        return _("%(code)s leads every patrol.") % {"code": order[0]}
    leads = [
        _("%(code)s leads %(n)d") % {"code": code, "n": weights[code] // common}
        for code in order
    ]
    return _("Of every %(total)d patrols %(leads)s.") % {
        "total": total,
        "leads": _join(leads),
    }


def decimal(number: Fraction) -> str:
    """Return a fraction with two decimals at most, as the reader writes numbers."""
    rounded = round(number, 2)
    places = 0 if rounded.denominator == 1 else 2
    return number_format(float(rounded), decimal_pos=places)


def owed(credit: Fraction) -> str:
    """Return a credit with its sign: above zero for who is owed leads."""
    text = decimal(abs(credit))
    return f"+{text}" if credit > 0 else f"\N{MINUS SIGN}{text}" if credit else text


def deviation_in_words(deviation: Fraction) -> str:
    """Say whether an agency led more or less often than its share."""
    if deviation == 0:
        return _("exactly its share")
    size = {"n": decimal(abs(deviation))}
    if deviation > 0:
        return _("%(n)s ahead of its share") % size
    return _("%(n)s behind its share") % size
