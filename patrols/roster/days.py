"""Days of an agency's own time zone, and what its law allows on them.

Days are numbered from the first one that can matter. A day lasts from one local
midnight to the next: 23 or 25 hours when the clock changes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from patrols.roster.law import Lookup

# A duty counts as one by night if it touches the time between midnight and five.
NIGHT_ENDS = time(5)
SATURDAY = 5
WEEK = 7


@dataclass(frozen=True, slots=True)
class Calendar:
    """What some spans are to the days of an agency, in the order of the spans.

    The days touched and the first of them, hours by week (as ``Days.hours`` has them),
    whether a span is one by night or at a weekend, and when its officer is rested.
    """

    first: NDArray[np.int64]
    touched: list[range]
    hours: list[list[tuple[int, int]]]
    nights: NDArray[np.bool_]
    weekends: NDArray[np.bool_]
    rested: NDArray[np.int64]


class Days:
    """The days of one agency around the patrols ``starts`` to ``ends`` (seconds)."""

    def __init__(
        self, agency: str, zone: str, starts: int, ends: int, law: Lookup
    ) -> None:
        self.zone = ZoneInfo(zone)
        days = [datetime.fromtimestamp(at, self.zone).date() for at in (starts, ends)]
        # A week on either side, and as many days as the law lets anybody work in a row.
        most = max(law("H7", agency, day).value for day in days)
        margin = timedelta(days=WEEK + max(WEEK, int(most)) + 1)
        self.first = days[0] - margin
        length = (days[1] - days[0] + 2 * margin).days + 1
        self.dates = [self.first + timedelta(days=n) for n in range(length)]
        self.midnights = [self._at(day, time()) for day in self.dates]
        self.mornings = [self._at(day, NIGHT_ENDS) for day in self.dates]
        self.horizon = range(self.of(starts), self.of(ends - 1) + 1)
        self.rests = [round(law("H5", agency, d).value * 3600) for d in self.dates]
        self.streaks = [int(law("H7", agency, day).value) for day in self.dates]
        self.weeks: list[range] = []
        self.limits: list[int] = []
        for first in range(self.horizon.start - WEEK + 1, self.horizon.stop):
            rule = law("H6", agency, self.dates[first])
            if rule.period == "rolling" or self.dates[first].weekday() == 0:
                self.weeks.append(range(first, first + WEEK))
                self.limits.append(round(rule.value * 3600))
        self.week_starts = [self.midnights[week.start] for week in self.weeks]
        self.week_ends = [self.midnights[week.stop] for week in self.weeks]

    def _at(self, day: date, clock: time) -> int:
        return int(datetime.combine(day, clock, self.zone).timestamp())

    def of(self, moment: int) -> int:
        """Return the number of the day of a moment; far ones are the first or last."""
        found = bisect_right(self.midnights, moment) - 1
        return min(max(found, 0), len(self.dates) - 1)

    def touched(self, starts: int, ends: int) -> range:
        """Return the days that a span has a part of."""
        if ends <= self.midnights[0] or starts >= self.midnights[-1]:
            return range(0)
        return range(self.of(starts), self.of(ends - 1) + 1)

    def hours(self, starts: int, ends: int) -> list[tuple[int, int]]:
        """Return (number of week, seconds in it) for every week with a part of it."""
        first = bisect_right(self.week_ends, starts)
        return [
            (
                week,
                min(ends, self.week_ends[week]) - max(starts, self.week_starts[week]),
            )
            for week in range(first, bisect_left(self.week_starts, ends))
        ]

    def rested(self, starts: int, ends: int) -> int:
        """Return when an officer is rested after a span: by the law of its day."""
        return ends + self.rests[self.of(starts)]

    def calendar(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Calendar:
        """Return what many spans are; all lie within ``horizon``."""
        midnights = np.array(self.midnights, np.int64)
        mornings = np.array(self.mornings, np.int64)
        first = np.searchsorted(midnights, starts, "right") - 1
        last = np.searchsorted(midnights, ends - 1, "right") - 1
        is_free = np.array([one.weekday() >= SATURDAY for one in self.dates], np.bool_)
        nights = np.zeros(len(starts), np.bool_)
        weekends = np.zeros(len(starts), np.bool_)
        for step in range(int((last - first).max(initial=0)) + 1):
            day = np.minimum(first + step, last)
            nights |= (starts < mornings[day]) & (ends > midnights[day])
            weekends |= is_free[day]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return Calendar(
            first=first,
            touched=list(map(range, first.tolist(), (last + 1).tolist())),
            hours=[self.hours(*span) for span in spans],
            nights=nights,
            weekends=weekends,
            rested=ends + np.array(self.rests, np.int64)[first],
        )

    def is_too_long(self, worked: Sequence[int], day: int) -> bool:
        """Return whether the days in a row around a worked one are more than allowed.

        ``worked`` holds the number of duties by day.
        """
        low = high = day
        while low > 0 and worked[low - 1]:
            low -= 1
        while high + 1 < len(worked) and worked[high + 1]:
            high += 1
        return any(
            first + self.streaks[first] <= high for first in range(low, high + 1)
        )
