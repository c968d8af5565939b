"""What the database holds in the end, and what each reader is due by that."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from agencies.context import system
from agencies.models import IdempotencyKey
from incidents.models import Incident, LogEntry
from live.models import Event
from patrols.models import Patrol, Programme
from tests.faults.system import Faulted, Seat
from tests.faults.verdict import Due, Told
from tests.faults.writers import MARK_FORM, PARTNERS, Write


@dataclass
class Records:
    """The rows that writes and tasks have left."""

    # Marks in rows, each as often as a row has it.
    marks: Counter[str] = field(default_factory=Counter)
    patrols: list[str] = field(default_factory=list)
    doubled_patrols: int = 0
    half_written: int = 0

    @classmethod
    def of(cls, stack: Faulted) -> "Records":
        """Read them under the system's rights."""
        with stack.database(), system("test"):
            found = cls()
            found._read_marks()
            found._read_patrols()
            unanswered = IdempotencyKey.objects.filter(status=0)
            unordered = Event.objects.filter(seq__isnull=True)
            found.half_written = unanswered.count() + unordered.count()
            return found

    def _read_marks(self) -> None:
        for texts in (
            Incident.objects.values_list("title", flat=True),
            LogEntry.objects.values_list("text", flat=True),
            Programme.objects.values_list("code", flat=True),
        ):
            self.marks.update(mark for t in texts for mark in MARK_FORM.findall(t))

    def _read_patrols(self) -> None:
        """Those of each programme follow each other day by day."""
        for programme in Programme.objects.all():
            rows = Patrol.objects.filter(programme=programme).order_by("starts_at")
            self.patrols += [str(row.pk) for row in rows]
            pairs = pairwise(row.starts_at for row in rows)
            days = [after - before for before, after in pairs]
            self.doubled_patrols += sum(day != timedelta(days=1) for day in days)
            self.doubled_patrols += len(rows) < programme.horizon_days

    def faults(self, done: Iterable[Write]) -> dict[str, int]:
        """Compare with what was acknowledged."""
        acknowledged = Counter(write.mark for write in done)
        return {
            "records lost": (acknowledged - self.marks).total(),
            "records written twice": (self.marks - acknowledged).total(),
            "records half written": self.half_written,
            "patrols opened twice or not": self.doubled_patrols,
        }

    def due(self, seat: Seat, done: Iterable[Write], lent: Iterable[str]) -> Due:
        """Return what an officer is to hear: each event once."""
        mine = [write for write in done if write.is_for(seat.agency, seat.clearance)]
        events = Counter((write.kind, write.ref) for write in mine)
        optional: list[Told] = []
        if seat.agency in PARTNERS:
            events.update(("patrol.planned", patrol) for patrol in self.patrols)
        for one in lent:
            if seat.agency == "KG-BS":
                kinds = ("reported", "released", "release_ended")
                events.update((f"incident.{kind}", one) for kind in kinds)
            elif seat.agency == "TJ-BT":
                events["incident.withdrawn", one] += 1
                # Whoever was away just then has nothing to hear of it.
                optional.append(("incident.released", one))
        return Due(events, {write.mark for write in mine}, optional)
