"""Who may read what, by the rules' text: no keys, no audiences, no epochs.

``Readers.sees`` answers for every model: owned rows by their marking and releases,
the others by a line in ``RULES``. A model without either fails, and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from agencies.context import system
from agencies.models import Agency, Officer, Party, Release
from agencies.policy import TLP, Actor, Role
from agencies.records import Guarded, Owned
from tests.leaks.canaries import Canary


@dataclass(frozen=True)
class Person:
    """An officer, an agency's system, or nobody at all."""

    name: str
    agency: UUID | None = None
    officer: UUID | None = None
    clearance: int = 0
    is_platform: bool = False
    keeps_accounts: bool = False

    @classmethod
    def of(cls, name: str, actor: Actor | None) -> "Person":
        """Take over what the rules speak of; keys are none of it."""
        if actor is None:
            return cls(name)
        return cls(
            name=name,
            agency=actor.agency_id,
            officer=actor.officer_id,
            clearance=actor.clearance,
            is_platform=Role.PLATFORM_ADMIN in actor.roles,
            keeps_accounts=Role.AGENCY_ADMIN in actor.roles,
        )

    @property
    def may_administer(self) -> bool:
        """Whether they may enter the administration."""
        return self.is_platform or self.keeps_accounts

    @property
    def is_somebody(self) -> bool:
        """Whether they have come in at all."""
        return self.agency is not None or self.is_platform


class Readers:
    """All that the rules need, as it stands in the database now."""

    def __init__(self) -> None:
        """Read releases, memberships and all rows of all guarded models."""
        with system("test"):
            self.releases = list(Release.objects.all())
            self.parties = list(Party.objects.all())
            self.agencies = {a.pk: a for a in Agency.objects.all()}
        self._rows: dict[type[models.Model], dict[str, Any]] = {}

    def rows(self, model: type[models.Model]) -> list[Any]:
        """Return all rows of a model."""
        return list(self._read(model).values())

    def row(self, model: type[models.Model], pk: Any) -> Any:
        """Return one row."""
        return self._read(model)[str(pk)]

    def _read(self, model: type[models.Model]) -> dict[str, Any]:
        if model not in self._rows:
            with system("test"):
                rows = model._base_manager.order_by("pk")
                self._rows[model] = {str(row.pk): row for row in rows}
        return self._rows[model]

    def may_read(self, person: Person, canary: Canary) -> bool:
        """Whether a person may meet one field of one row."""
        row = self.row(canary.model, canary.pk)
        narrower = NARROWER.get(f"{canary.model.__name__}.{canary.field}")
        if narrower is not None and not narrower(self, person, row):
            return False
        return self.sees(person, row)

    def sees(self, person: Person, row: Any) -> bool:
        """Whether a person may see a row."""
        if not person.is_somebody:
            return False
        if isinstance(row, Owned):
            return self.sees_owned(person, row)
        name = type(row).__name__
        rule = RULES.get(name)
        assert rule, f"say who reads a {name} in RULES in tests/leaks/readers.py"
        return rule(self, person, row)

    def sees_owned(self, person: Person, row: Owned) -> bool:
        """The owner's cleared staff, or the author alone; and whom it is released."""
        if person.clearance < row.level:
            return False
        if person.agency == row.owner_id:
            is_author = person.officer == row.author_id is not None
            if row.tlp != TLP.RED or is_author:
                return True
        return any(
            self.opens(made, person)
            for made in self.releases
            if made.record_id == row.pk
        )

    def opens(self, made: Release, person: Person) -> bool:
        """Whether a release lets a person in now."""
        expires = made.expires_at
        if made.ended_at or (expires and expires <= timezone.now()):
            return False
        if made.agency_id:
            return made.agency_id == person.agency
        if made.officer_id:
            return made.officer_id == person.officer
        return any(
            party.agreement_id == made.agreement_id
            and party.agency_id == person.agency
            and party.left_at is None
            and party.joined_at <= made.created_at
            for party in self.parties
        )

    def are_partners(self, one: UUID | None, other: UUID | None) -> bool:
        """Whether two agencies are present parties to one agreement."""
        present = [p for p in self.parties if p.left_at is None]
        return bool(
            {p.agreement_id for p in present if p.agency_id == one}
            & {p.agreement_id for p in present if p.agency_id == other}
        )


Rule = Callable[[Readers, Person, Any], bool]


