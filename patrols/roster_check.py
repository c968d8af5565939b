"""An independent judge of rosters: problem and plan in, findings out.

It shares no code with the engine and reads only what is stored: the JSON of
``patrols.roster.codec``. It is written to be read, not to be fast; every rule is said
once more, in plain intervals. A rule may only be broken where the plan names it: a gap
of H1, H2, H3 or H10, or a pin that the coordinator wanted against the rule.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from patrols.roster_facts import Facts, Json, moment
from patrols.roster_terms import Recount


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: the rule, where, and a stable code."""

    rule: str
    code: str
    patrol: str = ""
    officer: str = ""


def check(problem: Json, plan: Json) -> list[Finding]:
    """Return everything wrong with a plan; nothing if it is sound."""
    return list(_Check(problem, plan).findings())


def missing(problem: Json, plan: Json) -> Counter[tuple[str, str, str]]:
    """Return how much a plan lacks by (rule, patrol, detail), whatever it names."""
    judge = _Check(problem, plan)
    list(judge.findings())
    return judge.real


CODES = {"H5": "no-rest", "H6": "too-many-hours", "H7": "too-many-days"}


class _Check(Facts):
    def __init__(self, problem: Json, plan: Json) -> None:
        super().__init__(problem, plan)
        self.commanders: dict[str, list[str]] = {one: [] for one in self.patrols}
        # What the plan says is missing, what really is, and what pins break.
        self.named: Counter[tuple[str, str, str]] = Counter()
        self.real: Counter[tuple[str, str, str]] = Counter()
        self.against = set()
        for gap in plan["gaps"]:
            if gap["officer"] or gap["rule"] == "H4":
                self.against.add((gap["rule"], gap["patrol"], gap["officer"]))
            else:
                key = gap["rule"], gap["patrol"], gap["detail"]
                self.named[key] += gap["count"]

    def findings(self) -> Iterator[Finding]:
        unknown = list(self._read())
        yield from unknown
        if unknown:
            return
        for patrol in self.patrols:
            yield from self._crew(patrol)
        for officer in self.officers:
            yield from self._officer(officer)
        yield from self._units()
        yield from self._pinned()
        for rule, patrol, _detail in self.named.keys() | self.real.keys():
            key = rule, patrol, _detail
            if self.named[key] != self.real[key]:
                yield Finding(rule, "gap-not-true", patrol)
        yield from self._sums()

    def _read(self) -> Iterator[Finding]:
        seen = set()
        for patrol, officer, is_commander in self.plan["assignments"]:
            if patrol not in self.patrols or officer not in self.officers:
                yield Finding("H1", "unknown", patrol, officer)
            elif (patrol, officer) in seen:
                yield Finding("H5", "twice", patrol, officer)
            else:
                seen.add((patrol, officer))
                self.crews[patrol].append(officer)
                self.duties[officer].append(patrol)
                if is_commander:
                    self.commanders[patrol].append(officer)

    # --- one patrol -----------------------------------------------------------

    def _crew(self, patrol: str) -> Iterator[Finding]:
        asked, crew = self.patrols[patrol], self.crews[patrol]
        sent = Counter(self.officers[one]["agency"] for one in crew)
        for agency, wanted in asked["places"].items():
            self._miss("H1", patrol, agency, wanted - sent[agency])
        for agency, number in sent.items():
            pinned = [
                one
                for one in crew
                if self.officers[one]["agency"] == agency and (patrol, one) in self.pins
            ]
            if number > max(asked["places"].get(agency, 0), len(pinned)):
                yield Finding("H1", "too-many", patrol)
        if self.in_force("H2", patrol):
            for name, wanted in asked["certificates"].items():
                held = sum(self.holds(one, name, patrol) for one in crew)
                self._miss("H2", patrol, name, wanted - held)
        yield from self._command(patrol)
        yield from self._language(patrol)

    def _language(self, patrol: str) -> Iterator[Finding]:
        asked, crew = self.patrols[patrol], self.crews[patrol]
        if asked["languages"] and crew and self.in_force("H4", patrol):
            shared = set(asked["languages"])
            for one in crew:
                shared &= set(self.officers[one]["languages"])
            if not shared and ("H4", patrol, "") not in self.against:
                yield Finding("H4", "no-common-language", patrol)
            if shared and self.plan["languages"].get(patrol) not in shared:
                yield Finding("H4", "not-the-language", patrol)
        if ("H4", patrol, "") in self.against and not self._is_deaf(patrol):
            yield Finding("H4", "gap-not-true", patrol)

    def _is_deaf(self, patrol: str) -> bool:
        """Return whether those pinned share no language among themselves."""
        shared = set(self.patrols[patrol]["languages"])
        for one in self.crews[patrol]:
            if (patrol, one) in self.pins:
                shared &= set(self.officers[one]["languages"])
        return not shared

    def _miss(self, rule: str, patrol: str, detail: str, count: int) -> None:
        if count > 0:
            self.real[rule, patrol, detail] += count

    def _command(self, patrol: str) -> Iterator[Finding]:
        named = self.commanders[patrol]
        if len(named) > 1:
            yield Finding("H3", "two-commanders", patrol)
        for one in named:
            pin = self.pins.get((patrol, one))
            is_wanted = pin and pin["is_commander"]
            if not self.may_command(one, patrol) and not (
                is_wanted and ("H3", patrol, one) in self.against
            ):
                yield Finding("H3", "cannot-command", patrol, one)
        asked = self.patrols[patrol]["lead"]
        if asked and self.in_force("H3", patrol) and not named:
            self._miss("H3", patrol, asked, 1)

    # --- one officer ----------------------------------------------------------

    def _officer(self, officer: str) -> Iterator[Finding]:
        for patrol in self.duties[officer]:
            for rule in self.barred(officer, patrol):
                if not self._is_excused(rule, officer, [patrol]):
                    yield Finding(rule, "barred", patrol, officer)
        for rule, patrols in self.broken(officer, self.duties[officer]):
            if not self._is_excused(rule, officer, patrols):
                yield Finding(rule, CODES[rule], patrols[-1], officer)

    def _is_excused(self, rule: str, officer: str, patrols: list[str]) -> bool:
        """Return whether all are pinned, and the plan says that this breaks a rule."""
        return all((one, officer) in self.pins for one in patrols) and any(
            (rule, one, officer) in self.against for one in patrols
        )

    # --- equipment, pins, sums ------------------------------------------------

    def _units(self) -> Iterator[Finding]:
        pools = {(pool["agency"], pool["kind"]): pool for pool in self.problem["pools"]}
        busy = {
            (*key, unit["id"]): [
                (moment(one["starts"]), moment(one["ends"])) for one in unit["away"]
            ]
            for key, pool in pools.items()
            for unit in pool["units"]
        }
        given: Counter[tuple[str, str, str]] = Counter()
        for patrol, agency, kind, unit in self.plan["units"]:
            key = agency, kind, unit
            if key not in busy or patrol not in self.patrols:
                yield Finding("H10", "unknown", patrol)
                continue
            turn = timedelta(minutes=pools[agency, kind]["turnaround_minutes"])
            starts, ends = self.spans[patrol][0], self.spans[patrol][1] + turn
            if any(s < ends and starts < e for s, e in busy[key]):
                yield Finding("H10", "double-booked", patrol)
            busy[key].append((starts, ends))
            given[patrol, agency, kind] += 1
        yield from self._equipment(given)

    def _equipment(self, given: Counter[tuple[str, str, str]]) -> Iterator[Finding]:
        for patrol, asked in self.patrols.items():
            for agency, kind, count in asked["equipment"] or []:
                missing = count - given.pop((patrol, agency, kind), 0)
                self._miss("H10", patrol, f"{agency}/{kind}", missing)
                if missing < 0:
                    yield Finding("H10", "too-many", patrol)
        for patrol, _agency, _kind in given:
            yield Finding("H10", "not-asked", patrol)

    def _pinned(self) -> Iterator[Finding]:
        for (patrol, officer), pin in self.pins.items():
            crew = (self.commanders if pin["is_commander"] else self.crews)[patrol]
            if officer not in crew:
                yield Finding("H11", "pin-lost", patrol, officer)

    def _sums(self) -> Iterator[Finding]:
        terms, weights = self.plan["terms"], self.problem["weights"]
        if sum(terms[name] * weights[name] for name in terms) != self.plan["cost"]:
            yield Finding("", "cost")
        if self.plan["bound"] > self.plan["cost"]:
            yield Finding("", "bound")
        missing: Counter[str] = Counter()
        for (rule, _patrol, _detail), count in self.real.items():
            missing[rule] += count
        for name, value in Recount(self, missing).terms().items():
            if terms[name] != value:
                yield Finding("", f"term.{name}")
