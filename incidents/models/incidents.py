"""Incidents: what happened, where, how severe, and where it stands."""

from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db.models import Case, Q, When
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.policy import Permission
from agencies.records import Record, RecordQuerySet, to_the_hour
from patrols.cells import cell_of
from patrols.coordinates import MAX_LENGTH, System
from patrols.models import Patrol
from patrols.place_words import SYSTEM_CHOICES


class Category(models.TextChoices):
    """What an incident is about."""

    DRUGS = "drugs", _("drugs")
    ARMS = "arms", _("arms")
    SMUGGLING = "smuggling", _("smuggling of goods")
    TRAFFICKING = "trafficking", _("trafficking")
    CROSSING = "crossing", _("irregular crossing")
    CLASH = "clash", _("armed clash")
    TERRORISM = "terrorism", _("terrorism")
    LIVESTOCK = "livestock", _("livestock")
    MARKER = "marker", _("border-marker damage")
    HAZARD = "hazard", _("natural hazard")
    MEDICAL = "medical", _("medical")
    DISPUTE = "dispute", _("community dispute")
    OTHER = "other", _("other")


class Severity(models.TextChoices):
    """The ladder of the Common Alerting Protocol (OASIS CAP 1.2)."""

    EXTREME = "extreme", _("extreme")
    SEVERE = "severe", _("severe")
    MODERATE = "moderate", _("moderate")
    MINOR = "minor", _("minor")
    UNKNOWN = "unknown", _("unknown")


class IncidentState(models.TextChoices):
    """Where an incident stands."""

    REPORTED = "reported", _("reported")
    CONFIRMED = "confirmed", _("confirmed")
    RESPONDING = "responding", _("responding")
    CONTAINED = "contained", _("contained")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")


class CloseReason(models.TextChoices):
    """Why an incident was closed."""

    HANDLED = "handled", _("handled")
    FALSE_REPORT = "false_report", _("false report")
    DUPLICATE = "duplicate", _("duplicate")
    HANDED_OVER = "handed_over", _("handed over")
    NO_ACTION = "no_action", _("no action needed")


OPEN_STATES = [
    IncidentState.REPORTED,
    IncidentState.CONFIRMED,
    IncidentState.RESPONDING,
    IncidentState.CONTAINED,
]


# A tear line's place is sure within so many metres, however sure its record's is.
# Nothing else says that it is one: its readers are told of no fuller record.
BLUNTED_WITHIN = 10_000


def severity_rank() -> Case:
    """Return the step on the ladder of severity, the worst lowest, to order by."""
    ladder = [When(severity=step, then=n) for n, step in enumerate(Severity)]
    return Case(*ladder, output_field=models.SmallIntegerField())


class IncidentQuerySet(RecordQuerySet["Incident"]):
    """Incidents."""

    def open(self) -> Self:
        """Keep those that still need somebody."""
        return self.filter(state__in=OPEN_STATES)

    def saying(self, words: str) -> Self:
        """Keep those whose reference, title or narrative has each of the words."""
        rows = self
        for word in words.split():
            rows = rows.filter(
                Q(ref__icontains=word)
                | Q(title__icontains=word)
                | Q(narrative__icontains=word)
            )
        return rows

    def worst_first(self) -> Self:
        """Order by the ladder of severity, then newest first."""
        return self.order_by(severity_rank(), "-occurred_at", "-id")


