"""The terms of a stored roster, counted afresh.

Part of ``patrols.roster_check``; it shares no code with the engine.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from fractions import Fraction
from itertools import combinations
from math import acos, ceil, cos, floor, radians, sin

from patrols.roster_facts import DAY, Facts, moment

Chosen = Callable[[str, str], bool]  # agency, patrol
EARTH_KM = 6371.0088


class Recount:
    """Every term of the crews of a plan; ``missing`` is what lacks, by rule."""

    def __init__(self, facts: Facts, missing: Counter[str]) -> None:
        self.facts, self.missing = facts, missing
        self._known: dict[str, dict[str, int]] = {}
        self.sent = [(one, p) for p, crew in facts.crews.items() for one in crew]

    def terms(self) -> dict[str, int]:
        """Return all terms by name."""
        wishes = self.facts.problem["wishes"]
        wished = {(one["officer"], one["patrol"]): one["weight"] for one in wishes}
        unmet = sum(max(0, weight) for weight in wished.values())
        unmet -= sum(wished.get(pair, 0) for pair in self.sent)
        changed = list(self._changed())
        return {
            "unfilled": self.missing["H1"],
            "certificates": self.missing["H2"],
            "commanders": self.missing["H3"],
            "equipment": self.missing["H10"],
            "band": self._outside(lambda _agency, _patrol: True),
            "nights": self._outside(self._is_night),
            "weekends": self._outside(self._is_weekend),
            "km": sum(self._km(*pair) for pair in self.sent),
            "wishes": unmet,
            "backward": self._backward(),
            "changes": len(changed),
            "late_changes": sum(changed),
        }

    def _outside(self, chosen: Chosen) -> int:
        """Return how many duties are more than one away from the fair share."""
        facts, total = self.facts, 0
        agencies = {one["agency"] for one in facts.officers.values()}
        for agency in agencies:
            patrols = [one for one in facts.patrols if chosen(agency, one)]
            asked = sum(
                max(0, facts.patrols[one]["places"].get(agency, 0)) for one in patrols
            )
            parts = self._parts(agency)
            whole = sum(parts.values())
            for officer, part in parts.items():
                done = len(set(facts.duties[officer]) & set(patrols))
                low, high = Fraction(0), Fraction(asked)
                if whole:
                    fair = Fraction(asked * part, whole)
                    low, high = max(low, fair - 1), fair + 1
                total += max(0, ceil(low) - done, done - floor(high))
        return total

    def _parts(self, agency: str) -> dict[str, int]:
        if agency not in self._known:
            facts = self.facts
            self._known[agency] = {
                key: one["contract_hours"]
                * len(
                    {
                        facts.days(agency, facts.spans[patrol])[0]
                        for patrol in facts.patrols
                        if facts.able(key, patrol)
                    }
                )
                for key, one in facts.officers.items()
                if one["agency"] == agency
            }
        return self._known[agency]

    def _is_night(self, agency: str, patrol: str) -> bool:
        facts, span = self.facts, self.facts.spans[patrol]
        for day in facts.days(agency, span):
            five = datetime.combine(day, time(5), facts.zone(agency))
            if span[0] < five and facts.midnight(agency, day) < span[1]:
                return True
        return False

    def _is_weekend(self, agency: str, patrol: str) -> bool:
        days = self.facts.days(agency, self.facts.spans[patrol])
        return any(day.isoweekday() > 5 for day in days)

    def _km(self, officer: str, patrol: str) -> int:
        """Return whole kilometres, by the law of cosines."""
        one = self.facts.officers[officer]["base"]
        other = self.facts.patrols[patrol]["base"]
        if one is None or other is None or one == other:
            return 0
        (x, y), (u, v) = one, other
        part = sin(radians(y)) * sin(radians(v))
        part += cos(radians(y)) * cos(radians(v)) * cos(radians(u - x))
        return round(EARTH_KM * acos(min(1.0, part)))

    def _backward(self) -> int:
        count = 0
        for patrols in self.facts.duties.values():
            starts = sorted(self.facts.spans[patrol][0] for patrol in patrols)
            count += sum(
                later - first < timedelta(hours=23)
                for first, later in combinations(starts, 2)
            )
        return count

    def _changed(self) -> Iterator[bool]:
        """Yield, for everybody newly called, whether it is at short notice."""
        problem = self.facts.problem
        known = {(one[1], one[0]) for one in problem["published"]}
        published = {patrol for _officer, patrol in known}
        now = problem["now"]
        for pair in self.sent:
            if pair[1] in published and pair not in known:
                starts = self.facts.spans[pair[1]][0]
                yield bool(now) and starts < moment(now) + DAY
