"""What officers wish for before a roster is published."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.context import system
from agencies.errors import Conflict, Forbidden
from agencies.policy import Actor
from live.journal import record as record_event
from live.kinds import Kind
from patrols.crews import shared, told_of
from patrols.duties import asks_for, is_sent
from patrols.models import Patrol, Wish
from patrols.swap_rules import require_ahead


@transaction.atomic
def wish(*, patrol: Patrol, is_wanted: bool, by: Actor, reason: str = "") -> Wish:
    """Say that one would like to go on a patrol, or would rather not.

    Until its crew is published; a second wish for the same patrol replaces the first,
    also one that is hidden since a release ended.
    """
    if by.officer_id is None or not is_sent(by):
        raise Forbidden("not_sent", _("Only crew and commanders are sent."))
    row = Patrol.objects.locked(by, patrol.pk)
    if not asks_for(row, by.agency or ""):
        text = _("No roster sends people of your agency on this patrol.")
        raise Conflict("nobody_asked", text)
    _require_open(row)
    agency = agency_of(by)
    audience = shared(row, agency)
    values = {"is_wanted": is_wanted, "reason": reason.strip(), "agency_id": agency.pk}
    with system("wish"):
        standing = Wish.objects.standing().filter(patrol=row)
        made = standing.filter(officer=by.officer_id).first()
    if made is None:
        made = Wish(patrol=row, officer_id=by.officer_id, **values)
        made.open_to(audience)
        made.save(force_insert=True)
        _tell(Kind.WISH_MADE, made, by)
    elif made.take(values) or made.stored_audience != audience:
        made.open_to(audience)
        made.touch()
        with system("wish"):
            made.save()
        _tell(Kind.WISH_CHANGED, made, by)
    return made


@transaction.atomic
def take_back_wish(*, wish: Wish, by: Actor) -> Wish:
    """Take back one's own wish, as long as nothing is published."""
    # The patrol first, as whoever wishes: of two at once one waits.
    patrol = Patrol.objects.locked(by, wish.patrol_id)
    row = Wish.objects.locked(by, wish.pk)
    if row.officer_id != by.officer_id:
        raise Forbidden("not_yours", _("This is a colleague's wish."))
    _require_open(patrol)
    if row.withdrawn_at is None:
        row.withdrawn_at = timezone.now()
        row.touch()
        row.save()
        _tell(Kind.WISH_TAKEN_BACK, row, by)
    return row


def _require_open(patrol: Patrol) -> None:
    require_ahead(patrol)
    if patrol.crew:
        text = _("Its crew is published. Whoever is in it can ask for a swap.")
        raise Conflict("crew_published", text)


def _tell(kind: Kind, row: Wish, by: Actor) -> None:
    audience = told_of(row, row.officer_id)
    record_event(kind, by=by, subject=row, audience=audience)
