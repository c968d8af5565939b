"""Intelligence reports."""

from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.db.models.functions import Concat, Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from agencies.policy import Permission
from agencies.records import Record, RecordQuerySet
from incidents.models import Category


class SourceGrade(models.TextChoices):
    """Reliability of the source (NATO STANAG 2511 / Admiralty code)."""

    A = "A", _("A completely reliable")
    B = "B", _("B usually reliable")
    C = "C", _("C fairly reliable")
    D = "D", _("D not usually reliable")
    E = "E", _("E unreliable")
    F = "F", _("F cannot be judged")


class InformationGrade(models.IntegerChoices):
    """Credibility of the information (NATO STANAG 2511 / Admiralty code)."""

    CONFIRMED = 1, _("1 confirmed by other sources")
    PROBABLY_TRUE = 2, _("2 probably true")
    POSSIBLY_TRUE = 3, _("3 possibly true")
    DOUBTFUL = 4, _("4 doubtful")
    IMPROBABLE = 5, _("5 improbable")
    UNKNOWN = 6, _("6 cannot be judged")


# A report that no longer holds.
IS_OVER = Q(valid_until__isnull=False, valid_until__lte=Now())


class ReportQuerySet(RecordQuerySet["Report"]):
    """Reports."""

    def current(self) -> Self:
        """Keep those that are still valid."""
        return self.filter(~IS_OVER)


class Report(Record):
    """An intelligence report, graded by its owner.

    ``source_note`` and ``tear_line_text`` are for the owner's staff alone.
    """

    title = models.CharField(_("title"), max_length=160)
    body = models.TextField(_("text"), max_length=20_000)
    tear_line_text = models.TextField(_("tear line"), blank=True, max_length=4000)
    source_note = models.TextField(_("source"), blank=True, max_length=2000)
    language = models.CharField(_("language"), max_length=8, blank=True)
    topics = ArrayField(
        models.CharField(max_length=12, choices=Category),
        default=list,
        blank=True,
        verbose_name=_("topics"),
    )
    source_grade = models.CharField(
        _("source reliability"), max_length=1, choices=SourceGrade
    )
    information_grade = models.PositiveSmallIntegerField(
        _("information credibility"), choices=InformationGrade
    )
    place = models.PointField(_("place"), null=True, blank=True, spatial_index=False)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()  # type: ignore[misc]
    release_permission: ClassVar[Permission] = Permission.REPORT_RELEASE
    headline: ClassVar[dict[str, Any]] = {
        "ref": "ref",
        "title": "title",
        "owner": "owner__code",
        "grading": Concat("source_grade", "information_grade"),
        "tlp": "tlp",
        "place": "place",
        "valid_until": "valid_until",
    }
    tear_line_words = _(
        "The text written for others, topics, grades and validity; no source, no place"
    )

    class Meta(Record.Meta):
        """Newest first."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("report")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["-created_at", "-id"], name="report_newest"),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_until__gt=F("valid_from")),
                name="report_valid_interval",
            ),
            models.CheckConstraint(
                condition=Q(information_grade__range=(1, 6)), name="report_grade_1_to_6"
            ),
        ]

    @property
    def grading(self) -> str:
        """Both grades together, such as ``B2``."""
        return f"{self.source_grade}{self.information_grade}"

    @property
    def is_current(self) -> bool:
        """Whether the report still holds."""
        return self.valid_until is None or self.valid_until > timezone.now()

    def require_tear_line(self) -> None:
        """Refuse a tear line without a text written for it."""
        if not self.tear_line_text.strip():
            raise Invalid(
                "tear_line_empty",
                _("Write the text for the tear line first."),
                pointer="/tear_line_text",
            )

    def tear_line_values(self) -> dict[str, Any]:
        """Return the text written for others and the grades; no source, no place."""
        labels = [str(Category(topic).label) for topic in self.topics]
        return {
            "title": gettext("Report on %(topics)s") % {"topics": ", ".join(labels)}
            if labels
            else gettext("Report"),
            "body": self.tear_line_text,
            "language": self.language,
            "topics": self.topics,
            "source_grade": self.source_grade,
            "information_grade": self.information_grade,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
            "tlp": self.tlp,
            "level": 0,
        }
