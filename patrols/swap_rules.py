"""What must hold for wishes, and for swaps to be asked for and made; none writes."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Invalid
from agencies.models import Officer
from agencies.policy import Actor
from patrols.duties import SENT
from patrols.models import OPEN_STATES, Assignment, Patrol, Swap


@dataclass(frozen=True, slots=True)
class Change:
    """One duty that changes hands: who gives it, who takes it."""

    duty: Assignment
    gives: UUID
    takes: UUID


def is_ahead(patrol: Patrol) -> bool:
    """Whether a patrol may still leave, and its hour has not come."""
    return patrol.state in OPEN_STATES and patrol.starts_at > timezone.now()


def require_ahead(patrol: Patrol, pointer: str | None = None) -> None:
    """Refuse a patrol that has left, or does not take place."""
    if not is_ahead(patrol):
        text = _("This patrol has left, or is called off.")
        raise Conflict("over", text, pointer=pointer)


def can_be_sent(officer: Officer, agency: UUID | None) -> bool:
    """Whether an officer is an agency's, and goes on patrols."""
    is_sent = officer.is_active and not set(SENT).isdisjoint(officer.roles)
    return is_sent and officer.agency_id == agency


def colleagues_of(actor: Actor, patrols: list[Patrol]) -> list[Officer]:
    """Return, by name, who may be asked by an officer about a duty on some patrols."""
    seen = Officer.objects.visible_to(actor).filter(
        agency=actor.agency_id,
        is_active=True,
        roles__overlap=SENT,
        clearance__gte=max(patrol.level for patrol in patrols),
    )
    return list(seen.exclude(pk=actor.officer_id).order_by("name", "username"))


def duty(assignment: Assignment, by: Actor, pointer: str) -> tuple[Assignment, Patrol]:
    """Return an active assignment to a patrol that has not left, with the patrol."""
    seen = Assignment.objects.visible_to(by).filter(pk=assignment.pk, is_active=True)
    row = seen.select_related("agency").first()
    patrols = Patrol.objects.visible_to(by)
    patrol = patrols.filter(pk=row.patrol_id).first() if row else None
    if row is None or patrol is None:
        raise Invalid("unknown", _("No such assignment."), pointer=pointer)
    require_ahead(patrol, pointer)
    return row, patrol


def require_colleague(officer: Officer, by: Actor, patrols: list[Patrol]) -> None:
    """Refuse whoever may not be asked."""
    if officer not in colleagues_of(by, patrols):
        text = _("Name a colleague of your agency who goes on such patrols.")
        raise Invalid("cannot_be_sent", text, pointer="/colleague")


def require_free(patrol: Patrol, officer: UUID, by: Actor, pointer: str) -> None:
    """Refuse to send somebody twice on one patrol."""
    sent = Assignment.objects.visible_to(by).filter(patrol=patrol, is_active=True)
    if sent.filter(officer=officer).exists():
        text = _("Whoever takes this duty goes on the patrol already.")
        raise Invalid("goes_already", text, pointer=pointer)


def changes_of(swap: Swap) -> list[Change]:
    """Return the duties of a swap as they are now."""
    sides = {swap.assignment_id: (swap.asker_id, swap.colleague_id)}
    if swap.wanted_id is not None:
        sides[swap.wanted_id] = (swap.colleague_id, swap.asker_id)
    rows = Assignment.objects.filter(pk__in=sides).order_by("patrol_id")
    return [Change(row, *sides[row.pk]) for row in rows]


def stands(swap: Swap, changes: list[Change]) -> bool:
    """Whether both still have their duties, and the patrols have not left.

    In the system context, where all that it is about is found.
    """
    patrols = Patrol.objects.filter(pk__in=[one.duty.patrol_id for one in changes])
    officers = Officer.objects.filter(pk__in=[swap.asker_id, swap.colleague_id])
    return (
        all(one.duty.is_active and one.duty.officer_id == one.gives for one in changes)
        and all(is_ahead(patrol) for patrol in patrols)
        and all(can_be_sent(officer, swap.agency_id) for officer in officers)
    )


def require_no_command(changes: list[Change], patrols: dict[UUID, Patrol]) -> None:
    """Refuse to send away whom somebody named commander by hand."""
    for one in changes:
        patrol = patrols[one.duty.patrol_id]
        if patrol.commander_id == one.gives and not one.duty.is_commander:
            text = _("Name another commander of %(ref)s first.") % {"ref": patrol.ref}
            raise Conflict("swap_refused", text)
