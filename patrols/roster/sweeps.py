"""Matching sweeps: the duties of one agency on one day, given out anew, optimally.

Everybody who starts a duty of the agency that day is taken off, and the places are
filled again by a min-cost flow over all who can: the price of a pair is what it adds to
all terms as things stand. A place keeps what its patrol needs from it: the command, a
certificate, the crew's language. So every sweep keeps all rules and opens no gap, and
the roster only gets cheaper; noise, which cools, leads out of local minima.
"""

from collections.abc import Callable
from random import Random

import numpy as np
from ortools.graph.python import min_cost_flow

from patrols.roster.case import Case, Flags, Numbers
from patrols.roster.roster import Pair, Roster


class Sweeps:
    """Repeats of the same few matchings over one roster."""

    def __init__(self, roster: Roster, dice: Random) -> None:
        self.roster = roster
        self.dice = np.random.default_rng(dice.getrandbits(32))
        self.days = _days(roster.case)

    def sweep(self, noise: int, should_stop: Callable[[], bool]) -> None:
        """Match every agency's every day once; ``noise`` is the most a price is off."""
        for a, patrols in self.days:
            if should_stop():
                return
            self.match(a, patrols, noise)

    def match(self, a: int, patrols: list[int], noise: int = 0) -> None:
        """Give out one agency's duties on some patrols anew, one to an officer."""
        roster = self.roster
        places, seen = [], set()
        for p in patrols:
            for o in sorted(roster.crews[p]):
                mine = roster.case.agency_of[o] == a
                if mine and o not in seen and (o, p) not in roster.pinned:
                    seen.add(o)
                    places.append((o, p))
        allowed = self._allowed(a, places)
        for pair in places:
            roster.remove(*pair)
        for p in patrols:
            vacant = roster.room(p, a) - sum(1 for _o, q in places if q == p)
            places += [(-1, p)] * vacant
            allowed += [self._speakers(a, p)] * vacant
        for o, p in self._assign(a, places, allowed, noise):
            roster.add(o, p)

    def _speakers(self, a: int, p: int) -> Flags:
        """Return who of an agency speaks a language that the whole crew can keep."""
        case, people = self.roster.case, self.roster.case.people[a]
        heard = self.roster.common(p, self.roster.crews[p])
        bit = heard & -heard
        return np.array([not bit or bool(case.speaks[o] & bit) for o in people])

    def _allowed(self, a: int, places: list[Pair]) -> list[Flags]:
        """Return for every place who of the agency may have it, as it is needed."""
        roster, case = self.roster, self.roster.case
        part = slice(case.people[a].start, case.people[a].stop)
        held: dict[int, dict[str, int]] = {}
        led: set[int] = set()
        spoken = {p: self._speakers(a, p) for _o, p in places}
        for _o, p in places:
            if p in held:
                continue
            crew = roster.crews[p]
            others = [one for one in crew if (one, p) not in set(places)]
            held[p] = {
                name: n - sum(bool(case.holds[name][one, p]) for one in others)
                for name, n in case.certificates[p].items()
            }
            if (
                not case.is_led[p]
                or p in roster.commanded
                or any(case.commands[one, p] for one in others)
            ):
                led.add(p)
        found = []
        for o, p in places:
            flags = spoken[p].copy()
            if p not in led and case.commands[o, p]:
                led.add(p)
                flags &= case.commands[part, p]
            for name, missing in held[p].items():
                if missing > 0 and case.holds[name][o, p]:
                    held[p][name] -= 1
                    flags &= case.holds[name][part, p]
            found.append(flags)
        return found

    def _assign(
        self, a: int, places: list[Pair], allowed: list[Flags], noise: int
    ) -> list[Pair]:
        roster, case = self.roster, self.roster.case
        people = case.people[a]
        part = slice(people.start, people.stop)
        marginal = _marginal(roster, a)
        prices: dict[int, tuple[Flags, Numbers]] = {}
        flow = min_cost_flow.SimpleMinCostFlow()
        source, sink = len(places) + len(people), len(places) + len(people) + 1
        arcs: list[tuple[int, int]] = []
        for n, ((_old, p), flags) in enumerate(zip(places, allowed, strict=True)):
            if p not in prices:
                prices[p] = self._prices(a, p, marginal)
            able, price = prices[p]
            who = np.flatnonzero(able & flags)
            cost = price[who]
            if noise:
                cost = cost + self.dice.integers(0, noise, len(who))
            heads = who + len(places)
            tails = np.full(len(who), n)
            index = flow.add_arcs_with_capacity_and_unit_cost(
                tails, heads, np.ones(len(who), np.int64), cost
            )
            arcs += [(int(arc), n) for arc in index]
            gap = case.weights.unfilled
            flow.add_arc_with_capacity_and_unit_cost(n, sink, 1, gap)
            flow.add_arc_with_capacity_and_unit_cost(source, n, 1, 0)
        for n in range(len(people)):
            flow.add_arc_with_capacity_and_unit_cost(len(places) + n, sink, 1, 0)
        flow.set_node_supply(source, len(places))
        flow.set_node_supply(sink, -len(places))
        if not places or flow.solve() != flow.OPTIMAL:
            return [pair for pair in places if pair[0] >= 0]
        return [
            (flow.head(arc) - len(places) + part.start, places[n][1])
            for arc, n in arcs
            if flow.flow(arc)
        ]

    def _prices(self, a: int, p: int, marginal: list[Numbers]) -> tuple[Flags, Numbers]:
        """Return who of an agency can be on a patrol now, and what each one adds."""
        roster, case = self.roster, self.roster.case
        people = case.people[a]
        part = slice(people.start, people.stop)
        able = case.can[part, p] & (roster.clashes[part, p] == 0)
        for n in np.flatnonzero(able).tolist():
            able[n] = roster.is_lawful(people[n], p)
        price = case.pair[part, p] + case.weights.backward * roster.rears[part, p]
        for kind, added in enumerate(marginal):
            if case.counted[kind][a][p]:
                price = price + added
        return able, price


def _marginal(roster: Roster, a: int) -> list[Numbers]:
    """Return what one duty, night or weekend more costs each officer of an agency."""
    case, people = roster.case, roster.case.people[a]
    part, weights = slice(people.start, people.stop), roster.case.weights
    found = []
    for kind, price in enumerate((weights.band, weights.nights, weights.weekends)):
        count = roster.counts[kind, part]
        over = count >= case.high[kind, part]
        under = count < case.low[kind, part]
        found.append(price * (over.astype(np.int64) - under))
    return found


def _days(case: Case) -> list[tuple[int, list[int]]]:
    """Return (agency, patrols that start on one day), for all agencies and days."""
    found: dict[tuple[int, int], list[int]] = {}
    for p, places in enumerate(case.places):
        for a in places:
            found.setdefault((case.touched[a][p].start, a), []).append(p)
    return [(a, patrols) for (_day, a), patrols in sorted(found.items())]
