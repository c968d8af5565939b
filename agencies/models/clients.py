"""Agencies' systems, and what they were answered."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from agencies.models.directory import Agency
from agencies.records import Guarded


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