def _owner_of(readers: Readers, row: Any) -> UUID | None:
    """Return the owner of the record that a child hangs on."""
    parent = _parent(readers, row)
    return parent.owner_id  # type: ignore[no-any-return]


def _parent(readers: Readers, row: Any) -> Any:
    assert isinstance(row, Guarded)
    field: Any = type(row)._meta.get_field(row.guard_parent or "")
    return readers.row(field.related_model, getattr(row, field.attname))


def _like_parent(readers: Readers, person: Person, row: Any) -> bool:
    return readers.sees(person, _parent(readers, row))


def _between_two(readers: Readers, person: Person, row: Any) -> bool:
    """The owner and one agency, as far as they see the record."""
    is_party = person.agency in (row.agency_id, _owner_of(readers, row))
    return is_party and _like_parent(readers, person, row)


def _taking_part(readers: Readers, person: Person, row: Any) -> bool:
    """The owner and those who take part, as far as they see the patrol."""
    patrol = _parent(readers, row)
    agencies = readers.row(Agency, person.agency) if person.agency else None
    takes_part = agencies is not None and agencies.code in patrol.participants
    is_owner = person.agency == patrol.owner_id
    return (is_owner or takes_part) and _like_parent(readers, person, row)


def _log(readers: Readers, person: Person, row: Any) -> bool:
    if row.sharing == "own":
        return person.agency == row.agency_id and _like_parent(readers, person, row)
    if row.sharing == "owner":
        return _between_two(readers, person, row)
    return _like_parent(readers, person, row)


def _attachment(readers: Readers, person: Person, row: Any) -> bool:
    """As a line of the log; once it was taken back, its own agency alone."""
    if row.withdrawn_at is not None and person.agency != row.agency_id:
        return False
    return _log(readers, person, row)


def _custody(readers: Readers, person: Person, row: Any) -> bool:
    """Who acted, and the owner of the record if the file was for it as well."""
    made = readers.row(
        type(row)._meta.get_field("attachment").related_model, row.attachment_id
    )
    owner = _owner_of(readers, row)
    is_told = made.sharing != "own" or made.agency_id == owner
    is_party = person.agency == row.agency_id or (is_told and person.agency == owner)
    return is_party and _like_parent(readers, person, row)


def _release(readers: Readers, person: Person, row: Release) -> bool:
    from agencies.records import owned_model  # noqa: PLC0415

    record = readers.row(owned_model(row.record_type), row.record_id)
    if not readers.sees(person, record):
        return False
    return person.agency == row.owner_id or readers.opens(row, person)


def _officer(readers: Readers, person: Person, row: Officer) -> bool:
    if person.is_platform or (row.agency_id and person.agency == row.agency_id):
        return True
    is_liaison = Role.LIAISON in row.roles and row.is_active
    return is_liaison and readers.are_partners(person.agency, row.agency_id)


def _colleagues(readers: Readers, person: Person, row: Any) -> bool:
    officer = readers.row(Officer, row.officer_id)
    return person.agency is not None and person.agency == officer.agency_id


def _agreement(readers: Readers, person: Person, row: Any) -> bool:
    wanted = getattr(row, "agreement_id", row.pk)
    return person.is_platform or any(
        p.agreement_id == wanted and p.agency_id == person.agency
        for p in readers.parties
        if p.left_at is None
    )


def _platform(readers: Readers, person: Person, row: Any) -> bool:
    return person.is_platform


def _own_agency(readers: Readers, person: Person, row: Any) -> bool:
    return person.is_platform or person.agency == row.agency_id


def _everybody(readers: Readers, person: Person, row: Any) -> bool:
    return True


def _nobody(readers: Readers, person: Person, row: Any) -> bool:
    return False


def _owner_alone(readers: Readers, person: Person, row: Any) -> bool:
    return person.agency is not None and person.agency == row.owner_id


def _officer_alone(readers: Readers, person: Person, row: Any) -> bool:
    return person.officer == row.officer_id


def _planned(readers: Readers, person: Person, row: Any) -> bool:
    """The agency that it is about; before publication, if it is the planners' own."""
    from agencies.models import Asset  # noqa: PLC0415
    from patrols.models import Roster  # noqa: PLC0415

    about = getattr(row, "agency_id", None) or readers.row(Asset, row.asset_id).owner_id
    is_told = row.is_active or readers.row(Roster, row.roster_id).owner_id == about
    return (
        is_told
        and person.agency is not None
        and person.agency == about
        and _like_parent(readers, person, row)
    )


