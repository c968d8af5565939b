"""Rosters: who goes on which patrol, as the engine proposed and planners published."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from agencies.leases import Leased, LeasedQuerySet
from agencies.models import Agency, Agreement, Asset, Officer
from agencies.policy import Actor, Permission
from agencies.records import Guarded, Versioned
from patrols.models.patrols import Patrol


def is_planner(actor: Actor) -> bool:
    """Whether rosters, drafts and what colleagues ask are for an actor.

    They are for planners, and for the agency's own systems.
    """
    return actor.scopes is not None or actor.may(Permission.PATROL_PLAN)


class RosterState(models.TextChoices):
    """Where a roster stands."""

    QUEUED = "queued", _("waiting for its turn")
    SOLVING = "solving", _("being worked out")
    READY = "ready", _("ready to publish")
    PUBLISHED = "published", _("published")
    FAILED = "failed", _("failed")
    SUPERSEDED = "superseded", _("superseded")


class RosterQuerySet(LeasedQuerySet["Roster"]):
    """Rosters."""

    def in_work(self, now: datetime) -> Self:
        """Keep those that a worker holds."""
        return self.filter(state=RosterState.SOLVING, lease_until__gte=now)


class Roster(Leased, Versioned):
    """A plan of who goes on an agency's patrols under an agreement, in some days.

    It is for its owner's eyes; it is never released. ``level`` is how sensitive the
    patrols in it may be, and how far whoever sees it is cleared. What partners learn of
    it stands with the patrols once it is published.
    """

    owner = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="+", verbose_name=_("agreement")
    )
    from_on = models.DateField(_("first day"))
    until_on = models.DateField(_("last day"))
    seconds = models.PositiveSmallIntegerField(_("seconds"), default=60)
    # A published plan to be mended with as few changes as can be; and if somebody who
    # cannot go any more is why: patrols and agencies, no names.
    mends = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    causes = models.JSONField(default=list, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=RosterState, default=RosterState.QUEUED
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    should_stop = models.BooleanField(default=False, editable=False)
    # How far the work is: phase, gap, gaps and when that was.
    progress = models.JSONField(default=dict, editable=False)
    # Terms in their units, per patrol what is filled and missing, and why: no names.
    summary = models.JSONField(default=dict, editable=False)

    objects = RosterQuerySet.as_manager()  # type: ignore[misc]
    headline: ClassVar[dict[str, Any]] = {"state": "state"}
    WORKING: ClassVar[str] = RosterState.SOLVING

    class Meta(Versioned.Meta):
        """Newest first; it ends no sooner than it begins."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("roster")
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="roster_ends_later"
            ),
        ]

    def __str__(self) -> str:
        """Return its days."""
        return f"{self.from_on.isoformat()} – {self.until_on.isoformat()}"


class RosterWork(Guarded):
    """What a roster was worked out from, and the plan: the people of all agencies.

    Nobody holds a key of it; the platform's own context alone reads it.
    """

    roster = models.OneToOneField(Roster, models.PROTECT, related_name="work")
    problem = models.JSONField()
    plan = models.JSONField()

    guard_parent: ClassVar[str | None] = "roster"
    guard_follows: ClassVar[bool] = False

    def __str__(self) -> str:
        """Return the roster's id."""
        return str(self.roster_id)


class Taken(Guarded):
    """Somebody or something that a roster sends on a patrol.

    A draft until the roster is published, then active until another supersedes it.
    """

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="+")
    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="%(class)ss")
    during = DateTimeRangeField()
    is_active = models.BooleanField(default=False)
    # Why they cannot go any more (a code, ``roster_words``), and what was asked for it.
    hindrance = models.CharField(max_length=40, blank=True, editable=False)
    mended_by = models.ForeignKey(
        Roster, models.PROTECT, null=True, editable=False, related_name="+"
    )

    guard_parent: ClassVar[str | None] = "patrol"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """In order of the patrols."""

        abstract = True
        ordering = ["during", "id"]


