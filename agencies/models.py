"""States, agencies, officers, posts, agreements, clients and releases."""

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from agencies.policy import TLP, Actor, Grant, GranteeKind, Level, Permission, Role
from agencies.records import Guarded, GuardedQuerySet, Owned, ReleaseScope


class State(models.Model):
    """A sovereign state, by its ISO 3166-1 alpha-2 code."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        """Listed by name."""

        ordering = ["name"]
        verbose_name = _("state")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class AgencyKind(models.TextChoices):
    """What an agency is."""

    BORDER_GUARD = "border_guard", _("border guard")
    POLICE = "police", _("police")
    CUSTOMS = "customs", _("customs")
    MILITARY = "military", _("military")
    CIVIL = "civil", _("civil authority")
    OBSERVER = "observer", _("international observer")


class Agency(models.Model):
    """A security agency; the directory of agencies is known to all who log in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=AgencyKind)
    state = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, verbose_name=_("state")
    )
    languages = ArrayField(
        models.CharField(max_length=8), default=list, verbose_name=_("languages")
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")

    class Meta:
        """Listed by code."""

        ordering = ["code"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"


class OfficerManager(BaseUserManager["Officer"].from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Officers, by user name."""


class Officer(AbstractBaseUser, Guarded):
    """A person with an account. User names are never reused or changed."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="officers",
        verbose_name=_("agency"),
    )
    rank = models.CharField(_("rank"), max_length=40, blank=True)
    call_sign = models.CharField(_("call sign"), max_length=40, blank=True)
    # CEFR level by language code, such as {"ky": "C2", "ru": "B2"}.
    languages = models.JSONField(_("languages"), default=dict, blank=True)
    clearance = models.PositiveSmallIntegerField(_("clearance"), default=0)
    roles = ArrayField(
        models.CharField(max_length=16, choices=Role),
        default=list,
        verbose_name=_("roles"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = OfficerManager()  # type: ignore[misc]

    class Meta(Guarded.Meta):
        """Everybody but the platform administrator belongs to an agency."""

        ordering = ["username"]
        verbose_name = _("officer")
        constraints = [
            *Guarded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(clearance__lte=3), name="officer_clearance_in_range"
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=False)
                | Q(roles__contains=[Role.PLATFORM_ADMIN]),
                name="officer_has_agency",
            ),
        ]

    def __str__(self) -> str:
        """Return rank and name."""
        return f"{self.rank} {self.name}".strip()

    @property
    def clearance_name(self) -> str:
        """The clearance in words."""
        return str(Level(self.clearance).label)

    @property
    def is_staff(self) -> bool:
        """Whether the officer may enter the administration."""
        return (
            Permission.ACCOUNT_MANAGE
            in Actor(label="", roles=frozenset(self.roles)).permissions
        )

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Leave the details to each admin class, which asks the policy."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Show the administration's index to those who may enter it."""
        return self.is_active and self.is_staff


class Certification(Guarded):
    """Something an officer is certified for, with its expiry."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="certifications")
    name = models.CharField(_("certification"), max_length=80)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta(Guarded.Meta):
        """One row per officer and certification."""

        ordering = ["name"]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["officer", "name"], name="certification_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Post(Owned):
    """A border post or station of an agency."""

    code = models.CharField(_("code"), max_length=24)
    name = models.CharField(_("name"), max_length=120)
    place = models.PointField(_("place"))

    class Meta(Owned.Meta):
        """Codes are unique within their owner."""

        ordering = ["code"]
        verbose_name = _("post")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["owner", "code"], name="post_code"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def headline(self) -> dict[str, Any]:
        """Return code and name."""
        return {"code": self.code, "title": self.name}


class Purpose(models.TextChoices):
    """What an agreement may permit joint action for."""

    PATROL = "patrol", _("joint patrol")
    INCIDENT = "incident", _("incident response")
    INTELLIGENCE = "intelligence", _("sharing of intelligence")
    TRAINING = "training", _("joint training")
    RESCUE = "rescue", _("search and rescue")


class AgreementQuerySet(GuardedQuerySet["Agreement"]):
    """Agreements."""

    def in_force(self, on: date) -> Self:
        """Keep those that bind on a day."""
        return self.filter(
            Q(in_force_until__isnull=True) | Q(in_force_until__gte=on),
            in_force_from__lte=on,
        )


class Agreement(Guarded):
    """A legal basis for joint action; seen by its parties only.

    ``epoch`` rises when a party joins: what was released before stays closed to
    the newcomer.
    """

    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=160)
    is_multilateral = models.BooleanField(_("multilateral"), default=False)
    signed_on = models.DateField(_("signed on"))
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    purposes = ArrayField(
        models.CharField(max_length=16, choices=Purpose), verbose_name=_("purposes")
    )
    area = models.MultiPolygonField(_("area"), null=True, blank=True)
    max_crossing_m = models.PositiveIntegerField(_("crossing depth, m"), default=0)
    max_tlp = models.CharField(
        _("strictest TLP"), max_length=12, choices=TLP, default=TLP.AMBER
    )
    epoch = models.PositiveIntegerField(default=1, editable=False)

    objects = AgreementQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Guarded.Meta):
        """An agreement ends after it begins."""

        ordering = ["code"]
        verbose_name = _("agreement")
        constraints = [
            *Guarded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True)
                | Q(in_force_until__gte=F("in_force_from")),
                name="agreement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"


class PartyQuerySet(GuardedQuerySet["Party"]):
    """Memberships."""

    def present(self) -> Self:
        """Keep those that have not ended."""
        return self.filter(left_at__isnull=True)


class Party(Guarded):
    """One agency's membership of an agreement, from ``joined_at`` to ``left_at``."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties")
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="memberships", verbose_name=_("agency")
    )
    # The agency's entitlement to lead, relative to the other parties'.
    weight = models.PositiveSmallIntegerField(_("lead entitlement"), default=1)
    joined_at = models.DateTimeField(default=timezone.now)
    joined_epoch = models.PositiveIntegerField()
    left_at = models.DateTimeField(null=True)

    objects = PartyQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Guarded.Meta):
        """An agency is a present party once."""

        ordering = ["agency__code"]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["agreement", "agency"],
                condition=Q(left_at__isnull=True),
                name="party_present_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the agency's code."""
        return self.agency.code


