"""Who may see and who may do what: the one place for both rules.

*Seeing* is one comparison. An actor holds **keys**; a record stores its
**audience**, the keys that open it. Visible means the two overlap. A key that
expires also stands in ``expiring`` with its time. The comparison is compiled
twice from here: :func:`visible` for querysets, :func:`row_security` for
PostgreSQL; ``tests/leaks`` proves that they agree.

*Doing* is a table: a role has permissions, an action asks :func:`require`.

Nothing here reads the database.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.errors import Forbidden, Invalid

# Held by platform administrators; opens accounts and legal bases, never content.
PLATFORM_KEY = "platform"
# Held by nobody: what is left of a child when all its readers lost the record.
NOBODY_KEY = "nobody"


class Level(models.IntegerChoices):
    """How sensitive a record is, and up to what an officer is cleared."""

    UNCLASSIFIED = 0, _("0 · unclassified")
    RESTRICTED = 1, _("1 · restricted")
    CONFIDENTIAL = 2, _("2 · confidential")
    SECRET = 3, _("3 · secret")


MAX_LEVEL = int(max(Level))


class TLP(models.TextChoices):
    """Traffic Light Protocol 2.0 (FIRST, 2022). It caps a release, never grants."""

    RED = "red", "TLP:RED"
    AMBER_STRICT = "amber+strict", "TLP:AMBER+STRICT"
    AMBER = "amber", "TLP:AMBER"
    GREEN = "green", "TLP:GREEN"
    CLEAR = "clear", "TLP:CLEAR"

    def admits(self, grantee_kind: str) -> bool:
        """Whether a record so marked may be released to this kind of grantee."""
        if self is TLP.RED:
            return grantee_kind == GranteeKind.OFFICER
        if self is TLP.AMBER_STRICT:
            return grantee_kind != GranteeKind.AGREEMENT
        return True

    @property
    def limit(self) -> str | Promise:
        """To whom a record so marked may be released, in words."""
        if self is TLP.RED:
            return _("named officers only")
        if self is TLP.AMBER_STRICT:
            return _("named agencies and officers only, no agreements")
        return _("no limit")

    def within(self, cap: str) -> bool:
        """Whether this marking is no stricter than ``cap`` lets through."""
        order = list(TLP)
        return order.index(self) >= order.index(TLP(cap))


class GranteeKind(models.TextChoices):
    """To whom an owner may release a record."""

    AGENCY = "agency", _("agency")
    AGREEMENT = "agreement", _("agreement")
    OFFICER = "officer", _("officer")


class Role(models.TextChoices):
    """What an officer does; an officer may have several roles."""

    LIAISON = "liaison", _("liaison officer")
    PLANNER = "planner", _("planner")
    COMMANDER = "commander", _("commander")
    CREW = "crew", _("crew")
    ANALYST = "analyst", _("analyst")
    AGENCY_ADMIN = "agency_admin", _("agency administrator")
    OBSERVER = "observer", _("observer")
    PLATFORM_ADMIN = "platform_admin", _("platform administrator")


class Permission(models.TextChoices):
    """Something that an action may ask for; ``docs/permissions.md`` lists them."""

    INCIDENT_REPORT = "incident.report", _("report incidents and write their log")
    INCIDENT_ACKNOWLEDGE = "incident.acknowledge", _("acknowledge incidents")
    INCIDENT_HANDLE = (
        "incident.handle",
        _("change, assign, resolve, close incidents"),
    )
    INCIDENT_RELEASE = "incident.release", _("release incidents to others")
    PATROL_PLAN = "patrol.plan", _("plan patrols and programmes")
    PATROL_RUN = "patrol.run", _("name commanders, start and complete patrols")
    POSITION_SEND = "position.send", _("send positions of a patrol")
    PLACE_EDIT = "place.edit", _("keep posts, zones, routes and checkpoints")
    REPORT_WRITE = "report.write", _("write and grade intelligence")
    REPORT_RELEASE = "report.release", _("release intelligence to others")
    ACCOUNT_MANAGE = "account.manage", _("keep accounts and API clients")
    AGREEMENT_MANAGE = "agreement.manage", _("keep agencies and agreements")


_DUTY = {
    Permission.INCIDENT_REPORT,
    Permission.INCIDENT_ACKNOWLEDGE,
    Permission.INCIDENT_HANDLE,
    Permission.INCIDENT_RELEASE,
}
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.LIAISON: frozenset(
        _DUTY
        | {Permission.REPORT_WRITE, Permission.REPORT_RELEASE, Permission.PATROL_RUN}
    ),
    Role.PLANNER: frozenset(
        {
            Permission.PATROL_PLAN,
            Permission.PATROL_RUN,
            Permission.PLACE_EDIT,
            Permission.INCIDENT_REPORT,
        }
    ),
    Role.COMMANDER: frozenset(
        _DUTY | {Permission.PATROL_RUN, Permission.POSITION_SEND}
    ),
    Role.CREW: frozenset({Permission.INCIDENT_REPORT, Permission.POSITION_SEND}),
    Role.ANALYST: frozenset(
        {
            Permission.REPORT_WRITE,
            Permission.REPORT_RELEASE,
            Permission.INCIDENT_REPORT,
        }
    ),
    Role.AGENCY_ADMIN: frozenset({Permission.ACCOUNT_MANAGE}),
    Role.OBSERVER: frozenset(),
    Role.PLATFORM_ADMIN: frozenset(
        {Permission.ACCOUNT_MANAGE, Permission.AGREEMENT_MANAGE}
    ),
}
# What each scope of a client's token stands for.
SCOPE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "incidents:write": frozenset(_DUTY),
    "reports:write": frozenset({Permission.REPORT_WRITE, Permission.REPORT_RELEASE}),
    "patrols:write": frozenset(
        {
            Permission.PATROL_PLAN,
            Permission.PATROL_RUN,
            Permission.POSITION_SEND,
            Permission.PLACE_EDIT,
        }
    ),
}


# --- keys ---------------------------------------------------------------------


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


def _stands_for(other: str, base: str) -> bool:
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
        shared = {agency_key(self.agency, n) for n in levels if self.agency}
        agreements = {
            agreement_key(m.agreement, epoch, n)
            for m in self.memberships
            for epoch in range(m.first, m.last + 1)
            for n in levels
        }
        shared |= agreements | {party_key(k, self.agency or "") for k in agreements}
        if Role.PLATFORM_ADMIN in self.roles:
            shared.add(PLATFORM_KEY)
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
        raise Forbidden("permission", _("Your role does not allow this."))
    if owner_of is not None and not (
        isinstance(owner_of, models.Model) and by.owns(owner_of)
    ):
        raise Forbidden("not_owner", _("Only the owning agency may do this."))


# --- audiences ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grant:
    """One live release: to whom (agency code, officer id, or agreement), until when."""

    kind: str
    code: str
    epoch: int = 0
    expires_at: datetime | None = None

    def key(self, level: int) -> str:
        """The key that this grant adds to the audience of a ``level`` record."""
        if self.kind == GranteeKind.AGENCY:
            return agency_key(self.code, level)
        if self.kind == GranteeKind.AGREEMENT:
            return agreement_key(self.code, self.epoch, level)
        return officer_key(self.code, level)


@dataclass(frozen=True, slots=True)
class Audience:
    """Keys that open a record; those that expire also with their UNIX time."""

    keys: frozenset[str]
    expiring: dict[str, float] = field(default_factory=dict)

    def columns(self) -> dict[str, object]:
        """The two stored columns."""
        return {"audience": sorted(self.keys), "expiring": self.expiring or None}

    def within(self, parent: "Audience", floor: frozenset[str]) -> "Audience":
        """This audience cut down to ``parent``'s, never below the keys ``floor``.

        What is left ends when the way into the parent does.
        """
        kept = set()
        expiring = {}
        for key in self.keys:
            way_in = parent.way_in(key)
            if way_in is None:
                continue
            inner = stricter(key, way_in)
            kept.add(inner)
            if way_in in parent.expiring and inner not in floor:
                expiring[inner] = parent.expiring[way_in]
        return Audience(frozenset(kept) | floor, expiring)

    def way_in(self, key: str) -> str | None:
        """Return the key of this audience by which the readers of ``key`` come in.

        Its level may be another, for the marking was changed in between, and its
        epoch a later one, for the record was released anew. Of several, the one that
        lasts longest.
        """
        base = base_key(key)
        ways = sorted(other for other in self.keys if _stands_for(other, base))
        return max(ways, key=lambda way: self.expiring.get(way, inf), default=None)

    def share_of(self, reader: Actor) -> "Audience":
        """The part of this audience that is the reader's agency alone.

        It consists of the keys by which that agency sees the record, so that it
        ends when they do: a child shared with one party closes when it leaves.
        """
        parts = {
            party_key(key, reader.agency or "")
            if key.startswith(GranteeKind.AGREEMENT)
            else key
            for key in self.keys & set(reader.keys)
        }
        return Audience(frozenset(parts)).within(self, frozenset())

    def joined(self, keys: frozenset[str]) -> "Audience":
        """This audience and some keys that do not expire."""
        rest = {k: end for k, end in self.expiring.items() if k not in keys}
        return Audience(self.keys | keys, rest)


def owner_keys(
    owner: str, author_id: uuid.UUID | None, tlp: str, level: int
) -> frozenset[str]:
    """The owner's own keys: all its cleared staff, or for RED the author alone."""
    if tlp == TLP.RED and author_id is not None:
        return frozenset({officer_key(author_id, level)})
    return frozenset({agency_key(owner, level)})


