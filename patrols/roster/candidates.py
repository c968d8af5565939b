"""Who can go at all, whatever else is decided; and for each who cannot, the rule."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from patrols.roster.case import Case, Flags

SHORTEST_DAY = 23 * 3600
# In the order in which reasons are given: the first that holds is the one named.
ORDER = ("H1", "H8", "H9", "H4", "H5", "H6", "H7")


def barred(case: "Case") -> dict[str, "Flags"]:
    """Return, by rule, which officers (rows) it keeps from which patrols (columns).

    H1: the agency has no place on the patrol. H8: away. H9: no authorisation for a
    territory. H4: speaks none of the languages. H5, H6, H7: duties elsewhere leave no
    room, even with no other patrol.
    """
    found = {rule: np.zeros(case.shape, np.bool_) for rule in ORDER}
    for a, people in enumerate(case.people):
        absent = np.array([a not in places for places in case.places], np.bool_)
        for o in people:
            found["H1"][o] = absent
            _away(case, o, found["H8"][o])
            _elsewhere(case, o, found)
    _foreign(case, found["H9"])
    heard = np.array(case.heard, dtype=object)
    for bits in set(case.speaks):
        deaf = np.array([bool(mask) and not mask & bits for mask in heard], np.bool_)
        found["H4"][[o for o, own in enumerate(case.speaks) if own == bits]] = deaf
    return found


def _away(case: "Case", o: int, row: "Flags") -> None:
    for span in case.officers[o].away:
        row |= (case.start < span.ends.timestamp()) & (
            case.end > span.starts.timestamp()
        )


def _elsewhere(case: "Case", o: int, found: dict[str, "Flags"]) -> None:
    a = case.agency_of[o]
    for duty in case.officers[o].duties:
        starts, ends = int(duty.starts.timestamp()), int(duty.ends.timestamp())
        rested = case.days[a].rested(starts, ends)
        is_after = case.start >= starts
        found["H5"][o] |= np.where(
            is_after, case.start < rested, case.rested[a] > starts
        )
    if not case.officers[o].duties:
        return
    days, hours, worked = case.days[a], case.booked_hours[o], case.booked_days[o]
    # Few are so busy that a single duty more could be too much.
    longest = case.longest
    may_tire = max(hours, default=0) + longest > min(days.limits, default=0)
    may_break = sum(map(bool, worked)) + longest // SHORTEST_DAY + 2 > min(days.streaks)
    if not (may_tire or may_break):
        return
    for p in np.flatnonzero(~found["H1"][o]).tolist():
        found["H6"][o, p] = is_over_hours(case, a, hours, case.hours[a][p])
        found["H7"][o, p] = is_over_days(case, a, worked, case.touched[a][p])


def is_over_hours(
    case: "Case", a: int, used: list[int], weeks: list[tuple[int, int]]
) -> bool:
    """Return whether hours more in some weeks are more than the law allows (H6)."""
    limits = case.days[a].limits
    return any(used[week] + part > limits[week] for week, part in weeks)


def is_over_days(case: "Case", a: int, worked: list[int], touched: range) -> bool:
    """Return whether work on some days lies in too many in a row (H7).

    Also where duties elsewhere are too many already: nobody is sent amid them.
    """
    new = [day for day in touched if not worked[day]]
    for day in new:
        worked[day] = 1
    found = case.days[a].is_too_long(worked, touched.start)
    for day in new:
        worked[day] = 0
    return found


def _foreign(case: "Case", flags: "Flags") -> None:
    asked: dict[str, list[int]] = {}
    for p, patrol in enumerate(case.patrols):
        for territory in set(patrol.territories):
            asked.setdefault(territory, []).append(p)
    for a, people in enumerate(case.people):
        days = case.days[a]
        spans = [(days.dates[t[0]], days.dates[t[-1]]) for t in case.touched[a]]
        is_asked = np.array(
            [bool(case.law("H9", case.agencies[a], one).value) for one, _last in spans],
            np.bool_,
        )
        for territory, patrols in asked.items():
            columns = [p for p in patrols if is_asked[p]]
            first = np.array([spans[p][0].toordinal() for p in columns], np.int64)
            last = np.array([spans[p][1].toordinal() for p in columns], np.int64)
            # Many hold the same papers.
            holders: dict[frozenset[tuple[date, date]], list[int]] = {}
            for o in people:
                papers = frozenset(
                    (one.valid_from or date.min, one.valid_until or date.max)
                    for one in case.officers[o].authorisations
                    if one.territory == territory
                )
                holders.setdefault(papers, []).append(o)
            for papers, alike in holders.items():
                allowed = np.zeros(len(columns), np.bool_)
                for begins, ends in papers:
                    allowed |= (first >= begins.toordinal()) & (
                        last <= ends.toordinal()
                    )
                flags[np.ix_(alike, columns)] |= ~allowed
