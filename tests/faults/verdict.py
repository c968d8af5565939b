"""What was acknowledged at the writers against what came to the receivers."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields
from itertools import pairwise

from tests.faults.receivers import Frame

# The kind of an event and the id of its subject.
Told = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Due:
    """What one reader is to hear: each once, the optional perhaps, nothing else."""

    events: Counter[Told]
    marks: Collection[str]
    optional: Collection[Told] = ()


@dataclass
class Findings:
    """How often what went wrong; only ``repeats`` may be more than none."""

    lost: int = 0
    leaked: int = 0
    disordered: int = 0
    # Told twice, under two ids.
    doubled: int = 0
    # One id, and not the same event.
    mistaken: int = 0
    frames: int = field(default=0, metadata={"is_fault": False})
    repeats: int = field(default=0, metadata={"is_fault": False})

    def add(self, other: "Findings") -> None:
        """Add what was found at another receiver."""
        for one in fields(self):
            total = getattr(self, one.name) + getattr(other, one.name)
            setattr(self, one.name, total)

    @property
    def faults(self) -> dict[str, int]:
        """What must be none of."""
        named = [f.name for f in fields(self) if f.metadata.get("is_fault", True)]
        return {name: getattr(self, name) for name in named}


def judge(connections: list[list[Frame]], due: Due, feed: list[str]) -> Findings:
    """Compare what one socket heard with what was due and with its reader's feed.

    ``connections`` are the frames of each connection in the order in which they
    came; ``feed`` are the ids that the list gives the same reader afterwards.
    """
    found = Findings()
    once: dict[str, Frame] = {}
    for frame in (frame for frames in connections for frame in frames):
        found.frames += 1
        found.repeats += frame.id in once
        found.mistaken += once.setdefault(frame.id, frame)[:4] != frame[:4]
        found.leaked += len(frame.marks - set(due.marks))
    told = Counter((frame.kind, frame.ref) for frame in once.values())
    found.lost += (due.events - told).total() + len(set(feed) - set(once))
    for one, count in (told - due.events).items():
        if one in due.events:
            found.doubled += count
        elif one not in due.optional:
            found.leaked += count
    places = {event: n for n, event in enumerate(feed)}
    found.disordered += sum(_breaks(frames, places) for frames in connections)
    return found


def _breaks(frames: Iterable[Frame], places: dict[str, int]) -> int:
    """Count where a connection does not go on with the feed's next event.

    What the feed no longer has, because its release has ended, has no place.
    """
    at = [places[frame.id] for frame in frames if frame.id in places]
    return sum(after != before + 1 for before, after in pairwise(at))
