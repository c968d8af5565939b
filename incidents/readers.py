"""Who sees an incident, and who opened it when: told to its owner.

By release: what the grantee gets and until when, which agencies took note, and who
of them opened it first and last. How many of another agency read is its own affair.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from agencies.models import Party, Release
from agencies.policy import Actor, GranteeKind
from agencies.views.logs import signed
from agencies.views.records import ShownRelease, known_releases, named, person
from incidents.models import Acknowledgement, Incident, Sighting

# The agencies that a release to an agreement lets in: the owner's own apart.
Parties = dict[Any, list[Party]]


@dataclass
class Opened:
    """What one agency did: who took note, and who opened the incident, when.

    The people are labels, and only those whom the owner may know.
    """

    agency: str
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    first_at: datetime | None = None
    first_by: str | None = None
    last_at: datetime | None = None
    last_by: str | None = None

    @property
    def noted_who(self) -> str:
        """Who took note, as people read it."""
        return person(self.acknowledged_by)

    @property
    def first_who(self) -> str:
        """Who opened it first, as people read it."""
        return person(self.first_by)

    @property
    def last_who(self) -> str:
        """Who opened it last, as people read it."""
        return person(self.last_by)


@dataclass
class Reader:
    """One grantee: what it gets by its latest release, and what came of it."""

    shown: ShownRelease
    level: int
    level_name: str
    agencies: list[Opened] = field(default_factory=list)

    @property
    def release(self) -> Release:
        """The release as it is stored."""
        return self.shown.made


def readers_of(row: Incident, actor: Actor) -> list[Reader]:
    """Return who sees an incident or its tear line, those who no longer do last.

    For an officer of the owner; others are not to be asked for.
    """
    tear_line = row.tear_line_for(actor)
    records = {one.pk: one for one in (row, tear_line) if one}
    releases = _latest(known_releases(row, actor))
    noted = list(signed(Acknowledgement, records, actor))
    sighted = list(signed(Sighting, records, actor))
    parties = _parties(releases, actor)
    found = []
    for shown in named(releases, actor):
        made, record = shown.made, records[shown.made.record_id]
        opened = {code: Opened(code) for code in _present(made, parties)}
        for mark in noted:
            if _is_by(mark, made, parties):
                _take_note(opened, mark)
        for mark in sighted:
            if _is_by(mark, made, parties):
                _take_sighting(opened, mark)
        agencies = sorted(opened.values(), key=attrgetter("agency"))
        found.append(Reader(shown, record.level, record.level_name, agencies))
    return found


def _latest(rows: Iterable[Release]) -> list[Release]:
    """Return each grantee's latest release, live ones first."""
    latest: dict[tuple[UUID, str], Release] = {}
    for made in sorted(rows, key=lambda made: (made.is_live, made.created_at)):
        latest[made.record_id, made.grantee] = made
    return sorted(latest.values(), key=lambda made: (not made.is_live, made.created_at))


def _parties(releases: list[Release], actor: Actor) -> Parties:
    """Return the other parties of the agreements, as far as the owner sees them."""
    ids = {made.agreement_id for made in releases if made.agreement_id}
    rows = Party.objects.visible_to(actor).filter(agreement__in=ids)
    found: Parties = {}
    for party in rows.exclude(agency=actor.agency_id).select_related("agency"):
        found.setdefault(party.agreement_id, []).append(party)
    return found


def _present(made: Release, parties: Parties) -> list[str]:
    """Return whom a release to an agreement lets in now, also who did nothing yet."""
    return [
        party.agency.code
        for party in parties.get(made.agreement_id, [])
        if made.is_live and made.lets_in(party) and party.left_at is None
    ]


def _is_by(mark: Any, made: Release, parties: Parties) -> bool:
    """Whether a mark was made by those to whom a release is.

    An owner that left the agreement does not know its parties any more: then it may
    have been any agency.
    """
    if mark.incident_id != made.record_id:
        return False
    if made.grantee_kind == GranteeKind.AGENCY:
        return bool(mark.agency_id == made.agency_id)
    if made.grantee_kind == GranteeKind.OFFICER:
        return bool(mark.by == made.grantee)
    if made.agreement_id not in parties:
        return mark.agency_id is not None
    return any(
        party.agency_id == mark.agency_id and made.lets_in(party)
        for party in parties[made.agreement_id]
    )


def _take_note(opened: dict[str, Opened], mark: Any) -> None:
    one = _of(opened, mark)
    one.acknowledged_at, one.acknowledged_by = mark.at, mark.who


def _take_sighting(opened: dict[str, Opened], mark: Any) -> None:
    one = _of(opened, mark)
    if one.first_at is None or mark.first_at < one.first_at:
        one.first_at, one.first_by = mark.first_at, mark.who
    if one.last_at is None or mark.last_at > one.last_at:
        one.last_at, one.last_by = mark.last_at, mark.who


def _of(opened: dict[str, Opened], mark: Any) -> Opened:
    code = mark.agency.code if mark.agency else ""
    return opened.setdefault(code, Opened(code))