def _own_duties(readers: Readers, person: Person, row: Any) -> bool:
    """The officers' own agency, as far as it sees the patrols."""
    from patrols.models import Assignment, Patrol  # noqa: PLC0415

    is_own = person.agency is not None and person.agency == row.agency_id
    if wanted := getattr(row, "wanted_id", None):
        other = readers.row(Patrol, readers.row(Assignment, wanted).patrol_id)
        is_own = is_own and readers.sees(person, other)
    return is_own and _like_parent(readers, person, row)


def _colleagues_cleared(readers: Readers, person: Person, row: Any) -> bool:
    """Whoever of the author's agency is cleared: to prove it by its code."""
    is_own = person.agency is not None and person.agency == row.agency_id
    return is_own and person.clearance >= row.level


def _author_alone(readers: Readers, person: Person, row: Any) -> bool:
    """Who asked for the report, as far as it may be seen at all."""
    from incidents.models import Sitrep  # noqa: PLC0415

    author = readers.row(Sitrep, row.sitrep_id).author_id
    return person.officer == author and _like_parent(readers, person, row)


def _cleared_owner(readers: Readers, person: Person, row: Any) -> bool:
    return _owner_alone(readers, person, row) and person.clearance >= row.level


def _agency_alone(readers: Readers, person: Person, row: Any) -> bool:
    return person.agency is not None and person.agency == row.agency_id


def _agencys_share(readers: Readers, person: Person, row: Any) -> bool:
    """One agency, as far as it sees the incident."""
    return _agency_alone(readers, person, row) and _like_parent(readers, person, row)


# Who reads rows that no agency owns.
RULES: dict[str, Rule] = {
    "Absence": _colleagues,
    "AccessAttempt": _platform,
    "Acknowledgement": _between_two,
    "Agency": _everybody,
    "Agreement": _agreement,
    "AssetUse": _planned,
    "Assignment": _planned,
    "Attachment": _attachment,
    "Authorisation": _colleagues,
    "BorderMarker": _everybody,
    "BorderSection": _everybody,
    "Certification": _colleagues,
    "CheckpointVersion": _like_parent,
    "Client": _own_agency,
    "Confirmation": _between_two,
    "Consent": _taking_part,
    "CustodyLine": _custody,
    "Duty": _agency_alone,
    "DutyHandOver": _agency_alone,
    "Escalation": _agencys_share,
    "EscalationRule": _agency_alone,
    # What it tells is told by the frames, which carry the subject's own marks.
    "Event": _nobody,
    "FeedKey": _officer_alone,
    "Fix": _like_parent,
    "Gap": _planned,
    "Delivery": _like_parent,
    "HandOver": _like_parent,
    "HandOverItem": _agencys_share,
    # Given back to whoever sent the request, and to the same key only.
    "IdempotencyKey": _nobody,
    "IncidentType": _everybody,
    "IncidentTypeVersion": _everybody,
    "LeadPlan": _like_parent,
    "LogEntry": _log,
    "LogRead": _between_two,
    "Maintenance": _like_parent,
    "Notice": _agencys_share,
    "Officer": _officer,
    "Party": _agreement,
    "PatrolAttachment": _attachment,
    "PatrolCustodyLine": _custody,
    "PatrolLogEntry": _log,
    "PatrolLogRead": _between_two,
    "Reachability": _officer_alone,
    "Release": _release,
    "Remedy": _planned,
    "Response": _between_two,
    "Roster": _cleared_owner,
    # The people of all agencies: for the platform alone.
    "RosterWork": _nobody,
    "RouteVersion": _like_parent,
    "Sighting": _between_two,
    "Sitrep": _colleagues_cleared,
    "SitrepPaper": _author_alone,
    "State": _everybody,
    "Swap": _own_duties,
    "StandingRelease": _own_agency,
    "Task": _between_two,
    "Transition": _like_parent,
    "Webhook": _own_agency,
    "Wish": _own_duties,
    "ZoneVersion": _like_parent,
}
# Fields with fewer readers than their row.
NARROWER: dict[str, Rule] = {
    # The bytes as they were received.
    "Attachment.original": _agency_alone,
    "PatrolAttachment.original": _agency_alone,
    "Client.client_secret": _nobody,
    "FeedKey.secret_hash": _nobody,
    "Officer.password": _nobody,
    "Release.end_reason": _owner_alone,
    "Report.source_note": _owner_alone,
    "Report.tear_line_text": _owner_alone,
    "Webhook.old_secret": _nobody,
    "Webhook.secret": _nobody,
}