def is_open_to_owner(
    keys: Iterable[str], owner: str, author_id: uuid.UUID | None
) -> bool:
    """Whether the owner, or for RED its author, holds one of the keys at any level."""
    own = (f"agency:{owner}/", f"officer:{author_id}/")
    return any(key.startswith(own) for key in keys)


def audience(
    *,
    owner: str,
    author_id: uuid.UUID | None,
    tlp: str,
    level: int,
    grants: Iterable[Grant],
) -> Audience:
    """Whom a record's marking and live grants let in; the owner is always in."""
    own = owner_keys(owner, author_id, tlp, level)
    ends: dict[str, float | None] = dict.fromkeys(own)
    for grant in grants:
        if not TLP(tlp).admits(grant.kind):
            continue
        key = grant.key(level)
        end = grant.expires_at.timestamp() if grant.expires_at else None
        known = ends.get(key, 0.0)
        ends[key] = None if end is None or known is None else max(end, known)
    return Audience(
        frozenset(ends), {key: end for key, end in ends.items() if end is not None}
    )


# --- the comparison, for querysets and for PostgreSQL -------------------------

_UNEXPIRED = "karaul_unexpired"
_HELD = "nullif(current_setting('app.keys', true), '')::text[]"


class _Unexpired(Func):
    function = _UNEXPIRED
    output_field = models.BooleanField()


