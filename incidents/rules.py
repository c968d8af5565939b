"""What an incident's state allows: actions refuse by it, pages offer by it."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Officer
from agencies.policy import TLP, Actor
from incidents.models import (
    OPEN_STATES,
    REOPENED_FROM,
    STEPS,
    Confirmation,
    Incident,
    IncidentState,
    Transition,
)


def require_open(row: Incident) -> None:
    """Refuse an incident that needs nobody any more."""
    if row.state not in OPEN_STATES:
        raise Conflict("not_open", _("The incident is no longer open."))


def require_whole(row: Incident) -> None:
    """Refuse the tear line: it follows the full record."""
    if row.is_tear_line:
        text = _("Act on the full record; its tear line follows.")
        raise Conflict("is_tear_line", text)


def require_step(row: Incident, to: IncidentState) -> None:
    """Refuse a step that :data:`STEPS` does not have."""
    if to in STEPS[IncidentState(row.state)]:
        return
    if to == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    require_open(row)
    _refuse(row)


def require_reopenable(row: Incident) -> None:
    """Refuse to open again what is under way, or goes on in another incident."""
    if row.merged_into_id is not None:
        raise Conflict("merged", _("It is a duplicate of another: unmerge it instead."))
    if row.state not in REOPENED_FROM:
        _refuse(row)


def require_why(why: str) -> str:
    """Return why something is done, as it is kept; refuse to do it without a word."""
    if not why.strip():
        raise Invalid("empty", _("Say why."), pointer="/why")
    return why.strip()


def needs_confirmation(row: Incident) -> bool:
    """Whether its type wants a second party to confirm what was reported."""
    return row.type is not None and row.type.needs_confirmation


def is_unconfirmed(row: Incident) -> bool:
    """Whether it waits for a second party: units may be sent, no more."""
    return row.state == IncidentState.REPORTED and needs_confirmation(row)


def require_confirmed(row: Incident) -> None:
    """Refuse to go on with what a second party has to confirm first."""
    if is_unconfirmed(row):
        text = _("A second party has to confirm an incident of this type first.")
        raise Conflict("unconfirmed", text)


def is_second_party(row: Incident, by: Actor) -> bool:
    """Whether an officer of the owner may confirm it, as far as the type cares.

    That is an officer other than who reported it; or anybody of the owner's, once a
    partner has confirmed. What is kept to its author (TLP:RED) the author confirms
    alone: that it was confirmed would else say that another agency reads it.
    """
    if not needs_confirmation(row) or row.tlp == TLP.RED:
        return True
    if by.officer_id is not None and by.officer_id != row.author_id:
        return True
    return _partners_word(row, by).exists()


def lacks_second_party(row: Incident, by: Actor) -> bool:
    """Whether its type wants a second party, and none has confirmed it so far.

    It may have been confirmed as another type, or while it was kept to its author.
    """
    if not needs_confirmation(row):
        return False
    steps = Transition.objects.visible_to(by).filter(
        incident=row, to_state=IncidentState.CONFIRMED
    )
    is_confirmed = steps.exists()
    if row.tlp == TLP.RED or not is_confirmed:
        return not is_confirmed
    author = Officer.objects.visible_to(by).filter(pk=row.author_id).first()
    others = steps.filter(by__startswith="officer:")
    if author is not None:
        others = others.exclude(by=f"officer:{author.username}")
    return not (others.exists() or _partners_word(row, by).exists())


def require_second_party(row: Incident, by: Actor) -> None:
    """Refuse whoever reported it, where somebody else has to confirm."""
    if not is_second_party(row, by):
        text = _("Whoever reported it does not confirm an incident of this type.")
        raise Forbidden("second_party", text)


def state_of_reopened(row: Incident, by: Actor) -> IncidentState:
    """Return where an incident goes on that is opened again.

    It responds; but what was closed before anybody did stands where it stood, and what
    was never confirmed, and whose type wants it, is reported.
    """
    if lacks_second_party(row, by):
        return IncidentState.REPORTED
    if row.state == IncidentState.CLOSED:
        before = closed_from(row, by)
        if before in (IncidentState.REPORTED, IncidentState.CONFIRMED):
            return before
    return IncidentState.RESPONDING


def closed_from(row: Incident, by: Actor) -> IncidentState:
    """Return in which state an incident was closed that is closed now."""
    steps = Transition.objects.visible_to(by).filter(incident=row)
    last = steps.filter(to_state=IncidentState.CLOSED).latest("at")
    return IncidentState(last.from_state)


def _partners_word(row: Incident, by: Actor) -> QuerySet[Confirmation]:
    given = Confirmation.objects.visible_to(by)
    return given.filter(Q(incident=row) | Q(incident__tear_line_of=row))


def _refuse(row: Incident) -> None:
    text = _("The incident: %(state)s. This is not possible now.")
    raise Conflict("wrong_state", text % {"state": row.get_state_display()})
