"""Daily situation reports: what one officer saw of one day, on paper."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.leases import Leased, LeasedQuerySet
from agencies.models import Agency, Agreement, Officer
from agencies.policy import TLP, Actor, Audience, Level, officer_key
from agencies.records import Guarded, Versioned


class SitrepScope(models.TextChoices):
    """Of what a report tells."""

    OWN = "own", _("my agency's records")
    ALL = "all", _("all that I may see")
    AGREEMENT = "agreement", _("records of an agreement's parties")


class SitrepState(models.TextChoices):
    """Where a report stands."""

    QUEUED = "queued", _("waiting for its turn")
    MAKING = "making", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class SitrepStep(models.TextChoices):
    """What a worker is at."""

    READING = "reading", _("reading the day")
    PRINTING = "printing", _("printing")


# Nobody has to do anything before there is something to read.
AT_WORK = (SitrepState.QUEUED, SitrepState.MAKING)


class SitrepQuerySet(LeasedQuerySet["Sitrep"]):
    """Situation reports."""

    def own(self, actor: Actor) -> Self:
        """Keep those that an officer asked for: nobody else reads them."""
        return self.filter(author=actor.officer_id, author__isnull=False)


class Sitrep(Leased, Versioned):
    """That a report of a day was asked for, and made: what proves it genuine.

    What it says is in :class:`SitrepPaper`, for its author alone. This row is for the
    author's agency, from ``level`` on: colleagues who hold the paper in their hands can
    prove it by its code, and no list shows them the row. Until it is made, ``level`` is
    the author's clearance, above which nothing can be in it.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    author = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    day_on = models.DateField(_("day"))
    # The clock by which the day begins and ends.
    time_zone = models.CharField(max_length=40)
    scope = models.CharField(_("scope"), max_length=9, choices=SitrepScope)
    agreement = models.ForeignKey(
        Agreement,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("agreement"),
    )
    state = models.CharField(
        _("state"), max_length=7, choices=SitrepState, default=SitrepState.QUEUED
    )
    step = models.CharField(
        max_length=8, choices=SitrepStep, blank=True, editable=False
    )
    made_at = models.DateTimeField(null=True, editable=False)
    # Of what it says, of the file, and what is printed on each page.
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    pdf_hash = models.CharField(max_length=64, blank=True, editable=False)
    code = models.CharField(max_length=19, blank=True, editable=False)

    objects = SitrepQuerySet.as_manager()  # type: ignore[misc]
    headline: ClassVar[dict[str, Any]] = {"state": "state"}
    WORKING: ClassVar[str] = SitrepState.MAKING

    class Meta(Versioned.Meta):
        """Newest first; proved by code or hash; of an agreement only if it says so."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("situation report")
        indexes = [
            *Versioned.Meta.indexes,
            models.Index(fields=["author", "-created_at"], name="sitrep_of_author"),
            models.Index(fields=["code"], name="sitrep_code", condition=~Q(code="")),
            models.Index(
                fields=["pdf_hash"], name="sitrep_pdf", condition=~Q(pdf_hash="")
            ),
            models.Index(
                fields=["created_at"],
                name="sitrep_waiting",
                condition=Q(state__in=AT_WORK),
            ),
        ]
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(scope=SitrepScope.AGREEMENT, agreement__isnull=False)
                | (~Q(scope=SitrepScope.AGREEMENT) & Q(agreement__isnull=True)),
                name="sitrep_agreement",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=SitrepState.READY, made_at__isnull=False) & ~Q(code="")
                )
                | (~Q(state=SitrepState.READY) & Q(made_at__isnull=True, code="")),
                name="sitrep_made",
            ),
        ]

    def __str__(self) -> str:
        """Return the day."""
        return self.day_on.isoformat()

    @property
    def for_author(self) -> Audience:
        """Who is told of it: its author alone."""
        return Audience(frozenset({officer_key(self.author_id, self.level)}))

    @property
    def is_at_work(self) -> bool:
        """Whether it is still to come."""
        return self.state in AT_WORK

    @property
    def file_name(self) -> str:
        """The name under which the file is kept."""
        return f"SITREP-{self.day_on.isoformat()}-{self.code[:4]}.pdf"


class SitrepPaper(Guarded):
    """What a report says, and the file: for its author alone.

    ``content`` is plain data (``incidents.sitrep``), ``holds`` the ids of the rows that
    it names, by type: it is shown only as long as its author still sees them all, so
    that ending a release closes the papers that were made before.
    """

    sitrep = models.OneToOneField(Sitrep, models.PROTECT, related_name="paper")
    tlp = models.CharField(max_length=12, choices=TLP)
    level = models.PositiveSmallIntegerField()
    content = models.JSONField()
    holds = models.JSONField()
    pdf = models.BinaryField()

    guard_parent: ClassVar[str | None] = "sitrep"
    guard_follows: ClassVar[bool] = False
    guard_append_only: ClassVar[bool] = True

    def __str__(self) -> str:
        """Return the report's id."""
        return str(self.sitrep_id)

    @property
    def level_name(self) -> str:
        """The level in words."""
        return str(Level(self.level).label)