def visible(keys: Iterable[str]) -> Q:
    """The condition "audience and keys overlap now".

    The keys stand as literals in the query: PostgreSQL then estimates how many
    rows they open and picks the right index (``docs/adr/0002``).
    """
    held = list(keys)
    literal = Value(held, output_field=ArrayField(models.TextField()))
    return Q(audience__overlap=held) & (
        Q(expiring__isnull=True) | Q(_Unexpired("audience", "expiring", literal))
    )


FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {_UNEXPIRED}(audience text[], expiring jsonb, held text[])
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM unnest(audience) AS key
    WHERE key = ANY (held) AND coalesce(
      (expiring ->> key)::float8 > extract(epoch FROM statement_timestamp()), true))
$$;
"""  # noqa: S608 - made of constants


def row_security(table: str, app_role: str, system_role: str) -> list[str]:
    """The row-level security of one guarded table: the same comparison, in SQL.

    No scalar sub-select around the setting: it would hide the keys from the
    planner. Rows may be inserted by any actor; what was inserted is seen, and
    may be changed, by the same comparison as everything else.
    """
    seen = (
        f"audience && {_HELD} AND (expiring IS NULL"
        f" OR {_UNEXPIRED}(audience, expiring, {_HELD}))"
    )
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY visible ON {table} FOR SELECT TO {app_role} USING ({seen})",
        f"CREATE POLICY change ON {table} FOR UPDATE TO {app_role} USING ({seen})",
        (
            f"CREATE POLICY add ON {table} FOR INSERT TO {app_role}"
            f" WITH CHECK ({_HELD} IS NOT NULL)"
        ),
        (
            f"CREATE POLICY system ON {table} TO {system_role}"
            " USING (true) WITH CHECK (true)"
        ),
    ]
