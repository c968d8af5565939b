"""A problem made ready for counting: numbers for names, arrays for questions.

Officers stand in order of agency, patrols in order of start, so that of two patrols the
one with the higher number never starts earlier. Arrays are ``[officer, patrol]``.
Every part of the engine reads this; none changes it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from patrols.roster.candidates import barred
from patrols.roster.days import Days
from patrols.roster.law import lookup
from patrols.roster.problem import Patrol, Point, Problem

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
# A duty less than this after the start of the last one begins earlier in the day (an
# hour is left for the change of clocks).
BACKWARD = 23 * 3600
NOTICE = timedelta(days=1)
EARTH_KM = 6371.0088


def seconds(moment: datetime) -> int:
    """Return a moment as seconds since 1970."""
    return int(moment.timestamp())


@cache
def distance(one: Point, other: Point) -> int:
    """Return the whole kilometres between two points on the map (haversine)."""
    (x, y), (u, v) = one, other
    part = sin(radians(v - y) / 2) ** 2
    part += cos(radians(y)) * cos(radians(v)) * sin(radians(u - x) / 2) ** 2
    return round(2 * EARTH_KM * asin(sqrt(part)))


class Case:
    """The arrays of one problem; see the module."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.weights = problem.weights
        self.law = lookup(problem.laws)
        self.officers = sorted(problem.officers, key=lambda one: (one.agency, one.id))
        self.patrols = sorted(problem.patrols, key=lambda one: (one.starts, one.id))
        self.officer_of = {one.id: o for o, one in enumerate(self.officers)}
        self.patrol_of = {one.id: p for p, one in enumerate(self.patrols)}
        self.shape = len(self.officers), len(self.patrols)
        self.start = np.array([seconds(p.starts) for p in self.patrols], np.int64)
        self.end = np.array([seconds(p.ends) for p in self.patrols], np.int64)
        self.longest = int((self.end - self.start).max(initial=0))
        self._people()
        self._times()
        self._demands()
        self._costs()
        self._booked()
        self.barred = barred(self)
        self.can = ~np.logical_or.reduce(list(self.barred.values()))
        self._shares()

    def _people(self) -> None:
        named = {one.agency for one in self.officers}
        named |= {code for one in self.patrols for code in one.places}
        self.agencies = sorted(named)
        self.agency = {code: a for a, code in enumerate(self.agencies)}
        self.agency_of = [self.agency[one.agency] for one in self.officers]
        ends = np.searchsorted(self.agency_of, range(len(self.agencies) + 1))
        self.people = [range(*ends[a : a + 2]) for a in range(len(self.agencies))]
        spoken = {word for one in self.officers for word in one.languages}
        spoken |= {word for one in self.patrols for word in one.languages}
        self.languages = sorted(spoken)
        bits = {word: 1 << n for n, word in enumerate(self.languages)}
        self.speaks = [sum(bits[w] for w in set(o.languages)) for o in self.officers]
        self.heard = [
            sum(bits[w] for w in set(p.languages)) if self.rules("H4", p) else 0
            for p in self.patrols
        ]

    def rules(self, rule: str, patrol: Patrol) -> bool:
        """Return whether a rule of the lead agency is in force for a patrol."""
        zone = ZoneInfo(self.problem.time_zones.get(patrol.lead, "UTC"))
        day = patrol.starts.astimezone(zone).date()
        return bool(self.law(rule, patrol.lead, day).value)

    def _times(self) -> None:
        """Days, rest and clashes, which differ by agency."""
        first = int(self.start.min()) if self.patrols else 0
        last = int(self.end.max()) if self.patrols else 1
        zones = self.problem.time_zones
        self.days = [
            Days(code, zones.get(code, "UTC"), first, last, self.law)
            for code in self.agencies
        ]
        found = [one.calendar(self.start, self.end) for one in self.days]
        self.firsts = [one.first for one in found]
        self.touched = [one.touched for one in found]
        self.hours = [one.hours for one in found]
        self.nights = [one.nights for one in found]
        self.weekends = [one.weekends for one in found]
        self.rested = [one.rested for one in found]
        number = np.arange(self.shape[1])
        later = number[None, :] >= number[:, None]
        after = [(self.start[None, :] < one[:, None]) & later for one in self.rested]
        self.clash = [np.asarray(one | one.T) for one in after]
        apart = self.start[None, :] - self.start[:, None]
        self.backward = np.abs(apart) < BACKWARD
        np.fill_diagonal(self.backward, val=False)

    def _demands(self) -> None:
        """Who is asked for: places, certificates, the commander."""
        self.places = [
            {self.agency[code]: n for code, n in p.places.items() if n > 0}
            for p in self.patrols
        ]
        self.certificates = [
            {name: n for name, n in p.certificates.items() if n > 0}
            if self.rules("H2", p)
            else {}
            for p in self.patrols
        ]
        asked = {name for one in self.certificates for name in one}
        asked |= {one.commander_certificate for one in self.patrols} - {""}
        self.holds = {name: self._holders(name) for name in sorted(asked)}
        self.commands = np.zeros(self.shape, np.bool_)
        self.is_led = [bool(p.lead) and self.rules("H3", p) for p in self.patrols]
        able = np.array([one.is_commander for one in self.officers], np.bool_)
        for p, patrol in enumerate(self.patrols):
            if self.is_led[p] and patrol.lead in self.agency:
                crew = self.people[self.agency[patrol.lead]]
                self.commands[crew, p] = able[crew]
                if name := patrol.commander_certificate:
                    self.commands[crew, p] &= self.holds[name][crew, p]

    def _holders(self, name: str) -> Flags:
        held = np.zeros(self.shape, np.bool_)
        last = [
            np.array([days.dates[t[-1]].toordinal() for t in touched], np.int64)
            for days, touched in zip(self.days, self.touched, strict=True)
        ]
        for o, officer in enumerate(self.officers):
            if name in officer.certificates:
                until = officer.certificates[name]
                ends = until.toordinal() if until else np.iinfo(np.int64).max
                held[o] = last[self.agency_of[o]] <= ends
        return held

    def _costs(self) -> None:
        """What one officer on one patrol costs, whatever else is decided."""
        problem, weights = self.problem, self.weights
        known_bases = {base: n for n, base in enumerate({p.base for p in self.patrols})}
        which = [known_bases[one.base] for one in self.patrols]
        self.km = np.zeros(self.shape, np.int64)
        for o, officer in enumerate(self.officers):
            if home := officer.base:
                far = [distance(home, base) if base else 0 for base in known_bases]
                self.km[o] = np.array(far, np.int64)[which]
        self.changed = np.zeros(self.shape, np.bool_)
        known = [
            (self.officer_of.get(one.officer), self.patrol_of[one.patrol])
            for one in problem.published
            if one.patrol in self.patrol_of
        ]
        self.changed[:, [p for _o, p in known]] = True
        for one, p in known:
            if one is not None:
                self.changed[one, p] = False
        until = seconds(problem.now + NOTICE) if problem.now else 0
        self.is_late = np.asarray(self.start < until)
        change = weights.changes + weights.late_changes * self.is_late
        self.pair = self.km * weights.km + self.changed * change
        self.wished = np.zeros(self.shape, np.int64)
        for wish in problem.wishes:
            place = self.officer_of[wish.officer], self.patrol_of[wish.patrol]
            self.wished[place] = wish.weight
        self.pair -= self.wished * weights.wishes
        self.hoped = int(np.maximum(self.wished, 0).sum())

    def near(self, p: int) -> list[int]:
        """Return the patrols that share an agency with one, nearest in time first."""
        parties, start = self.places[p].keys(), int(self.start[p])
        found = [q for q in range(self.shape[1]) if parties & self.places[q].keys()]
        return sorted(found, key=lambda q: (abs(int(self.start[q]) - start), q))

    def asked(self, rule: str, detail: str, p: int) -> Iterator[int]:
        """Yield the officers who could meet H1 or H3 of an agency, or H2 of any."""
        codes = self.places[p] if rule == "H2" else [self.agency.get(detail, -1)]
        for a in codes:
            if a >= 0:
                yield from self.people[a]

    def _shares(self) -> None:
        """How many duties, nights and weekends are an officer's fair share, +-1.

        Whole numbers throughout: the target is ``total * own / all``.
        """
        ones = [np.ones(self.shape[1], np.bool_) for _agency in self.agencies]
        self.counted = [ones, self.nights, self.weekends]
        self.low = np.zeros((3, self.shape[0]), np.int64)
        self.high = np.zeros((3, self.shape[0]), np.int64)
        for a, people in enumerate(self.people):
            parts = {o: self._availability(o) for o in people}
            asked = [places.get(a, 0) for places in self.places]
            for kind, flags in enumerate(self.counted):
                total = sum(n for n, one in zip(asked, flags[a], strict=True) if one)
                for o, part in parts.items():
                    self.low[kind, o], self.high[kind, o] = band(
                        total, part, sum(parts.values())
                    )

    def _availability(self, o: int) -> int:
        """Weekly hours times the days on which there is a patrol to go on."""
        first = self.firsts[self.agency_of[o]]
        return self.officers[o].contract_hours * len(np.unique(first[self.can[o]]))

    def _booked(self) -> None:
        """What officers do elsewhere, as hours by week and duties by day."""
        self.booked_hours: list[list[int]] = []
        self.booked_days: list[list[int]] = []
        for officer, a in zip(self.officers, self.agency_of, strict=True):
            hours = [0] * len(self.days[a].weeks)
            worked = [0] * len(self.days[a].dates)
            for duty in officer.duties:
                span = seconds(duty.starts), seconds(duty.ends)
                for week, part in self.days[a].hours(*span):
                    hours[week] += part
                for day in self.days[a].touched(*span):
                    worked[day] += 1
            self.booked_hours.append(hours)
            self.booked_days.append(worked)


