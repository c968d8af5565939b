"""E-mails of notices: an outbox, from which each goes at most once.

``claim_mail`` writes down that a mail is about to go, and commits; then the server is
spoken to; ``settle_mail`` writes what it said. A process that dies in between leaves
the notices as "handed over, not confirmed": they are never sent again, for a second
mail at night costs trust, and the steps that follow do not depend on it.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agencies.accounts import actor_of
from agencies.models import Officer
from agencies.policy import Actor, visible
from incidents.models import Incident, MailState, Notice, Reachability

MOST_ATTEMPTS = 5
# After the first failure, then twice as long each time.
PAUSE = timedelta(seconds=30)


@transaction.atomic
def claim_mail(*, officer_id: UUID, by: Actor) -> tuple[str, list[UUID]]:
    """Return an officer's address and the notices that one e-mail now stands for.

    For the platform. What nobody needs to hear any more is dropped here: it was
    acknowledged, or the officer may not see the incident at this moment.
    """
    now = timezone.now()
    waiting = Notice.objects.filter(
        officer=officer_id, mail=MailState.WAITING, mail_due_at__lte=now
    ).order_by("pk")
    rows = list(
        waiting.select_related("escalation").select_for_update(
            of=("self",), skip_locked=True
        )
    )
    reach = Reachability.objects.filter(officer=officer_id).exclude(email="").first()
    seen = _seen(officer_id, rows) if reach else set()
    taken = []
    for row in rows:
        is_wanted = row.escalation.ended_at is None and row.incident_id in seen
        row.mail = MailState.SENDING if is_wanted else MailState.DROPPED
        row.mail_at = now
        row.save(update_fields=["mail", "mail_at"])
        if is_wanted:
            taken.append(row.pk)
    return (reach.email if reach else ""), taken


@transaction.atomic
def settle_mail(*, notices: list[UUID], is_sent: bool, by: Actor) -> None:
    """Write down what became of an e-mail; one that was not taken is tried again."""
    now = timezone.now()
    rows = Notice.objects.filter(pk__in=notices, mail=MailState.SENDING)
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        row.mail_at = now
        row.mail_attempts += 1
        if is_sent:
            row.mail = MailState.SENT
        elif row.mail_attempts >= MOST_ATTEMPTS:
            row.mail = MailState.FAILED
        else:
            row.mail = MailState.WAITING
            row.mail_due_at = now + PAUSE * 2 ** (row.mail_attempts - 1)
        row.save()


def _seen(officer_id: UUID, rows: list[Notice]) -> set[UUID]:
    """Return which incidents of some notices their officer may see at this moment."""
    officer = Officer.objects.select_related("agency").get(pk=officer_id)
    ids = [row.incident_id for row in rows if row.agency_id == officer.agency_id]
    seen = Incident.objects.filter(visible(actor_of(officer).keys), pk__in=ids)
    return set(seen.values_list("pk", flat=True))
