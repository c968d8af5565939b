"""Officers' absences, certifications and authorisations: for their own agency alone."""

from datetime import date, datetime
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db.models import F, Func, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agencies.models.agreements import Agreement
from agencies.models.directory import State
from agencies.models.officers import Officer
from agencies.records import GuardedQuerySet, Versioned

Row = TypeVar("Row", bound="Versioned")


# The time from ``starts_at`` to ``ends_at``, without its end.
SPAN = Func(
    "starts_at", "ends_at", function="TSTZRANGE", output_field=DateTimeRangeField()
)


class SpellQuerySet(GuardedQuerySet[Row]):
    """Spells of time."""

    def during(self, start: datetime, end: datetime) -> Self:
        """Keep what takes up some of a time."""
        return self.filter(cancelled_at=None, starts_at__lt=end, ends_at__gt=start)


class Spell(Versioned):
    """Something that takes from a moment to a moment, the last not included."""

    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    cancelled_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = SpellQuerySet.as_manager()

    class Meta(Versioned.Meta):
        """It ends after it begins."""

        abstract = True
        ordering = ["starts_at", "id"]
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="%(class)s_ends_later"
            ),
        ]


class AbsenceKind(models.TextChoices):
    """Why an officer is not to be counted on."""

    LEAVE = "leave", _("leave")
    TRAINING = "training", _("training")
    ELSEWHERE = "elsewhere", _("duty elsewhere")
    SICK = "sick", _("sick")
    SUSPENSION = "suspension", _("suspension")


class Absence(Spell):
    """A time in which an officer is not there for patrols."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="absences", verbose_name=_("officer")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=AbsenceKind)
    note = models.CharField(_("note"), max_length=200, blank=True)

    guard_parent: ClassVar[str | None] = "officer"
    guard_follows: ClassVar[bool] = False
    headline: ClassVar[dict[str, Any]] = {"title": "officer__name", "code": "kind"}

    class Meta(Spell.Meta):
        """Two of a kind never overlap: the second is the first, entered again."""

        verbose_name = _("absence")
        constraints = [
            *Spell.Meta.constraints,
            ExclusionConstraint(
                name="absence_overlap",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Return the kind in words."""
        return str(self.get_kind_display())


class PaperQuerySet(GuardedQuerySet[Row]):
    """Papers."""

    def in_force(self) -> Self:
        """Keep what was not revoked; it may have expired."""
        return self.filter(revoked_at=None)

    def valid(self, day: date) -> Self:
        """Keep what is valid on a day."""
        return self.in_force().overlapping(day, day)

    def overlapping(self, first: date, last: date) -> Self:
        """Keep what is valid on some day from the first to the last."""
        begun = Q(valid_from=None) | Q(valid_from__lte=last)
        lasting = Q(expires_on=None) | Q(expires_on__gte=first)
        return self.filter(begun, lasting)


class Paper(Versioned):
    """Something that an officer holds on paper, until and including a day."""

    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    authority = models.CharField(_("issued by"), max_length=120, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    # How many days before its end the last notice was given (``NOTICES``).
    noticed_days = models.PositiveSmallIntegerField(null=True, editable=False)

    guard_parent: ClassVar[str | None] = "officer"
    guard_follows: ClassVar[bool] = False
    # Notice is given so many days before the last day, once each.
    NOTICES: ClassVar[tuple[int, ...]] = (30, 7, 0)

    objects: ClassVar[Any] = PaperQuerySet.as_manager()

    class Meta(Versioned.Meta):
        """It does not end before it begins."""

        abstract = True
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("valid_from"))
                | Q(expires_on=None)
                | Q(valid_from=None),
                name="%(class)s_ends_later",
            ),
        ]

    def is_valid(self, day: date) -> bool:
        """Whether its days hold one, as ``PaperQuerySet.overlapping`` has it."""
        has_begun = self.valid_from is None or self.valid_from <= day
        return has_begun and (self.expires_on is None or day <= self.expires_on)

    def notice_due(self, today: date) -> int | None:
        """Return the nearest of ``NOTICES`` that has been reached, if any."""
        if self.expires_on is None:
            return None
        left = (self.expires_on - today).days
        return min((days for days in self.NOTICES if left <= days), default=None)


class Qualification(models.TextChoices):
    """Certifications that the platform itself understands, by their codes."""

    COMMANDER = "commander", _("commander")
    DRIVER = "driver", _("driver")
    MEDIC = "medic", _("medic")
    INTERPRETER = "interpreter", _("interpreter")
    DRONE_PILOT = "drone-pilot", _("drone pilot")
    DOG_HANDLER = "dog-handler", _("dog handler")
    RADIO_OPERATOR = "radio-operator", _("radio operator")
    BOAT_CREW = "boat-crew", _("boat crew")
    MOUNTAIN = "mountain", _("mountain training")
    INSTRUCTOR = "instructor", _("instructor")


def certification_code(name: str) -> str:
    """Return the code of a certification by its name, however it is written.

    A name of ``Qualification``, in the reader's language or as a code, gives that
    code; every other is its own, in small letters and with hyphens.
    """
    given = " ".join(name.split()).casefold()
    for known in Qualification:
        if given in (known.value, str(known.label).casefold()):
            return known.value
    return slugify(given, allow_unicode=True)[:80]


class Certification(Paper):
    """Something an officer is certified for, with its expiry.

    Whoever holds a valid ``commander`` is qualified to command a patrol: there is no
    other mark of it, so that the right ends with the paper.
    """

    officer = models.ForeignKey(
        Officer,
        models.PROTECT,
        related_name="certifications",
        verbose_name=_("officer"),
    )
    code = models.CharField(_("code"), max_length=80)
    name = models.CharField(_("certification"), max_length=80)

    headline: ClassVar[dict[str, Any]] = {"title": "officer__name", "code": "name"}

    class Meta(Paper.Meta):
        """An officer holds each once; it is renewed by a later day."""

        ordering = ["name", "id"]
        verbose_name = _("certification")
        constraints = [
            *Paper.Meta.constraints,
            models.UniqueConstraint(
                fields=["officer", "code"],
                condition=Q(revoked_at=None),
                name="certification_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Authorisation(Paper):
    """Leave to enter a state's territory on duty: by an agreement, or an authority."""

    officer = models.ForeignKey(
        Officer,
        models.PROTECT,
        related_name="authorisations",
        verbose_name=_("officer"),
    )
    territory = models.ForeignKey(
        State, models.PROTECT, related_name="+", verbose_name=_("territory")
    )
    agreement = models.ForeignKey(
        Agreement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreement"),
    )

    headline: ClassVar[dict[str, Any]] = {
        "title": "officer__name",
        "code": "territory_id",
    }

    class Meta(Paper.Meta):
        """One from a day on for each territory, on some legal ground."""

        ordering = ["territory", "valid_from", "id"]
        verbose_name = _("authorisation")
        constraints = [
            *Paper.Meta.constraints,
            models.UniqueConstraint(
                fields=["officer", "territory", "valid_from"],
                condition=Q(revoked_at=None),
                name="authorisation_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=False), name="authorisation_begins"
            ),
            models.CheckConstraint(
                condition=Q(agreement__isnull=False) | ~Q(authority=""),
                name="authorisation_has_ground",
            ),
        ]

    def __str__(self) -> str:
        """Return the territory's code."""
        return str(self.territory_id)


# What is kept of officers, for the eyes of their own agency.
PERSONAL: list[type[Absence | Certification | Authorisation]] = [
    Absence,
    Certification,
    Authorisation,
]
