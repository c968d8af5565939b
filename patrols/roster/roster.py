"""A roster in the making: who is on what, what still fits, what it costs.

All that search does goes through ``add`` and ``remove``; ``fits`` is every hard rule
that speaks of one officer on one patrol beside what is there already. Crews never
break a rule; what is missing is counted as gaps.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from patrols.roster.candidates import is_over_days, is_over_hours
from patrols.roster.case import Case
from patrols.roster.plan import Gap, Plan, Terms
from patrols.roster.problem import Pin

Pair = tuple[int, int]


class Roster:
    """Assignments of one case, as officer and patrol numbers."""

    def __init__(self, case: Case) -> None:
        self.case = case
        officers, patrols = case.shape
        self.crews: list[set[int]] = [set() for _patrol in range(patrols)]
        self.duties: list[set[int]] = [set() for _officer in range(officers)]
        self.used = [list(hours) for hours in case.booked_hours]
        self.worked = [list(days) for days in case.booked_days]
        # How many duties of an officer clash with a patrol, or would make it, or be
        # made by it, a step back on the clock.
        self.clashes = np.zeros(case.shape, np.int16)
        self.rears = np.zeros(case.shape, np.int16)
        self.counts = np.zeros((3, officers), np.int64)
        self.heard = list(case.heard)
        self.missing_places = [dict(places) for places in case.places]
        self.pinned: set[Pair] = set()
        self.commanded: dict[int, int] = {}
        self.broken: list[Gap] = []
        self._pin(case.problem.pins)

    def _pin(self, pins: Iterable[Pin]) -> None:
        """Set what stays, and remember which rules that breaks."""
        case = self.case
        for pin in sorted(pins, key=lambda one: (one.patrol, one.officer)):
            o, p = case.officer_of[pin.officer], case.patrol_of[pin.patrol]
            rules = [rule for rule, flags in case.barred.items() if flags[o, p]]
            rules += self.hindrances(o, p)
            if pin.is_commander:
                self.commanded[p] = o
                if not case.commands[o, p]:
                    rules.append("H3")
            self.broken += [
                Gap(rule, pin.patrol, officer=pin.officer)
                for rule in dict.fromkeys(rules)
                if rule != "H4"
            ]
            self.pinned.add((o, p))
            self.add(o, p)
        for p, crew in enumerate(self.crews):
            if self.heard[p] and not self.common(p, crew):
                # They share no language: nobody else needs to share it with them.
                self.heard[p] = 0
                self.broken.append(Gap("H4", case.patrols[p].id))

    def add(self, o: int, p: int) -> None:
        """Put an officer on a patrol."""
        self._set(o, p, 1)
        self.crews[p].add(o)
        self.duties[o].add(p)

    def remove(self, o: int, p: int) -> None:
        """Take an officer off a patrol."""
        self.crews[p].remove(o)
        self.duties[o].remove(p)
        self._set(o, p, -1)

    def _set(self, o: int, p: int, sign: int) -> None:
        case, a = self.case, self.case.agency_of[o]
        for week, part in case.hours[a][p]:
            self.used[o][week] += sign * part
        for day in case.touched[a][p]:
            self.worked[o][day] += sign
        if sign > 0:
            self.clashes[o] += case.clash[a][p]
            self.rears[o] += case.backward[p]
        else:
            self.clashes[o] -= case.clash[a][p]
            self.rears[o] -= case.backward[p]
        for kind in range(3):
            self.counts[kind, o] += sign * int(case.counted[kind][a][p])
        missing = self.missing_places[p]
        missing[a] = missing.get(a, 0) - sign

    def room(self, p: int, a: int) -> int:
        """Return how many places an agency still has on a patrol."""
        return max(0, self.missing_places[p].get(a, 0))

    def hindrances(self, o: int, p: int) -> list[str]:
        """Return the rules by which other duties keep an officer from a patrol."""
        case, a = self.case, self.case.agency_of[o]
        found = ["H5"] if self.clashes[o, p] else []
        if is_over_hours(case, a, self.used[o], case.hours[a][p]):
            found.append("H6")
        if is_over_days(case, a, self.worked[o], case.touched[a][p]):
            found.append("H7")
        return found

    def is_lawful(self, o: int, p: int) -> bool:
        """Return whether hours and days in a row leave room for a patrol."""
        case, a = self.case, self.case.agency_of[o]
        return not (
            is_over_hours(case, a, self.used[o], case.hours[a][p])
            or is_over_days(case, a, self.worked[o], case.touched[a][p])
        )

    def can(self, o: int, p: int) -> bool:
        """Return whether an officer can be on a patrol, but for places and language."""
        return bool(
            self.case.can[o, p] and not self.clashes[o, p] and self.is_lawful(o, p)
        )

    def fits(self, o: int, p: int) -> bool:
        """Return whether an officer can be added to a patrol as it is."""
        return (
            self.room(p, self.case.agency_of[o]) > 0
            and self.can(o, p)
            and (not self.heard[p] or bool(self.common(p, {*self.crews[p], o})))
        )

    def common(self, p: int, crew: Iterable[int]) -> int:
        """Return, as bits, the languages of a patrol that a whole crew speaks."""
        mask = self.heard[p]
        for o in crew:
            mask &= self.case.speaks[o]
        return mask

    def free(self, p: int, a: int) -> list[int]:
        """Return the officers of an agency who can be on a patrol (not on it yet)."""
        people = self.case.people[a]
        part = slice(people.start, people.stop)
        ready = self.case.can[part, p] & (self.clashes[part, p] == 0)
        found = np.flatnonzero(ready) + people.start
        return [o for o in found.tolist() if self.is_lawful(o, p)]

    def lacking(self, p: int) -> dict[str, int]:
        """Return the certificates a crew lacks, with how many of each."""
        found = {}
        for name, wanted in self.case.certificates[p].items():
            held = self.case.holds[name]
            missing = wanted - sum(bool(held[o, p]) for o in self.crews[p])
            if missing > 0:
                found[name] = missing
        return found

    def has_commander(self, p: int) -> bool:
        """Return whether nobody is asked to command, or somebody can."""
        if not self.case.is_led[p] or p in self.commanded:
            return True
        return any(self.case.commands[o, p] for o in self.crews[p])

    def gaps(self) -> Iterator[Gap]:
        """Yield everything that is missing but equipment."""
        case = self.case
        for p, patrol in enumerate(case.patrols):
            for a in case.places[p]:
                if short := self.room(p, a):
                    yield Gap("H1", patrol.id, case.agencies[a], short)
            for name, short in self.lacking(p).items():
                yield Gap("H2", patrol.id, name, short)
            if not self.has_commander(p):
                yield Gap("H3", patrol.id, patrol.lead)
        yield from self.broken

    def terms(self) -> Terms:
        """Return all terms but equipment, counted afresh."""
        case = self.case
        counts = dict.fromkeys(("H1", "H2", "H3"), 0)
        for gap in self.gaps():
            if gap.rule in counts and not gap.officer:
                counts[gap.rule] += gap.count
        rows = [o for o, duties in enumerate(self.duties) for _p in duties]
        columns = [p for duties in self.duties for p in duties]
        here = rows, columns
        low, high = case.low - self.counts, self.counts - case.high
        outside = np.maximum(np.maximum(low, high), 0).sum(axis=1)
        wished = case.wished[here]
        changed = case.changed[here]
        return Terms(
            unfilled=counts["H1"],
            certificates=counts["H2"],
            commanders=counts["H3"],
            band=int(outside[0]),
            nights=int(outside[1]),
            weekends=int(outside[2]),
            km=int(case.km[here].sum()),
            wishes=case.hoped - int(wished.sum()),
            backward=int(self.rears[here].sum()) // 2,
            changes=int(changed.sum()),
            late_changes=int((changed & case.is_late[columns]).sum()),
        )

    def cost(self) -> int:
        """Return the points of all terms but equipment."""
        return self.terms().cost(self.case.weights)

    def load(self, plan: Plan) -> "Roster":
        """Add what a plan says, as far as it still can be; return the roster."""
        case = self.case
        for one in plan.assignments:
            o, p = case.officer_of.get(one.officer), case.patrol_of.get(one.patrol)
            if o is None or p is None or (o, p) in self.pinned:
                continue
            if self.fits(o, p):
                self.add(o, p)
        return self

    def pairs(self) -> frozenset[Pair]:
        """Return all assignments, to come back to with ``restore``."""
        return frozenset((o, p) for p, crew in enumerate(self.crews) for o in crew)

    def restore(self, pairs: frozenset[Pair]) -> None:
        """Go back to other assignments."""
        now = self.pairs()
        for o, p in now - pairs:
            self.remove(o, p)
        for o, p in pairs - now:
            self.add(o, p)