def band(total: int, part: int, whole: int) -> tuple[int, int]:
    """Return the fewest and most of ``total`` that are within one of a fair share."""
    if not whole:
        return 0, total
    return max(0, -((whole - total * part) // whole)), (total * part + whole) // whole


def cliques(case: Case, a: int, patrols: Sequence[int]) -> Iterator[list[int]]:
    """Yield the largest sets of patrols that all clash, of some in order of start."""
    active: list[int] = []
    is_new = False
    for p in patrols:
        start = case.start[p]
        lasting = [q for q in active if case.rested[a][q] > start]
        if is_new and len(lasting) < len(active):
            yield active
        active = [*lasting, p]
        is_new = True
    if active:
        yield active


def steps_back(case: Case, a: int, p: int, later: list[int]) -> list[int]:
    """Return the later patrols that are a step back on the clock, and can follow."""
    row, clash = case.backward[p], case.clash[a][p]
    near = takewhile(lambda q: row[q], later)
    return [q for q in near if not clash[q]]


def apart(case: Case, a: int, patrols: list[int]) -> Iterator[list[int]]:
    """Split patrols into groups of which an officer takes at most one."""
    group: list[int] = []
    for p in patrols:
        if group and not all(case.clash[a][p][q] for q in group):
            yield group
            group = []
        group.append(p)
    if group:
        yield group
