"""Keys of calendar feeds: the secret addresses that officers give their calendars."""

import hashlib
from typing import ClassVar

from django.contrib.gis.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Officer
from agencies.records import Guarded
from patrols.models.programmes import Programme


class FeedKey(Guarded):
    """One officer's feed: of their own duties, or of the patrols of a programme.

    Only a hash of the secret is kept. The feed shows what its officer sees at the
    moment of reading; it ends when the officer moves to another agency, for it was
    made in the name of the first.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("programme"),
    )
    with_zone = models.BooleanField(_("with zone"), default=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    # Each officer's own, for nobody else's eyes.
    guard_parent: ClassVar[str | None] = "officer"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Newest first."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("calendar feed")

    def __str__(self) -> str:
        """Return what it is a feed of."""
        return f"programme {self.programme_id}" if self.programme_id else "duties"

    @staticmethod
    def hash_of(secret: str) -> str:
        """Return what is kept of a secret.

        It has 256 random bits, so that one fast hash is enough.
        """
        return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
