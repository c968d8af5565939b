"""Days of an agency's own time zone, and what its law allows on them.

Days are numbered from the first one that can matter. A day lasts from one local
midnight to the next: 23 or 25 hours when the clock changes.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from patrols.roster.law import Lookup

# A duty counts as one by night if it touches the time between midnight and five.
NIGHT_ENDS = time(5)
SATURDAY = 5
WEEK = 7


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
        self.streaks = [int(law("H7", agency, day).value) for day in self.dates]
        self.weeks: list[range] = []
        self.limits: list[int] = []
        for first in range(self.horizon.start - WEEK + 1, self.horizon.stop):
            rule = law("H6", agency, self.dates[first])
            if rule.period == "rolling" or self.dates[first].weekday() == 0:
                self.weeks.append(range(first, first + WEEK))
                self.limits.append(round(rule.value * 3600))

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
        found = []
        for number, week in enumerate(self.weeks):
            from_, until = self.midnights[week.start], self.midnights[week.stop]
            seconds = min(ends, until) - max(starts, from_)
            if seconds > 0:
                found.append((number, seconds))
        return found

    def is_night(self, starts: int, ends: int) -> bool:
        """Return whether a duty touches the hours between midnight and five."""
        return any(
            starts < self.mornings[day] and ends > self.midnights[day]
            for day in self.touched(starts, ends)
        )

    def is_weekend(self, starts: int, ends: int) -> bool:
        """Return whether a duty touches a Saturday or a Sunday."""
        return any(
            self.dates[day].weekday() >= SATURDAY for day in self.touched(starts, ends)
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
