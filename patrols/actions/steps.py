"""What every step of a patrol's life has in common; parts of other actions."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from agencies.accounts import actor_of_agency
from agencies.actions import releases
from agencies.context import system
from agencies.policy import MAX_LEVEL, Actor
from live.journal import record as record_event
from live.kinds import Kind
from patrols.actions.crewing import follow_patrol
from patrols.models import Patrol, PatrolState


@transaction.atomic
def move(
    *,
    patrol: Patrol,
    kind: Kind,
    by: Actor,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> Patrol:
    """Take a locked patrol one step on, and its tear line with it."""
    before = patrol.tear_line_values()
    for name, value in values.items():
        setattr(patrol, name, value)
    patrol.touch()
    patrol.save()
    if patrol.state == PatrolState.CANCELLED:
        follow_patrol(patrol=patrol, by=by)
    record_event(kind, by=by, subject=patrol, detail=detail or {})
    carry_over(patrol=patrol, before=before, kind=kind, by=by)
    return patrol


@transaction.atomic
def carry_over(
    *, patrol: Patrol, before: dict[str, Any], kind: Kind, by: Actor
) -> None:
    """Let the tear line follow, whoever acts.

    The lead agency takes steps of patrols that another agency owns, whose tear line
    it does not see; nor need an officer of the owner, where that has a marking of
    its own. So it follows on the part of the owner and, for TLP:RED, of the author.
    """
    with system("tear line"):
        agency = actor_of_agency(patrol.owner, MAX_LEVEL)
        label = by.label if by.owns(patrol) else agency.label
        owner = replace(agency, label=label, officer_id=patrol.author_id)
        releases.carry_over(patrol, before=before, kind=kind, by=owner)
