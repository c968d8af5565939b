"""A naive model of who sees what, in plain Python, written from the rules' text.

It knows nothing of keys, audiences or epochs: it keeps who released what to whom
and when, and who was party to which agreement from when to when.
"""

from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from agencies.policy import TLP


@dataclass
class Person:
    """An officer as the rules see one."""

    name: str
    agency: str | None
    clearance: int
    is_active: bool = True


@dataclass
class Grant:
    """One release: to an agency, an agreement or an officer, at a tick."""

    kind: str
    name: str
    scope: str
    tick: int
    is_live: bool = True


@dataclass
class Sheet:
    """One record and all its grants."""

    owner: str
    author: str
    tlp: str
    level: int
    grants: dict[UUID, Grant] = field(default_factory=dict)


@dataclass
class Oracle:
    """The whole naive world; ``ticks`` order what happened."""

    people: dict[str, Person]
    # Agreement -> agency -> intervals (joined tick, left tick or None).
    parties: dict[str, dict[str, list[tuple[int, int | None]]]]
    records: dict[UUID, Sheet] = field(default_factory=dict)
    # Tear line -> the record that it was taken from, and its own TLP.
    tear_lines: dict[UUID, tuple[UUID, str]] = field(default_factory=dict)
    ticks: "count[int]" = field(default_factory=lambda: count(1))

    def is_member(self, agency: str | None, agreement: str, since: int) -> bool:
        """Whether the agency was a party at a tick and has been ever since."""
        intervals = self.parties[agreement].get(agency or "", [])
        return any(joined <= since and left is None for joined, left in intervals)

    def sees(self, name: str, record: UUID) -> bool:
        """Whether a person sees a record or a tear line."""
        person = self.people[name]
        source, tlp = self.tear_lines.get(record, (record, ""))
        sheet = self.records[source]
        is_tear_line = record in self.tear_lines
        level = 0 if is_tear_line else sheet.level
        tlp = tlp or sheet.tlp
        if not person.is_active or person.clearance < level:
            return False
        if person.agency == sheet.owner and (tlp != TLP.RED or sheet.author == name):
            return True
        scope = "tearline" if is_tear_line else "full"
        return any(
            self._opens(grant, person, tlp)
            for grant in sheet.grants.values()
            if grant.is_live and grant.scope == scope
        )

    def _opens(self, grant: Grant, person: Person, tlp: str) -> bool:
        if tlp == TLP.RED and grant.kind != "officer":
            return False
        if tlp == TLP.AMBER_STRICT and grant.kind == "agreement":
            return False
        if grant.kind == "agency":
            return person.agency == grant.name
        if grant.kind == "officer":
            return person.name == grant.name
        return self.is_member(person.agency, grant.name, grant.tick)

    def visible(self, name: str) -> set[UUID]:
        """All records and tear lines that a person sees."""
        everything = [*self.records, *self.tear_lines]
        return {record for record in everything if self.sees(name, record)}
