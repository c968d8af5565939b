"""What the oracle knows of: people, agreements, records, releases, what was written.

Plain data, as the rules' text speaks of them. Ids are the database's, so that what a
channel gives can be compared.
"""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Person:
    """An officer, or an agency's system, as the rules see one."""

    name: str
    id: UUID | None
    agency: str | None
    clearance: int
    roles: set[str] = field(default_factory=set)
    is_active: bool = True
    is_system: bool = False

    @property
    def is_platform(self) -> bool:
        """Whether this is a platform administrator."""
        return self.is_active and "platform_admin" in self.roles


@dataclass
class Agreement:
    """An agreement: its cap, and who was party to it from which tick to which."""

    id: UUID
    max_tlp: str
    # Agency, id of the row, joined, left.
    parties: list[tuple[str, UUID, int, int | None]] = field(default_factory=list)

    def joined(self, agency: str | None) -> int | None:
        """When a present party joined."""
        return next(
            (since for a, _pk, since, left in self.parties if a == agency and not left),
            None,
        )

    def joins(self, until: int | None = None) -> int:
        """How many have joined, up to a tick."""
        ticks = [since for _agency, _pk, since, _left in self.parties]
        return sum(until is None or since <= until for since in ticks)


@dataclass
class Sheet:
    """One owned row; ``mark`` is a text of its own that only its readers may meet."""

    type: str
    owner: str
    author: str | None
    tlp: str
    level: int
    mark: str = ""
    tear_line_of: UUID | None = None


@dataclass
class Grant:
    """One release: to an agency, an agreement or an officer, at a tick."""

    record: UUID
    kind: str
    name: str
    tick: int
    until: int | None = None
    is_ended: bool = False


@dataclass
class Way:
    """How readers came to a note: by which release, until when, at which level."""

    kind: str
    name: str
    tick: int
    level: int
    until: int | None
    # Only this agency's part of an agreement.
    only: str | None = None


@dataclass
class Note:
    """What somebody wrote under a record: it keeps the ways it was opened by.

    ``is_owners``: the owner of the record reads it as long as it reads the record.
    """

    type: str
    record: UUID
    is_owners: bool
    ways: list[Way]
