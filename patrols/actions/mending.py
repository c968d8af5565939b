"""What follows when people cannot go any more: a mended roster is asked for, once."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from agencies.policy import Actor
from live.journal import record as record_event
from live.kinds import Kind
from patrols.actions.rosters import ask_anew
from patrols.models import AssetUse, Assignment, Roster, RosterState

# One at a time: of two that find the same, the second finds it done.
_TURN = 0x6D656E64
# What somebody waits for, or looks at.
_WAITING = (RosterState.QUEUED, RosterState.SOLVING, RosterState.READY)


@transaction.atomic
def mend(*, roster: Roster, found: Mapping[UUID, str], by: Actor) -> Roster | None:
    """Note who cannot go on a published roster's patrols, and ask for it anew.

    For the schedule, in the system context. ``found`` is of ``patrols.hindrances``.
    Each absence is answered once, by one roster: one that waits for its turn answers
    those that came since, one being worked on is waited for, and a draft that has
    been overtaken is superseded. Nothing is published. Returns what was asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    mending = Roster.objects.filter(mends=roster, state__in=_WAITING)
    waiting = list(mending.select_for_update(of=("self",)).order_by("-created_at"))
    _note(roster, found)
    drafts = [one for one in waiting if one.state == RosterState.READY]
    looked_at = Q(roster=drafts[0]) if drafts else Q(roster=roster, is_active=True)
    fresh = _unanswered(roster, looked_at)
    if not fresh or any(one.state == RosterState.SOLVING for one in waiting):
        return None
    causes = [
        {"patrol": str(patrol), "agency": code}
        for patrol, code in sorted({(o.patrol_id, o.agency.code) for o in fresh})
    ]
    queued = [one for one in waiting if one.state == RosterState.QUEUED]
    if queued:
        made = queued[0]
        made.causes += [one for one in causes if one not in made.causes]
        made.touch()
        made.save()
    else:
        made = ask_anew(roster=roster, by=by, seconds=roster.seconds, causes=causes)
        _supersede(drafts, by)
    for model in (Assignment, AssetUse):
        ids = [one.pk for one in fresh if isinstance(one, model)]
        model._default_manager.filter(pk__in=ids).update(mended_by=made)
    return made


@transaction.atomic
def supersede_drafts(*, roster: Roster, by: Actor) -> None:
    """Supersede the older drafts for the same patrols as a published roster.

    They can be published no more; whoever lists rosters would take them for a choice.
    """
    drafts = Roster.objects.filter(
        owner=roster.owner_id,
        agreement=roster.agreement_id,
        state=RosterState.READY,
        finished_at__lt=roster.published_at,
    ).exclude(mends=roster)
    named = set(roster.summary["crews"])
    locked = drafts.select_for_update(of=("self",)).order_by("pk")
    _supersede([one for one in locked if set(one.summary["crews"]) <= named], by)


def _family(roster: Roster) -> Q:
    return Q(roster=roster) | Q(roster__mends=roster)


def _note(roster: Roster, found: Mapping[UUID, str]) -> None:
    """Keep what was found; who can go again is as if nothing had been."""
    codes: dict[str, list[UUID]] = {}
    for pk, code in found.items():
        codes.setdefault(code, []).append(pk)
    for model in (Assignment, AssetUse):
        for code, ids in codes.items():
            rows = model._default_manager.filter(_family(roster), pk__in=ids)
            answered = {} if code else {"mended_by": None}
            rows.exclude(hindrance=code).update(hindrance=code, **answered)


def _unanswered(roster: Roster, looked_at: Q) -> list[Assignment | AssetUse]:
    """Return who cannot go, unless a roster was asked for because of it already."""
    fresh: list[Assignment | AssetUse] = []
    for model, who in ((Assignment, "officer_id"), (AssetUse, "asset_id")):
        rows: Any = model._default_manager.exclude(hindrance="")
        answered = rows.filter(_family(roster), mended_by__isnull=False)
        known = set(answered.values_list("patrol_id", who))
        seen = rows.filter(looked_at, mended_by=None)
        seen = seen.select_related(*_OWNER[model])
        fresh += [o for o in seen if (o.patrol_id, getattr(o, who)) not in known]
    return fresh


_OWNER: dict[Any, list[str]] = {Assignment: ["agency"], AssetUse: ["asset__owner"]}


def _supersede(drafts: Iterable[Roster], by: Actor) -> None:
    for draft in drafts:
        draft.state = RosterState.SUPERSEDED
        draft.touch()
        draft.save()
        record_event(Kind.ROSTER_SUPERSEDED, by=by, subject=draft)
