"""What every record has in common: an audience, an owner, a reference, releases."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies import policy
from agencies.errors import Conflict, Invalid, NotFound

Row = TypeVar("Row", bound="Guarded")


class GuardedQuerySet(models.QuerySet[Row]):
    """Rows with an audience."""

    def visible_to(self, actor: policy.Actor) -> Self:
        """Keep what this actor may see; every read starts here."""
        return self.filter(policy.visible(actor.keys))

    def locked(self, actor: policy.Actor, pk: object) -> Row:
        """Return one visible row, locked until commit, or raise ``NotFound``."""
        rows = self.visible_to(actor).select_for_update(of=("self",))
        try:
            return rows.get(pk=pk)
        except self.model.DoesNotExist:
            raise NotFound from None

    def held_still(self, actor: policy.Actor, pk: object) -> Row:
        """Return one visible row that nobody changes until commit, or ``NotFound``.

        Many may hold a row at once: whoever only hangs something on it waits for its
        changes, not for others who do the same.
        """
        table = connection.ops.quote_name(self.model._meta.db_table)
        sql = f"SELECT FROM {table} WHERE id = %s FOR SHARE"
        with connection.cursor() as cursor:
            cursor.execute(sql, [str(pk)])
        found = self.visible_to(actor).filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found


def to_the_hour(moment: datetime | None) -> datetime | None:
    """Blunt a moment for a tear line; an exact one would name the full record."""
    return moment and moment.replace(minute=0, second=0, microsecond=0)


class Guarded(models.Model):
    """A row that only its audience may see, held by row-level security.

    A child names its parent in ``guard_parent``: it is then never wider. With
    ``guard_follows`` it has exactly the parent's audience, otherwise its own,
    cut down when the parent's narrows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audience = ArrayField(models.TextField(), editable=False)
    expiring = models.JSONField(null=True, editable=False)

    guard_parent: ClassVar[str | None] = None
    guard_follows: ClassVar[bool] = True
    # Rows of an append-only table are never changed by the application.
    guard_append_only: ClassVar[bool] = False
    # Rows that the platform may delete when they are old; never what was reported.
    guard_disposable: ClassVar[bool] = False
    # What the live feed says of a row (what, where, how severe, which state): by
    # name a column, or an expression of some. See ``agencies.shown.headline``.
    headline: ClassVar[dict[str, Any]] = {}

    objects = GuardedQuerySet.as_manager()

    class Meta:
        """Index and refuse an empty audience in every table."""

        abstract = True
        indexes = [GinIndex(fields=["audience"], name="%(class)s_audience")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__len__gt=0), name="%(class)s_has_audience"
            )
        ]

    @classmethod
    def guard_rows(cls, record: "Guarded") -> "models.QuerySet[Any] | None":
        """Return this model's rows below a row, or None where it has none."""
        if cls.guard_parent is None:
            return None
        if cls._meta.get_field(cls.guard_parent).related_model is not type(record):
            return None
        return cls._base_manager.filter(**{cls.guard_parent: record.pk})

    @classmethod
    def type_name(cls) -> str:
        """The type's name in references, events and releases."""
        return cls._meta.model_name or ""

    @property
    def stored_audience(self) -> policy.Audience:
        """The audience as its two columns hold it."""
        return policy.Audience(frozenset(self.audience), self.expiring or {})

    def open_to(self, audience: policy.Audience) -> None:
        """Set the two columns; the caller saves."""
        for name, value in audience.columns().items():
            setattr(self, name, value)


class Versioned(Guarded):
    """A row that people change, in versions that ``If-Match`` compares."""

    # Counts changes of content only: a release to somebody else leaves it alone.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(Guarded.Meta):
        """Nothing of its own."""

        abstract = True

    def take(self, values: Mapping[str, Any]) -> list[str]:
        """Set some columns; return the names of those that differed, in order."""
        changed = sorted(k for k, value in values.items() if getattr(self, k) != value)
        for name in changed:
            setattr(self, name, values[name])
        return changed

    def touch(self) -> None:
        """Count one change of content; the caller saves."""
        self.version += 1
        self.updated_at = timezone.now()


