"""The fields that say a rule in a planner's words, and back from a rule to them."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols.recurrence import DAYS, BadRule, Rule, parse

DAILY, WEEKLY, MONTH_DAY, MONTH_WEEKDAY, CUSTOM = (
    "daily", "weekly", "month_day", "month_weekday", "custom",
)  # fmt: skip
FREQUENCIES = [
    (DAILY, gettext_lazy("Every day, or every few days")),
    (WEEKLY, gettext_lazy("Every week, on chosen weekdays")),
    (MONTH_DAY, gettext_lazy("Every month, on chosen days (1, 15, last)")),
    (MONTH_WEEKDAY, gettext_lazy("Every month, on a weekday (first Monday)")),
    (CUSTOM, gettext_lazy("Another rule, written as RRULE")),
]
# The fields that make up the rule.
FIELDS = (
    "repeats", "interval", "weekdays", "nth", "month_days", "recurrence", "until",
)  # fmt: skip


def rule_of(given: dict[str, Any]) -> str:
    """Return the rule that the fields say; raises ``BadRule`` where one is wanting.

    Its code is then the name of the field.
    """
    until = given["until"]
    end = f";UNTIL={until:%Y%m%d}" if until else ""
    repeats, days, nth = given["repeats"], given["weekdays"], given["nth"] or 1
    if repeats == CUSTOM:
        if not given["recurrence"]:
            raise BadRule("recurrence", _("Write the rule."))
        return f"{given['recurrence']}{end}"
    if repeats in (WEEKLY, MONTH_WEEKDAY) and not days:
        raise BadRule("weekdays", _("Choose the weekdays."))
    if repeats == MONTH_DAY and not given["month_days"]:
        raise BadRule("month_days", _("Name the days of the month."))
    month_days = given["month_days"].replace(" ", "")
    frequency, which = {
        DAILY: ("DAILY", ""),
        WEEKLY: ("WEEKLY", f";BYDAY={','.join(days)}"),
        MONTH_DAY: ("MONTHLY", f";BYMONTHDAY={month_days}"),
        MONTH_WEEKDAY: ("MONTHLY", f";BYDAY={','.join(f'{nth}{d}' for d in days)}"),
    }[repeats]
    return f"FREQ={frequency};INTERVAL={given['interval'] or 1}{which}{end}"


def fields_of(text: str) -> dict[str, Any]:
    """Take a rule apart, or leave it whole where the fields cannot say it."""
    try:
        rule = parse(text)
        fields = _taken_apart(rule)
        if parse(rule_of(fields)) == rule:
            return fields
    except BadRule:
        pass
    return {"repeats": CUSTOM, "recurrence": text}


def _taken_apart(rule: Rule) -> dict[str, Any]:
    repeats = {"DAILY": DAILY, "WEEKLY": WEEKLY}.get(rule.frequency, MONTH_WEEKDAY)
    return {
        "repeats": MONTH_DAY if rule.month_days else repeats,
        "interval": rule.interval,
        "weekdays": [DAYS[day] for _n, day in rule.weekdays],
        "nth": rule.weekdays[0][0] if rule.weekdays else 1,
        "month_days": ", ".join(map(str, rule.month_days)),
        "until": date.fromisoformat(rule.until[:8]) if rule.until else None,
    }
