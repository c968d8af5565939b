"""Crews follow their patrols: a part of the actions that move or call them off."""

from django.db import IntegrityError, transaction

from agencies.context import system
from agencies.policy import Actor
from patrols.crews import crews
from patrols.models import AssetUse, Assignment, Patrol, PatrolState


@transaction.atomic
def follow_patrol(*, patrol: Patrol, by: Actor) -> None:
    """Keep who and what is sent on a locked patrol to its hours and its level.

    A cancelled one sends nobody. Who is on another patrol at the new hours, or not
    cleared for the new level, is not on this one any more, nor told of as its crew; the
    next roster tells what is missing.
    """
    # Whoever moves a patrol does not see the people of its partners.
    with system("crew"):
        during = (patrol.starts_at, patrol.ends_at)
        for model in (Assignment, AssetUse):
            rows = model._default_manager.filter(patrol=patrol, is_active=True)
            if patrol.state == PatrolState.CANCELLED:
                rows.update(is_active=False)
                continue
            for pk in rows.exclude(during=during).values_list("pk", flat=True):
                try:
                    with transaction.atomic():
                        rows.filter(pk=pk).update(during=during)
                except IntegrityError:
                    rows.filter(pk=pk).update(is_active=False)
        sent = Assignment.objects.filter(patrol=patrol, is_active=True)
        sent.filter(officer__clearance__lt=patrol.level).update(is_active=False)
        if patrol.crew and patrol.state != PatrolState.CANCELLED:
            people = sent.select_related("officer", "agency")
            _commander, patrol.crew = crews(people, [patrol.pk])[patrol.pk]
            patrol.save(update_fields=["crew"])
