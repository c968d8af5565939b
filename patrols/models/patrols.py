"""Patrols: one outing each."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Agreement, Officer, Purpose
from agencies.policy import TLP, Permission
from agencies.records import Record, RecordQuerySet, to_the_hour
from patrols.models.places import Route, Zone
from patrols.models.programmes import Programme


class PatrolState(models.TextChoices):
    """Where a patrol stands."""

    PLANNED = "planned", _("draft")
    PROPOSED = "proposed", _("proposed")
    AGREED = "agreed", _("agreed")
    UNDER_WAY = "under_way", _("under way")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


# Those that have not left, and may leave yet.
OPEN_STATES = (PatrolState.PLANNED, PatrolState.PROPOSED, PatrolState.AGREED)
# Of those, what the others were asked about.
ASKED_STATES = (PatrolState.PROPOSED, PatrolState.AGREED)
# Those, and whoever is out: neither over nor called off.
CURRENT_STATES = (*OPEN_STATES, PatrolState.UNDER_WAY)


class PatrolQuerySet(RecordQuerySet["Patrol"]):
    """Patrols."""

    def during(self, begin: datetime, end: datetime) -> Self:
        """Keep those that are to be out at some moment of a time."""
        return self.filter(starts_at__lt=end, ends_at__gt=begin)

    def under_way(self) -> Self:
        """Keep those that are out now."""
        return self.filter(state=PatrolState.UNDER_WAY)

    def ahead(self, now: datetime) -> Self:
        """Keep those still to come, soonest first, called off or not."""
        is_out = [PatrolState.UNDER_WAY, PatrolState.COMPLETED]
        return (
            self.filter(ends_at__gt=now)
            .exclude(state__in=is_out)
            .order_by("starts_at", "id")
        )

    def for_rosters(self) -> Self:
        """Keep those still to leave that rosters name a crew for.

        They are of a programme, and not for named officers alone (TLP:RED).
        """
        rows = self.filter(programme__isnull=False, tear_line_of=None)
        return rows.filter(state__in=OPEN_STATES).exclude(tlp=TLP.RED)

    def past(self, now: datetime) -> Self:
        """Keep those that are over: done, or their time is; latest first."""
        is_over = Q(state=PatrolState.COMPLETED) | Q(ends_at__lte=now)
        rows = self.filter(is_over).exclude(state=PatrolState.UNDER_WAY)
        return rows.order_by("-starts_at", "-id")


class Patrol(Record):
    """One outing, with the agency that leads it and its commander.

    ``entitlements`` are the programme's when the lead was given; with the leads of
    the patrols before it they make the ledger (``patrols.rotation``).
    """

    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, verbose_name=_("programme")
    )
    # The start by the programme's rule (RFC 5545: RECURRENCE-ID). It stays when the
    # patrol is moved, so that the rule does not open the same patrol again.
    recurrence_at = models.DateTimeField(null=True, editable=False)
    # What it rests on (``patrols.legal_basis``): that of its programme when it was
    # opened. Nothing for an agency alone at home, nor for one planned before 2026-11.
    agreement = models.ForeignKey(
        Agreement,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("agreement"),
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=16,
        choices=Purpose,
        default=Purpose.PATROL,
        db_default=Purpose.PATROL,
    )
    title = models.CharField(_("title"), max_length=120)
    zone = models.ForeignKey(Zone, models.PROTECT, verbose_name=_("zone"))
    route = models.ForeignKey(
        Route, models.PROTECT, null=True, blank=True, verbose_name=_("route")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(
        _("state"), max_length=12, choices=PatrolState, default=PatrolState.PLANNED
    )
    lead = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("lead agency")
    )
    entitlements = models.JSONField(default=dict, editable=False)
    # Who takes part but could not lead: by agency the rule (``patrols.eligibility``).
    barred = models.JSONField(default=dict, editable=False)
    # Codes of the agencies that take part, the lead among them.
    participants = ArrayField(
        models.CharField(max_length=16), verbose_name=_("participants")
    )
    commander = models.ForeignKey(
        Officer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commander"),
    )
    # What it asks for, and who goes: by agency role and call sign of each officer.
    demand = models.JSONField(_("demand"), default=dict, blank=True)
    crew = models.JSONField(default=dict, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Cancelled by a change of the programme's rule: its start may be opened anew.
    is_displaced = models.BooleanField(default=False, editable=False)
    # The newest position, for the map, with its H3 cell.
    last_place = models.PointField(null=True, editable=False, spatial_index=False)
    last_cell = models.BigIntegerField(null=True, editable=False)
    last_fix_at = models.DateTimeField(null=True, editable=False)

    objects = PatrolQuerySet.as_manager()  # type: ignore[misc]
    release_permission: ClassVar[Permission] = Permission.PATROL_PLAN
    headline: ClassVar[dict[str, Any]] = {
        "ref": "ref",
        "title": "title",
        "owner": "owner__code",
        "lead": "lead__code",
        "state": "state",
        "starts_at": "starts_at",
        "ends_at": "ends_at",
        "place": "last_place",
        "fix_at": "last_fix_at",
    }
    tear_line_words = _(
        "Zone, hours, lead and state; no title, commander, route or positions"
    )

    class Meta(Record.Meta):
        """One patrol per start of a rule: opening them twice is harmless."""

        ordering = ["-starts_at", "-id"]
        verbose_name = _("patrol")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["-starts_at", "-id"], name="patrol_newest"),
            models.Index(fields=["state", "starts_at"], name="patrol_state"),
            models.Index(fields=["last_cell"], name="patrol_cell"),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "recurrence_at"],
                condition=Q(is_displaced=False),
                name="patrol_once_per_recurrence",
            ),
            models.CheckConstraint(
                condition=Q(programme__isnull=True) | Q(recurrence_at__isnull=False),
                name="patrol_of_programme_recurs",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="patrol_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(state=PatrolState.UNDER_WAY) | Q(started_at__isnull=False),
                name="patrol_under_way_has_start",
            ),
            models.CheckConstraint(
                condition=~Q(state=PatrolState.COMPLETED) | Q(ended_at__isnull=False),
                name="patrol_completed_has_end",
            ),
        ]

    @property
    def recurs_at(self) -> datetime:
        """The start that its programme's rule gave it; of a single patrol its own."""
        return self.recurrence_at or self.starts_at

    def tear_line_values(self) -> dict[str, Any]:
        """Return zone, hours and state; no title, commander, route or positions."""
        return {
            "title": str(_("Joint patrol")),
            # The lead agency, too, takes steps; it may not see the zone itself.
            "zone_id": self.zone_id,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "lead": self.lead,
            "participants": [self.lead.code],
            "state": self.state,
            "started_at": to_the_hour(self.started_at),
            "ended_at": to_the_hour(self.ended_at),
            "tlp": self.tlp,
            "level": 0,
        }
