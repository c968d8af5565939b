"""Who is on duty for an agency, and what is handed over at the change of shift."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Officer, Post
from agencies.models.personnel import Spell, SpellQuerySet
from agencies.records import Guarded, GuardedQuerySet, Versioned
from incidents.models.incidents import (
    Incident,
    IncidentState,
    Severity,
    severity_rank,
)

# For so long, at most, two periods that follow each other may lie over each other.
OVERLAP = timedelta(minutes=30)
# With it the first and the third never do.
SHORTEST = timedelta(hours=1)

# An agency's watch as a whole, or that of one of its posts.
_PLACE = Coalesce("post", "agency", output_field=models.UUIDField())
_ALONE = Func(
    "starts_at", "alone_until", function="TSTZRANGE", output_field=DateTimeRangeField()
)
_STANDS = Q(cancelled_at__isnull=True, ended_at__isnull=True)


class DutyQuerySet(SpellQuerySet["Duty"]):
    """Duty periods."""

    def running(self) -> Self:
        """Keep those whose officers are accountable now."""
        return self.filter(started_at__isnull=False, ended_at=None)

    def ahead(self) -> Self:
        """Keep those that are planned and have not begun."""
        return self.filter(started_at=None, ended_at=None, cancelled_at=None)


class Duty(Spell):
    """An officer's turn on watch, with a deputy: planned, started, handed over.

    The clock ends no duty: until somebody has accepted the hand-over, or the duty is
    ended for a reason, its officer stays accountable. For the own agency alone.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("post")
    )
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="+", verbose_name=_("officer on duty")
    )
    deputy = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name=_("deputy")
    )
    # Until then nobody else is planned for the same watch (``OVERLAP``).
    alone_until = models.DateTimeField(editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    end_reason = models.CharField(max_length=300, blank=True, editable=False)

    objects: ClassVar[Any] = DutyQuerySet.as_manager()
    headline: ClassVar[dict[str, Any]] = {
        "title": "officer__name",
        "agency": "agency__code",
        "starts_at": "starts_at",
        "ends_at": "ends_at",
    }

    class Meta(Spell.Meta):
        """One officer at a time for each watch, and one watch for each officer."""

        verbose_name = _("duty period")
        constraints = [
            *Spell.Meta.constraints,
            ExclusionConstraint(
                name="duty_overlap",
                expressions=[
                    (_PLACE, RangeOperators.EQUAL),
                    (_ALONE, RangeOperators.OVERLAPS),
                ],
                condition=_STANDS,
            ),
            ExclusionConstraint(
                name="duty_of_officer",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    (_ALONE, RangeOperators.OVERLAPS),
                ],
                condition=_STANDS,
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(
                    post__isnull=True, started_at__isnull=False, ended_at__isnull=True
                ),
                name="duty_one_running",
            ),
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(started_at__isnull=False, ended_at__isnull=True),
                name="duty_one_running_at_post",
            ),
            models.CheckConstraint(
                condition=Q(
                    alone_until__gt=F("starts_at"), alone_until__lte=F("ends_at")
                ),
                name="duty_alone_within",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="duty_started_or_cancelled",
            ),
        ]

    def __str__(self) -> str:
        """Return the officer's id: names are for colleagues."""
        return str(self.officer_id)

    @property
    def is_running(self) -> bool:
        """Whether its officer is accountable now."""
        return self.started_at is not None and self.ended_at is None

    def was_running(self, moment: datetime) -> bool:
        """Whether its officer was accountable at a moment."""
        has_begun = self.started_at is not None and self.started_at <= moment
        return has_begun and (self.ended_at is None or moment < self.ended_at)

    @property
    def is_ahead(self) -> bool:
        """Whether it is planned and has not begun."""
        return (
            self.started_at is None and self.ended_at is None and not self.cancelled_at
        )


class HandOverState(models.TextChoices):
    """How a hand-over of duty stands."""

    OFFERED = "offered", _("waits for the incoming officer")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("taken back")


class DutyHandOver(Guarded):
    """The outgoing officer hands over to the incoming one, who accepts or refuses.

    What the system listed at that moment hangs on it (``HandOverItem``) and stays.
    """

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="hand_overs")
    to = models.ForeignKey(Duty, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=9, choices=HandOverState, default=HandOverState.OFFERED
    )
    remark = models.TextField(_("remark"), blank=True, max_length=4000)
    answer = models.CharField(_("reason"), blank=True, max_length=300)
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=120)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)

    guard_parent: ClassVar[str | None] = "duty"

    class Meta(Guarded.Meta):
        """One offer at a time."""

        ordering = ["-offered_at", "-id"]
        verbose_name = _("hand-over of duty")
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(state=HandOverState.OFFERED),
                name="dutyhandover_one_offer",
            ),
            models.CheckConstraint(
                condition=Q(state=HandOverState.OFFERED, answered_at__isnull=True)
                | (~Q(state=HandOverState.OFFERED) & Q(answered_at__isnull=False)),
                name="dutyhandover_answered_at",
            ),
        ]

    def __str__(self) -> str:
        """Return the state."""
        return str(self.get_state_display())


class ItemKind(models.TextChoices):
    """Why an incident is on the list of a hand-over."""

    WAITING = "waiting", _("not acknowledged")
    OPEN = "open", _("open")
    OVER = "over", _("over since this shift began")


class HandOverItemQuerySet(GuardedQuerySet["HandOverItem"]):
    """What was handed over."""

    def worst_first(self) -> Self:
        """Order by the ladder of severity, as one reads a list at the change."""
        return self.order_by(severity_rank(), "ref")


class HandOverItem(Guarded):
    """An incident as it stood when it was handed over, for colleagues who see it.

    It is a child of its incident: who loses the one loses the other.
    """

    hand_over = models.ForeignKey(DutyHandOver, models.PROTECT, related_name="items")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=ItemKind)
    ref = models.CharField(max_length=32)
    severity = models.CharField(max_length=8, choices=Severity)
    state = models.CharField(max_length=12, choices=IncidentState)
    # How many responses were under way, as far as the outgoing officer knew.
    responses = models.PositiveSmallIntegerField(default=0)
    # Whether anything of it changed since the shift began.
    is_changed = models.BooleanField(default=False)

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    objects: ClassVar[Any] = HandOverItemQuerySet.as_manager()

    class Meta(Guarded.Meta):
        """Each incident once."""

        ordering = ["id"]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["hand_over", "incident"], name="handoveritem_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the incident's reference."""
        return self.ref


class Reachability(Versioned):
    """Where an officer can be called beside the platform, and when better not.

    For the officer alone. Without one there is no e-mail, and no quiet hours.
    """

    officer = models.OneToOneField(Officer, models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail"), blank=True)
    # By the clock of the officer's agency; they may go over midnight.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta(Versioned.Meta):
        """Quiet hours have both ends, or there are none."""

        verbose_name = _("reachability")
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (
                    Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~Q(quiet_from=F("quiet_until"))
                ),
                name="reachability_quiet_hours",
            ),
        ]

    def __str__(self) -> str:
        """Return the officer's id."""
        return str(self.officer_id)
