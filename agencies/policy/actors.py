"""Who acts, and the keys that whoever acts holds."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.errors import Forbidden, Invalid
from agencies.policy.doing import PERMISSIONS, SCOPE_PERMISSIONS, Permission, Role
from agencies.policy.markings import MAX_LEVEL

# Held by platform administrators; opens accounts and legal bases, never content.
PLATFORM_KEY = "platform"
# Held by nobody: what is left of a child when all its readers lost the record.
NOBODY_KEY = "nobody"


def require_code(code: str) -> None:
    """Refuse a code that could be read as more than one part of a key."""
    if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", code):
        text = _("Capital letters, digits and hyphens.")
        raise Invalid("bad_code", text, pointer="/code")


def agency_key(code: str, level: int) -> str:
    """The key of everybody in an agency with clearance ``level`` or higher."""
    return f"agency:{code}/{level}"


def agreement_key(code: str, epoch: int, level: int) -> str:
    """The key of an agreement's parties as they stood in ``epoch``."""
    return f"agreement:{code}@{epoch}/{level}"


def party_key(key: str, agency: str) -> str:
    """The part of an agreement's key that only one of its parties holds."""
    return f"{key}#{agency}"


def base_key(key: str) -> str:
    """The agreement's key that a party's key is part of; any other key itself."""
    return key.partition("#")[0]


def stricter(key: str, other: str) -> str:
    """Return a key, at the level of another if that asks for more clearance."""
    base, mark, agency = key.partition("#")
    stem, _slash, level = base.rpartition("/")
    return f"{stem}/{max(level, other.rpartition('/')[2])}{mark}{agency}"


def agencies_of(keys: Iterable[str]) -> set[str]:
    """The agencies whose staff hold these keys: one, or none."""
    own = (key.partition(":") for key in keys)
    return {rest.partition("/")[0] for kind, _colon, rest in own if kind == "agency"}


def stands_for(other: str, base: str) -> bool:
    """Whether who holds ``base`` holds ``other`` too, at some level.

    Whoever was a party in one epoch, and is one still, is one in every later epoch.
    """
    if "#" in other:
        return False
    stem, wanted = other.rpartition("/")[0], base.rpartition("/")[0]
    name, at, epoch = stem.partition("@")
    wanted_name, _at, wanted_epoch = wanted.partition("@")
    if not at:
        return stem == wanted
    return name == wanted_name and int(epoch) >= int(wanted_epoch)


def officer_key(officer_id: uuid.UUID | str, level: int) -> str:
    """The key of one officer."""
    return f"officer:{officer_id}/{level}"


@dataclass(frozen=True, slots=True)
class Membership:
    """An agency's present membership: it holds the epochs ``first``..``last``."""

    agreement: str
    first: int
    last: int


@lru_cache(maxsize=1024)
def _agency_keys(
    agency: str | None, levels: int, memberships: tuple[Membership, ...]
) -> frozenset[str]:
    """Return what colleagues cleared for so many levels hold in common."""
    own = {agency_key(agency, n) for n in range(levels) if agency}
    agreements = {
        agreement_key(m.agreement, epoch, n)
        for m in memberships
        for epoch in range(m.first, m.last + 1)
        for n in range(levels)
    }
    return frozenset(
        own | agreements | {party_key(key, agency or "") for key in agreements}
    )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an officer, or a client of an agency, with the keys held now."""

    label: str
    agency: str | None = None
    agency_id: uuid.UUID | None = None
    officer_id: uuid.UUID | None = None
    client_id: int | None = None
    clearance: int = 0
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    time_zone: str = "UTC"
    memberships: tuple[Membership, ...] = ()
    keys: tuple[str, ...] = field(init=False)
    # Without the officer's own: equal among colleagues, so that live reads are shared.
    shared_keys: tuple[str, ...] = field(init=False)
    own_keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Derive the keys from agency, clearance and memberships."""
        levels = range(min(self.clearance, MAX_LEVEL) + 1)
        shared = _agency_keys(self.agency, len(levels), self.memberships)
        if Role.PLATFORM_ADMIN in self.roles:
            shared |= {PLATFORM_KEY}
        own = {officer_key(self.officer_id, n) for n in levels if self.officer_id}
        object.__setattr__(self, "shared_keys", tuple(sorted(shared)))
        object.__setattr__(self, "own_keys", tuple(sorted(own)))
        object.__setattr__(self, "keys", tuple(sorted(shared | own)))

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that this actor's roles, or its token's scopes, allow."""
        if self.scopes is not None:
            granted = (SCOPE_PERMISSIONS.get(s, frozenset()) for s in self.scopes)
        else:
            granted = (PERMISSIONS.get(r, frozenset()) for r in self.roles)
        return frozenset().union(*granted)

    def may(self, permission: Permission) -> bool:
        """Whether a role or scope of this actor has the permission."""
        return permission in self.permissions

    def owns(self, record: models.Model) -> bool:
        """Whether the record belongs to this actor's agency."""
        return self.agency_id is not None and (
            getattr(record, "owner_id", None) == self.agency_id
        )


def require(by: Actor, permission: Permission, *, owner_of: object = None) -> None:
    """Refuse unless ``by`` has the permission and, if asked, owns the record."""
    if not by.may(permission):
        text = _("Your role does not allow this.")
        raise Forbidden("permission", text, permission=permission)
    if owner_of is not None and not (
        isinstance(owner_of, models.Model) and by.owns(owner_of)
    ):
        raise Forbidden("not_owner", _("Only the owning agency may do this."))
