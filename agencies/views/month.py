"""A month of days, and who is away on which: what the strips of the pages show."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.errors import Invalid
from agencies.models import Absence, AbsenceKind


@dataclass(frozen=True, slots=True)
class Mark:
    """Why somebody is away on a day, in a letter and in words."""

    kind: str
    letter: str
    words: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one officer: away for these reasons, the gravest first."""

    day: date
    is_today: bool
    is_weekend: bool
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Month:
    """One month by the clock of the reader's agency."""

    first: date

    @classmethod
    def of(cls, text: str) -> "Month":
        """Return the month that a URL names, such as ``2026-11``; none is this one."""
        if not text:
            return cls(timezone.localdate().replace(day=1))
        try:
            found = date.fromisoformat(f"{text}-01")
        except ValueError:
            found = None
        if found is None or not 1900 <= found.year < 2200:
            raise Invalid("bad_month", _("Not a month, such as 2026-11."))
        return cls(found)

    @property
    def days(self) -> list[date]:
        """Its days."""
        number = monthrange(self.first.year, self.first.month)[1]
        return [self.first + timedelta(days=n) for n in range(number)]

    @property
    def title(self) -> str:
        """Its name with the year."""
        return formats.date_format(self.first, "F Y")

    @property
    def before(self) -> str:
        """The month before, as a URL names it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.days[-1] + timedelta(days=1):%Y-%m}"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The moments at which it begins and ends."""
        return midnight(self.first), midnight(self.days[-1] + timedelta(days=1))

    def strip(self, absences: Iterable[Absence]) -> list[Cell]:
        """Return a cell for each day, with the absences that take up some of it."""
        found = list(absences)
        letters = letters_of_kinds()
        today = timezone.localdate()
        cells = []
        for day in self.days:
            begin, end = midnight(day), midnight(day + timedelta(days=1))
            kinds = {a.kind for a in found if a.starts_at < end and a.ends_at > begin}
            marks = [
                Mark(kind.value, letters[kind], str(kind.label))
                for kind in _GRAVEST_FIRST
                if kind in kinds
            ]
            cells.append(Cell(day, day == today, day.weekday() > 4, marks))
        return cells


_GRAVEST_FIRST = [
    AbsenceKind.SUSPENSION,
    AbsenceKind.SICK,
    AbsenceKind.ELSEWHERE,
    AbsenceKind.TRAINING,
    AbsenceKind.LEAVE,
]


def letters_of_kinds() -> dict[AbsenceKind, str]:
    """Return the letter of each kind of absence, in the reader's language."""
    return {
        AbsenceKind.LEAVE: pgettext("a day of leave", "L"),
        AbsenceKind.TRAINING: pgettext("a day of training", "T"),
        AbsenceKind.ELSEWHERE: pgettext("a day of duty elsewhere", "E"),
        AbsenceKind.SICK: pgettext("a day of sickness", "S"),
        AbsenceKind.SUSPENSION: pgettext("a day of suspension", "X"),
    }


def legend() -> list[Mark]:
    """Return what the letters stand for."""
    letters = letters_of_kinds()
    return [Mark(kind.value, letters[kind], str(kind.label)) for kind in AbsenceKind]


def midnight(day: date) -> datetime:
    """Return when a day begins, by the clock of the reader's agency."""
    return timezone.make_aware(datetime.combine(day, time()))
