"""Who was who at a moment of the past: agencies, officers, agreements, actors."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from agencies.grantees import Grantee
from agencies.models import Agency, Agreement, Officer, Party, Post
from agencies.policy import Actor, GranteeKind, Membership, Permission
from incidents.models import IncidentType


@dataclass(frozen=True, slots=True)
class Pact:
    """An agreement with its parties as intervals and the borders it is about."""

    agreement: Agreement
    pairs: tuple[str, ...]
    parties: tuple[Party, ...]

    @property
    def code(self) -> str:
        """The agreement's code."""
        return self.agreement.code

    def present(self, at: datetime) -> dict[str, Party]:
        """Return the parties at a moment, by agency code."""
        return {
            party.agency.code: party
            for party in self.parties
            if party.joined_at <= at and (party.left_at is None or at < party.left_at)
        }

    def epoch(self, at: datetime) -> int:
        """Return the agreement's epoch at a moment."""
        return max(p.joined_epoch for p in self.parties if p.joined_at <= at)

    def joins_after(self, at: datetime) -> list[datetime]:
        """Return when somebody joined later: who shares on, releases once more."""
        joined = {party.joined_at for party in self.parties}
        return sorted(moment + timedelta(hours=2) for moment in joined if moment > at)

    def serves(self, purpose: str) -> bool:
        """Whether it permits this kind of joint action."""
        return purpose in self.agreement.purposes


@dataclass
class Directory:
    """All who take part. ``now`` is the moment of loading: all times hang on it."""

    now: datetime
    rng: random.Random
    agencies: dict[str, Agency] = field(default_factory=dict)
    officers: dict[str, list[Officer]] = field(default_factory=dict)
    pacts: dict[str, Pact] = field(default_factory=dict)
    posts: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))
    administrator: Officer | None = None
    # By officer when they are away, or command a patrol.
    taken: dict[UUID, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    _readers: dict[tuple[str, int, int], Actor] = field(default_factory=dict)

    @cached_property
    def admin(self) -> Actor:
        """The platform administrator."""
        if self.administrator is None:
            raise LookupError("no administrator yet")
        return self.actor(self.administrator, self.now)

    def take(self, officer: Officer, begin: datetime, end: datetime) -> None:
        """Keep that an officer is away, or commands a patrol."""
        self.taken.setdefault(officer.pk, []).append((begin, end))

    def is_free(self, officer: Officer, begin: datetime, end: datetime) -> bool:
        """Whether an officer is there, and on no other patrol."""
        spans = self.taken.get(officer.pk, ())
        return not any(first < end and begin < last for first, last in spans)

    def pacts_of(self, agency: str, purpose: str, at: datetime) -> list[Pact]:
        """Return the agreements an agency could use for a purpose at a moment."""
        return [
            pact
            for pact in self.pacts.values()
            if pact.serves(purpose) and agency in pact.present(at)
        ]

    def memberships(self, agency: str, at: datetime) -> tuple[Membership, ...]:
        """Return an agency's memberships at a moment."""
        return tuple(
            Membership(code, party.joined_epoch, pact.epoch(at))
            for code, pact in sorted(self.pacts.items())
            if (party := pact.present(at).get(agency))
        )

    def actor(self, officer: Officer, at: datetime) -> Actor:
        """Return an officer with the keys held at a moment."""
        agency = officer.agency
        return Actor(
            label=f"officer:{officer.username}",
            agency=agency.code if agency else None,
            agency_id=agency.pk if agency else None,
            officer_id=officer.pk,
            clearance=officer.clearance,
            roles=frozenset(officer.roles),
            memberships=self.memberships(agency.code, at) if agency else (),
        )

    def reader(self, agency: str, level: int, at: datetime) -> Actor:
        """Return the keys that an agency's staff of a clearance shared at a moment."""
        known = (agency, level, bisect_right(self._changes, at))
        if known not in self._readers:
            self._readers[known] = Actor(
                label=f"agency:{agency}",
                agency=agency,
                agency_id=self.agencies[agency].pk,
                clearance=level,
                memberships=self.memberships(agency, at),
            )
        return self._readers[known]

    @cached_property
    def types(self) -> dict[str, IncidentType]:
        """The types of incident, by their codes."""
        return {row.code: row for row in IncidentType.objects.all()}

    @cached_property
    def _changes(self) -> list[datetime]:
        """When somebody joined or left an agreement: between, all keys stay."""
        parties = [party for pact in self.pacts.values() for party in pact.parties]
        left = {party.left_at for party in parties if party.left_at is not None}
        return sorted(left | {party.joined_at for party in parties})

    def someone(self, agency: str, permission: Permission, level: int = 0) -> Officer:
        """Return an officer of an agency who may do something, any of them."""
        able = [
            officer
            for officer in self.officers[agency]
            if officer.clearance >= level and permission in _permissions(officer)
        ]
        if not able:
            raise LookupError(f"{agency}: nobody may {permission} at level {level}")
        return self.rng.choice(able)

    def colleague(
        self, officer: Officer, permission: Permission, level: int
    ) -> Officer | None:
        """Return another officer of the same agency who may do something, if any."""
        staff = self.officers[officer.agency.code] if officer.agency else []
        able = (one for one in staff if permission in _permissions(one))
        return next((o for o in able if o.clearance >= level and o != officer), None)

    def highest(self, agency: str, permission: Permission) -> int:
        """Return the highest clearance of those who may do something."""
        able = [o for o in self.officers[agency] if permission in _permissions(o)]
        return max(officer.clearance for officer in able)

    def grantee(self, code: str) -> Grantee:
        """Return whom a grantee code names."""
        kind, _colon, name = code.partition(":")
        if kind == GranteeKind.AGENCY:
            return Grantee(kind, agency=self.agencies[name])
        if kind == GranteeKind.AGREEMENT:
            return Grantee(kind, agreement=self.pacts[name].agreement)
        everyone = (officer for staff in self.officers.values() for officer in staff)
        return Grantee(kind, officer=next(o for o in everyone if o.username == name))


def _permissions(officer: Officer) -> frozenset[Permission]:
    return Actor(label="", roles=frozenset(officer.roles)).permissions
