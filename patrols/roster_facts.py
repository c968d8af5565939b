"""What a stored roster says, read again: spans, days, law, who may do what.

Part of ``patrols.roster_check``; it shares no code with the engine.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Work = tuple[tuple[datetime, datetime], str]  # a span, and the patrol if it is one
DAY = timedelta(days=1)
DEFAULTS = {"H5": 11.0, "H6": 48.0, "H7": 6.0}


def moment(text: str) -> datetime:
    """Return a stored moment."""
    return datetime.fromisoformat(text).astimezone(UTC)


class Facts:
    """One problem, and the crews of a plan."""

    def __init__(self, problem: Json, plan: Json) -> None:
        self.problem, self.plan = problem, plan
        self.officers: dict[str, Json] = {one["id"]: one for one in problem["officers"]}
        self.patrols: dict[str, Json] = {one["id"]: one for one in problem["patrols"]}
        self.pins = {(pin["patrol"], pin["officer"]): pin for pin in problem["pins"]}
        self.crews: dict[str, list[str]] = {one: [] for one in self.patrols}
        self.duties: dict[str, list[str]] = {one: [] for one in self.officers}
        self.spans = {
            key: (moment(one["starts"]), moment(one["ends"]))
            for key, one in self.patrols.items()
        }

    def zone(self, agency: str) -> ZoneInfo:
        return ZoneInfo(self.problem["time_zones"].get(agency, "UTC"))

    def law(self, rule: str, agency: str, day: date) -> tuple[float, str]:
        best: tuple[tuple[bool, str], float, str] | None = None
        for law in self.problem["laws"]:
            begins, until = law["valid_from"] or "0001-01-01", law["valid_until"]
            if law["rule"] != rule or law["agency"] not in ("", agency):
                continue
            if begins > day.isoformat() or (until and until < day.isoformat()):
                continue
            rank = (law["agency"] != "", begins)
            if best is None or rank > best[0]:
                best = rank, float(law["value"]), law["period"]
        return (best[1], best[2]) if best else (DEFAULTS.get(rule, 1.0), "calendar")

    def days(self, agency: str, span: tuple[datetime, datetime]) -> list[date]:
        """Return the local days that a span touches."""
        zone = self.zone(agency)
        first = span[0].astimezone(zone).date()
        last = (span[1] - timedelta(seconds=1)).astimezone(zone).date()
        return [first + n * DAY for n in range((last - first).days + 1)]

    def midnight(self, agency: str, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone(agency)).astimezone(UTC)

    def rest(self, agency: str, span: tuple[datetime, datetime]) -> datetime:
        value, _period = self.law("H5", agency, self.days(agency, span)[0])
        return span[1] + timedelta(hours=value)

    def in_force(self, rule: str, patrol: str) -> bool:
        lead = self.patrols[patrol]["lead"]
        return bool(self.law(rule, lead, self.days(lead, self.spans[patrol])[0])[0])

    def holds(self, officer: str, name: str, patrol: str) -> bool:
        one = self.officers[officer]
        if name not in one["certificates"]:
            return False
        until = one["certificates"][name]
        last = self.days(one["agency"], self.spans[patrol])[-1]
        return until is None or last.isoformat() <= until

    def may_command(self, officer: str, patrol: str) -> bool:
        asked, one = self.patrols[patrol], self.officers[officer]
        name = asked["commander_certificate"]
        return (
            one["is_commander"]
            and one["agency"] == asked["lead"]
            and (not name or self.holds(officer, name, patrol))
        )

    def barred(self, officer: str, patrol: str) -> Iterator[str]:
        one, asked, span = (
            self.officers[officer],
            self.patrols[patrol],
            self.spans[patrol],
        )
        for gone in one["away"]:
            if moment(gone["starts"]) < span[1] and span[0] < moment(gone["ends"]):
                yield "H8"
                break
        days = self.days(one["agency"], span)
        if self.law("H9", one["agency"], days[0])[0]:
            for territory in asked["territories"]:
                if not any(
                    paper["territory"] == territory
                    and (paper["valid_from"] or "") <= days[0].isoformat()
                    and days[-1].isoformat() <= (paper["valid_until"] or "9999")
                    for paper in one["authorisations"]
                ):
                    yield "H9"
                    break

    def works(self, officer: str, patrols: list[str]) -> list[Work]:
        """Return an officer's duties in order: some patrols, and those elsewhere."""
        found = [(self.spans[patrol], patrol) for patrol in patrols]
        found += [
            ((moment(duty["starts"]), moment(duty["ends"])), "")
            for duty in self.officers[officer]["duties"]
        ]
        return sorted(found)

    def broken(
        self, officer: str, patrols: list[str]
    ) -> Iterator[tuple[str, list[str]]]:
        """Yield (rule, the patrols in it) for every breach of H5, H6 and H7."""
        agency = self.officers[officer]["agency"]
        works = self.works(officer, patrols)
        yield from self._tired(agency, works)
        touched: dict[date, list[str]] = {}
        for span, patrol in works:
            for day in self.days(agency, span):
                touched.setdefault(day, []).append(patrol)
        for first in sorted({day - n * DAY for day in touched for n in range(7)}):
            yield from self._week(agency, first, works)
        for first in touched:
            days = int(self.law("H7", agency, first)[0]) + 1
            row = [first + n * DAY for n in range(days)]
            if all(day in touched for day in row):
                ours = [one for day in row for one in touched[day] if one]
                if ours:
                    yield "H7", ours

    def _tired(self, agency: str, works: list[Work]) -> Iterator[tuple[str, list[str]]]:
        for (span, patrol), (later, other) in combinations(works, 2):
            both = [one for one in (patrol, other) if one]
            if both and later[0] < self.rest(agency, span):
                yield "H5", both

    def _week(
        self, agency: str, first: date, works: list[Work]
    ) -> Iterator[tuple[str, list[str]]]:
        limit, period = self.law("H6", agency, first)
        if period == "calendar" and first.weekday():
            return
        begins, ends = (
            self.midnight(agency, first),
            self.midnight(agency, first + 7 * DAY),
        )
        within = [
            (min(span[1], ends) - max(span[0], begins), patrol)
            for span, patrol in works
            if span[0] < ends and begins < span[1]
        ]
        ours = [patrol for _part, patrol in within if patrol]
        if ours and sum((p for p, _o in within), timedelta()) > timedelta(hours=limit):
            yield "H6", ours

    def able(self, officer: str, patrol: str) -> bool:
        """Return whether an officer could be on a patrol if it were the only one."""
        one, asked = self.officers[officer], self.patrols[patrol]
        if not asked["places"].get(one["agency"]):
            return False
        is_deaf = not set(asked["languages"]) & set(one["languages"])
        if asked["languages"] and is_deaf and self.in_force("H4", patrol):
            return False
        return not any(self.barred(officer, patrol)) and not any(
            self.broken(officer, [patrol])
        )
