"""Whom a record lets in: its audience, and the one comparison with an actor's keys."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value

from agencies.policy.actors import (
    Actor,
    agency_key,
    agreement_key,
    base_key,
    officer_key,
    party_key,
    stands_for,
    stricter,
)
from agencies.policy.markings import TLP, GranteeKind


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
        ways = sorted(other for other in self.keys if stands_for(other, base))
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
# Ten times what is usual (default_statistics_target).
_SAMPLE = 1000
_SET = "nullif(current_setting('app.keys', true), '')"
_HELD = f"{_SET}::text[]"


class _Unexpired(Func):
    function = _UNEXPIRED
    output_field = models.BooleanField()


def visible(keys: Iterable[str]) -> Q:
    """The condition "audience and keys overlap now".

    The keys stand as literals in the query: PostgreSQL then estimates how many
    rows they open and picks the right index (``docs/adr/0002``).
    """
    literal = Value(list(keys), output_field=ArrayField(models.TextField()))
    return Q(audience__overlap=literal) & (
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
    planner. The sample of audiences is large enough to know keys that few rows
    have: a reader of 200 rows would else be taken for one of 100,000. Rows may be
    inserted by any actor; what was inserted is seen, and may be changed, by the
    same comparison as everything else.
    """
    seen = (
        f"audience && {_HELD} AND (expiring IS NULL"
        f" OR {_UNEXPIRED}(audience, expiring, {_HELD}))"
    )
    return [
        f"ALTER TABLE {table} ALTER COLUMN audience SET STATISTICS {_SAMPLE}",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY visible ON {table} FOR SELECT TO {app_role} USING ({seen})",
        f"CREATE POLICY change ON {table} FOR UPDATE TO {app_role} USING ({seen})",
        (
            f"CREATE POLICY add ON {table} FOR INSERT TO {app_role}"
            f" WITH CHECK ({_SET} IS NOT NULL)"
        ),
        (
            f"CREATE POLICY system ON {table} TO {system_role}"
            " USING (true) WITH CHECK (true)"
        ),
    ]