class Client(AbstractApplication):
    """An agency's system that uses the API; bound to that one agency."""

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="clients", verbose_name=_("agency")
    )
    clearance = models.PositiveSmallIntegerField(_("clearance"), default=0)
    allowed_scopes = ArrayField(
        models.CharField(max_length=32), default=list, verbose_name=_("scopes")
    )

    class Meta(AbstractApplication.Meta):
        """Clients are named within their agency."""

        verbose_name = _("API client")

    def __str__(self) -> str:
        """Return agency and name."""
        return f"{self.agency.code} {self.name}"


class ReleaseQuerySet(GuardedQuerySet["Release"]):
    """Releases."""

    def of(self, record: Owned) -> Self:
        """Keep those of one record."""
        return self.filter(record_id=record.pk)

    def live(self) -> Self:
        """Keep those that are neither ended nor expired."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=Now()),
            ended_at__isnull=True,
        )

    def expired(self) -> Self:
        """Keep those that have expired and whose end is not written yet."""
        return self.filter(ended_at__isnull=True, expires_at__lte=Now())


class Release(Guarded):
    """The owner lets one grantee see a record, or its tear line."""

    record_type = models.CharField(max_length=32)
    record_id = models.UUIDField()
    owner = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    # The grantee's code, as in URLs and JSON. Kept here, because the owner may lose
    # sight of an agreement or a liaison officer, but never of its own releases.
    grantee = models.CharField(max_length=80)
    grantee_kind = models.CharField(max_length=12, choices=GranteeKind)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True)
    epoch = models.PositiveIntegerField(default=0)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    scope = models.CharField(
        max_length=8, choices=ReleaseScope, default=ReleaseScope.FULL
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    granted_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = ReleaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Guarded.Meta):
        """Exactly one grantee; ended means by somebody."""

        ordering = ["created_at"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["record_id"], name="release_record"),
            models.Index(
                fields=["expires_at"],
                condition=Q(ended_at__isnull=True, expires_at__isnull=False),
                name="release_to_expire",
            ),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    grantee_kind=GranteeKind.AGENCY,
                    agency__isnull=False,
                    agreement__isnull=True,
                    officer__isnull=True,
                )
                | Q(
                    grantee_kind=GranteeKind.AGREEMENT,
                    agency__isnull=True,
                    agreement__isnull=False,
                    officer__isnull=True,
                    epoch__gt=0,
                )
                | Q(
                    grantee_kind=GranteeKind.OFFICER,
                    agency__isnull=True,
                    agreement__isnull=True,
                    officer__isnull=False,
                ),
                name="release_one_grantee",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="release_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Return the grantee."""
        return self.grantee

    @property
    def is_live(self) -> bool:
        """Whether the release has neither ended nor expired."""
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.ended_at is None and not is_over

    @property
    def grant(self) -> Grant:
        """This release in the policy's terms."""
        name = str(self.officer_id or self.grantee.partition(":")[2])
        return Grant(self.grantee_kind, name, self.epoch, self.expires_at)


class RightsVersion(models.Model):
    """One row that rises with every change of anybody's rights.

    The live process compares it before each send (leak vector L27).
    """

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        """Return the number."""
        return str(self.number)

    @classmethod
    def raise_(cls) -> None:
        """Tell every open socket to check its rights again."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.create(pk=1, number=1)

    @classmethod
    def current(cls) -> int:
        """Return the present number."""
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0


class IdempotencyKey(Guarded):
    """The answer to a POST, kept 48 hours for a client that repeats it."""

    guard_disposable: ClassVar[bool] = True

    actor = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    record_type = models.CharField(max_length=32, blank=True)
    record_id = models.UUIDField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="")
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta(Guarded.Meta):
        """One answer per actor and key."""

        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(fields=["actor", "key"], name="idempotency_once"),
        ]

    def __str__(self) -> str:
        """Return the key."""
        return self.key