class Owned(Versioned):
    """A row that one agency owns and may release to others."""

    owner = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    author = models.ForeignKey(
        "agencies.Officer", models.PROTECT, null=True, related_name="+", editable=False
    )
    tlp = models.CharField(
        max_length=12, choices=policy.TLP, default=policy.TLP.AMBER, verbose_name="TLP"
    )
    level = models.PositiveSmallIntegerField(_("level"), default=0)

    class Meta(Versioned.Meta):
        """Clearance levels end at three."""

        abstract = True
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(level__lte=policy.MAX_LEVEL),
                name="%(class)s_level_in_range",
            ),
        ]

    release_permission: ClassVar[policy.Permission] = policy.Permission.PLACE_EDIT

    @property
    def level_name(self) -> str:
        """The level in words."""
        return str(policy.Level(self.level).label)

    @property
    def owner_keys(self) -> frozenset[str]:
        """The keys of the owner itself."""
        return policy.owner_keys(self.owner.code, self.author_id, self.tlp, self.level)

    def require_marking(self, by: policy.Actor) -> None:
        """Refuse a marking that would shut out whoever sets it."""
        if self.level > by.clearance:
            raise Invalid(
                "level_too_high",
                _("The level is above your clearance."),
                pointer="/level",
            )
        if self.tlp == policy.TLP.RED and self.author_id is None:
            raise Invalid(
                "red_needs_author", _("TLP:RED needs a named officer."), pointer="/tlp"
            )
        if self.tlp == policy.TLP.RED and self.author_id != by.officer_id:
            raise Invalid(
                "red_by_author",
                _("Only its author can keep it to named officers (TLP:RED)."),
                pointer="/tlp",
            )


class RecordQuerySet(GuardedQuerySet[Row]):
    """Records, each perhaps with its tear line beside it."""

    def without_doubles_of(self, agency_id: uuid.UUID | None) -> Self:
        """Leave out the tear lines that an agency wrote of its own records."""
        return self.exclude(owner=agency_id, tear_line_of__isnull=False)


class Record(Owned):
    """An owned row with a reference, from which a tear line can be written.

    ``tear_line_of`` is the fuller record; only the owner is ever shown it.
    ``tear_line_words`` say what a tear line holds, before somebody releases it.
    """

    tear_line_words: ClassVar[str | Promise] = ""

    ref = models.CharField(_("reference"), max_length=32, editable=False)
    tear_line_of = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="tear_line"
    )

    class Meta(Owned.Meta):
        """References are unique within their table."""

        abstract = True
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["ref"], name="%(class)s_ref"),
        ]

    def __str__(self) -> str:
        """Return the reference."""
        return self.ref

    @property
    def is_tear_line(self) -> bool:
        """Whether this row is the reduced form of another."""
        return getattr(self, "tear_line_of_id", None) is not None

    def tear_line_for(self, actor: policy.Actor) -> Self | None:
        """Return the tear line written of this record, to its owner alone."""
        return self._for_owner(actor, tear_line_of=self.pk)

    def whole_for(self, actor: policy.Actor) -> Self | None:
        """Return the fuller record of this tear line, to its owner alone."""
        return self._for_owner(actor, tear_line=self.pk)

    def _for_owner(self, actor: policy.Actor, **of: Any) -> Self | None:
        if not actor.owns(self):
            return None
        rows: Any = type(self).objects.visible_to(actor)
        found: Self | None = rows.filter(**of).first()
        return found

    def tear_line_values(self) -> dict[str, Any]:
        """Return the only fields that a tear line takes over, already blunted."""
        raise NotImplementedError

    def require_tear_line(self) -> None:
        """Refuse a tear line that would say nothing; most records always have one."""

    def insert(self) -> None:
        """Save a new row under a free reference, like ``KG-BS-2026-04731``.

        The number is drawn at random: references in a row would tell a partner
        how many records it was not released.
        """
        for _attempt in range(50):
            number = secrets.randbelow(100_000)
            self.ref = f"{self.owner.code}-{self.created_at.year}-{number:05d}"
            try:
                with transaction.atomic():
                    self.save(force_insert=True)
            except IntegrityError as error:
                if "_ref" not in str(error):
                    raise
            else:
                return
        raise Conflict("no_free_reference", _("No free reference; try again."))


class ReleaseScope(models.TextChoices):
    """How much of a record a grantee sees."""

    FULL = "full", _("full record")
    TEARLINE = "tearline", _("tear line")


def guarded_models() -> list[type[Guarded]]:
    """Return every model with an audience, so that a new one joins every check."""
    return [m for m in apps.get_models() if issubclass(m, Guarded)]


def record_model(record_type: str) -> type[Guarded]:
    """Return the model behind a type's name, as events and releases store it."""
    for model in guarded_models():
        if model.type_name() == record_type:
            return model
    raise LookupError(record_type)


def owned_model(record_type: str) -> type[Owned]:
    """Return the model of a type that can be released."""
    model = record_model(record_type)
    if not issubclass(model, Owned):
        raise LookupError(record_type)
    return model