class Incident(Record):
    """Something that happened, reported by its owner and released to others."""

    category = models.CharField(_("category"), max_length=12, choices=Category)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    title = models.CharField(_("title"), max_length=160)
    narrative = models.TextField(_("narrative"), blank=True, max_length=20_000)
    language = models.CharField(_("language"), max_length=8, blank=True)
    place = models.PointField(_("place"), spatial_index=False)
    cell = models.BigIntegerField(editable=False)
    # How the place was given, and within how many metres it is sure.
    place_text = models.CharField(
        _("place as given"),
        max_length=MAX_LENGTH,
        blank=True,
        default="",
        db_default="",
    )
    place_system = models.CharField(
        _("system of the place"),
        max_length=8,
        choices=SYSTEM_CHOICES,
        default=System.GEOJSON.value,
        db_default=System.GEOJSON.value,
    )
    place_uncertainty = models.PositiveIntegerField(
        _("uncertainty of the place, in metres"), null=True
    )
    occurred_at = models.DateTimeField(_("occurred at"))
    state = models.CharField(
        _("state"), max_length=12, choices=IncidentState, default=IncidentState.REPORTED
    )
    patrol = models.ForeignKey(
        Patrol, models.PROTECT, null=True, blank=True, verbose_name=_("patrol")
    )
    # What kind exactly, and the fields of its form; never in a tear line. The version
    # is that of the form by which ``details`` were filled in and are read.
    type = models.ForeignKey(
        "incidents.IncidentType",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("type"),
    )
    type_version = models.PositiveSmallIntegerField(null=True, editable=False)
    details = models.JSONField(_("details"), default=dict, blank=True)
    resolved_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    close_reason = models.CharField(
        _("reason"), max_length=16, choices=CloseReason, blank=True
    )
    # Of a duplicate: the incident that goes on for both. Never another duplicate
    # (``incident_no_chain`` in the migration, a foreign key).
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="duplicates"
    )

    objects = IncidentQuerySet.as_manager()  # type: ignore[misc]
    release_permission: ClassVar[Permission] = Permission.INCIDENT_RELEASE
    headline: ClassVar[dict[str, Any]] = {
        "ref": "ref",
        "title": "title",
        "owner": "owner__code",
        "category": "category",
        "severity": "severity",
        "state": "state",
        "place": "place",
        "occurred_at": "occurred_at",
    }
    tear_line_words = _(
        "Kind, severity, state, the hour, the place to some 10 km; no title,"
        " narrative or names"
    )

    class Meta(Record.Meta):
        """Closed means closed at a time and for a reason."""

        ordering = ["-occurred_at", "-id"]
        verbose_name = _("incident")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["-occurred_at", "-id"], name="incident_newest"),
            models.Index(fields=["state", "-occurred_at"], name="incident_state"),
            models.Index(fields=["cell", "-occurred_at"], name="incident_cell"),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state=IncidentState.CLOSED, closed_at__isnull=False)
                | (~Q(state=IncidentState.CLOSED) & Q(closed_at__isnull=True)),
                name="incident_closed_at",
            ),
            models.CheckConstraint(
                condition=(Q(close_reason="") & ~Q(state=IncidentState.CLOSED))
                | (~Q(close_reason="") & Q(state=IncidentState.CLOSED)),
                name="incident_close_reason",
            ),
            models.CheckConstraint(
                condition=Q(type__isnull=True, type_version__isnull=True)
                | Q(type__isnull=False, type_version__isnull=False),
                name="incident_type_version",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(state=IncidentState.CLOSED, close_reason=CloseReason.DUPLICATE),
                name="incident_merged_is_closed",
            ),
        ]

    def tear_line_values(self) -> dict[str, Any]:
        """Return kind, severity, state, the hour and a place blunted to 0.1 degree."""
        place = Point(round(self.place.x, 1), round(self.place.y, 1), srid=4326)
        return {
            "category": self.category,
            "severity": self.severity,
            "title": gettext("%(category)s near %(place)s")
            % {
                "category": capfirst(Category(self.category).label),
                "place": f"{place.y:.1f}, {place.x:.1f}",
            },
            "place": place,
            "cell": cell_of(place),
            "place_text": "",
            "place_system": System.GEOJSON,
            "place_uncertainty": BLUNTED_WITHIN,
            "occurred_at": to_the_hour(self.occurred_at),
            "state": self.state,
            "resolved_at": to_the_hour(self.resolved_at),
            "closed_at": to_the_hour(self.closed_at),
            "close_reason": self.close_reason,
            "tlp": self.tlp,
            "level": 0,
        }