class Assignment(Taken):
    """An officer on a patrol: for the officer's own agency alone."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="assignments")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    is_commander = models.BooleanField(default=False)
    # Stays as it is when the roster is worked out again.
    is_locked = models.BooleanField(default=False)

    headline: ClassVar[dict[str, Any]] = {"title": "officer__name"}

    class Meta(Taken.Meta):
        """Once in a roster's patrol; nobody is at two places at once (``Booking``)."""

        verbose_name = _("assignment")
        constraints = [
            *Taken.Meta.constraints,
            models.UniqueConstraint(
                fields=["roster", "patrol", "officer"], name="assignment_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the officer's id: the name is for colleagues."""
        return str(self.officer_id)


class Booking(models.Model):
    """When an officer is out, and with which patrol: nobody is at two places at once.

    Triggers write it (migration 0015), for whoever is sent by a roster and for whoever
    commands a patrol, until that one is over or called off. The platform's own roles
    have no right to it at all: it refuses, and tells nothing else.
    """

    class Part(models.TextChoices):
        """What the officer goes as."""

        CREW = "crew"
        COMMANDER = "commander"

    # Rows of triggers: what they point to is there, and is never taken away.
    patrol_id = models.UUIDField()
    officer_id = models.UUIDField()
    part = models.CharField(max_length=9, choices=Part)
    during = DateTimeRangeField()

    class Meta:
        """On one and the same patrol somebody may be crew and commander."""

        constraints = [
            models.UniqueConstraint(
                fields=["patrol_id", "officer_id", "part"], name="booking_once"
            ),
            ExclusionConstraint(
                name="booking_overlap",
                expressions=[
                    ("officer_id", RangeOperators.EQUAL),
                    ("patrol_id", RangeOperators.NOT_EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                # Two may change places: judged when both have (``crews.booking``).
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        """Return the part."""
        return self.part


class AssetUse(Taken):
    """An asset on a patrol: for its owner alone."""

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")

    class Meta(Taken.Meta):
        """No asset is at two places at once."""

        verbose_name = _("use of an asset")
        constraints = [
            *Taken.Meta.constraints,
            ExclusionConstraint(
                name="assetuse_overlap",
                expressions=[
                    ("asset", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        """Return the asset's id."""
        return str(self.asset_id)

    @property
    def agency(self) -> Agency:
        """Whose it is, as of an assignment."""
        return self.asset.owner


class Gap(Guarded):
    """What a patrol lacks of one agency, and what became of its people.

    For that agency alone; that something is missing stands in the roster's summary.
    """

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="+")
    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="gaps")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    # Of the engine: H1 officers, H3 a commander; and pairs of a code and a number.
    rule = models.CharField(max_length=3)
    count = models.PositiveSmallIntegerField()
    funnel = models.JSONField(default=list)
    is_active = models.BooleanField(default=False)

    guard_parent: ClassVar[str | None] = "patrol"
    guard_follows: ClassVar[bool] = False

    def __str__(self) -> str:
        """Return the rule and how much is missing."""
        return f"{self.rule}: {self.count}"


class Remedy(Guarded):
    """One change that would close a gap, tried by the engine: for who can make it.

    What is of a patrol (fewer places, another lead) is for the roster's owner, what is
    of an officer for their agency alone.
    """

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="+")
    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="remedies")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    # Which of the conflicts in the roster's summary it removes.
    conflict = models.PositiveSmallIntegerField()
    # Of the engine: ``patrols.roster.remedies.Change``.
    code = models.CharField(max_length=20)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    detail = models.CharField(max_length=80, blank=True)
    # What is missing in the days around it, without it and with it.
    before = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=False)

    guard_parent: ClassVar[str | None] = "patrol"
    guard_follows: ClassVar[bool] = False

    def __str__(self) -> str:
        """Return what is to be done, by its code."""
        return self.code


# What hangs on a roster: drafts until it is published, then active.
PARTS: tuple[type[Any], ...] = (Assignment, AssetUse, Gap, Remedy)
