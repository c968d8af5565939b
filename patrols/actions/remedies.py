"""What a planner does about a gap, as the engine has tried it."""

from collections.abc import Callable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, NotFound
from agencies.models import Agency
from agencies.policy import Actor, Permission, require
from patrols.actions import leads, patrols, rosters
from patrols.demand import demand_of
from patrols.models import Patrol, Remedy, Roster


@transaction.atomic
def take_remedy(*, roster: Roster, remedy: Remedy, by: Actor) -> Roster:
    """Change a patrol as a remedy says, and ask for the roster anew.

    Whose consent the change touches is asked for it. Refused is what things have
    overtaken, and what is done elsewhere: leave and papers, on the officer's page.
    Returns the roster that was asked for.
    """
    row = Roster.objects.locked(by, roster.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    seen = Remedy.objects.visible_to(by).filter(roster=row, pk=remedy.pk)
    found = seen.first()
    if found is None:
        raise NotFound
    take = CARRIED_OUT.get(found.code)
    if take is None:
        text = _("This is done on the officer's page.")
        raise Conflict("done_elsewhere", text)
    patrol = Patrol.objects.locked(by, found.patrol_id)
    take(row, patrol, found.detail, by)
    return rosters.replan(roster=row, by=by)


def _fewer(row: Roster, patrol: Patrol, code: str, by: Actor) -> None:
    demand = demand_of(patrol.demand, patrol.participants)
    asked = row.summary["asked"].get(str(patrol.pk), {}).get(code)
    if not asked or demand.places.get(code) != asked:
        raise _overtaken()
    if asked == 1:
        text = _("Whoever takes part sends one officer at least: call the patrol off.")
        raise Conflict("last_officer", text)
    fewer = replace(demand, places={**demand.places, code: asked - 1})
    patrols.change(patrol=patrol, by=by, demand=fewer.as_json())


def _other_lead(_row: Roster, patrol: Patrol, code: str, by: Actor) -> None:
    if patrol.lead.code == code:
        raise _overtaken()
    leads.pass_lead(patrol=patrol, lead=Agency.objects.get(code=code), by=by)


def _overtaken() -> Conflict:
    return Conflict("overtaken", _("The patrol has changed meanwhile. Plan anew."))


# The remedies that are carried out here, by the engine's codes.
CARRIED_OUT: dict[str, Callable[[Roster, Patrol, str, Actor], None]] = {
    "fewer-places": _fewer,
    "other-lead": _other_lead,
}
