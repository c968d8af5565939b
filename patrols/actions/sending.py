"""Who goes, written into the patrol itself: a part of what changes its crew."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from agencies.policy import Actor
from live.journal import record as record_event
from live.kinds import Kind
from patrols.actions import asking
from patrols.crews import Crew
from patrols.models import Patrol


@transaction.atomic
def send(
    *,
    patrol: Patrol,
    commander: UUID | None,
    crew: Crew,
    by: Actor,
    own: Iterable[str] = (),
) -> None:
    """Write a crew into its locked patrol; whom it touches consents anew.

    ``own`` are agencies whose people differ, also where partners cannot tell them
    apart: two without a call sign look the same.
    """
    former = patrol.crew
    touched = {c for c in {*former, *crew} if former.get(c) != crew.get(c)} | set(own)
    changed = patrol.take({"commander_id": commander, "crew": crew})
    fields = [name.removesuffix("_id") for name in changed]
    if fields:
        patrol.touch()
        patrol.save()
        kind = Kind.PATROL_CHANGED
        record_event(kind, by=by, subject=patrol, detail={"fields": fields})
    leads = [patrol.lead.code]
    fields.append("crew")
    asking.ask_again(patrol=patrol, changed=fields, leads=leads, own=touched, by=by)
