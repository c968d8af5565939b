"""Officers, who are the users."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q, Value
from django.db.models.functions import Concat, Trim
from django.utils.translation import gettext_lazy as _

from agencies.models.directory import Agency
from agencies.policy import Actor, Level, Permission, Role
from agencies.records import Guarded, GuardedQuerySet


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
    headline: ClassVar[dict[str, Any]] = {
        "title": Trim(Concat("rank", Value(" "), "name"))
    }

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
