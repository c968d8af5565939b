"""The journal, one row per thing that happened, and where it is sent."""

from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded, GuardedQuerySet, Versioned


class Event(Guarded):
    """A line in the journal: audit line, feed entry and outbox row in one.

    ``seq`` is null until the sequencer has seen the commit. The column
    ``inserted`` (in the table only, see the first migration) keeps the order of
    insertion. The audience is a copy of the subject's at that moment; it narrows
    with the subject's and never widens.
    """

    seq = models.PositiveBigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=48)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    # For the owner's audit only; never sent in a frame.
    detail = models.JSONField(default=dict)
    # The subject's audience is gone for these readers: sent without its headline.
    is_tombstone = models.BooleanField(default=False)

    guard_follows: ClassVar[bool] = False
    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Fed in the order of ``seq``."""

        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["subject_id", "seq"], name="event_subject"),
        ]

    def __str__(self) -> str:
        """Return the kind."""
        return self.kind

    @classmethod
    def guard_rows(cls, record: Guarded) -> "models.QuerySet[Any] | None":
        """Return a row's events; a tombstone stays with those it is for."""
        return cls._base_manager.filter(subject_id=record.pk, is_tombstone=False)


class Dispatch(models.Model):
    """How far the sequencer is, and when it last was at work; one row."""

    # Up to here, the tasks that follow events have been started.
    seq = models.PositiveBigIntegerField(default=0)
    alive_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """There is one row."""

        constraints = [models.CheckConstraint(condition=Q(id=1), name="dispatch_one")]

    def __str__(self) -> str:
        """Return the position."""
        return str(self.seq)


class WebhookQuerySet(GuardedQuerySet["Webhook"]):
    """Webhooks."""

    def working(self) -> Self:
        """Keep those that events are to be sent to."""
        return self.filter(revoked_at=None, paused_at=None)


class Webhook(Versioned):
    """An address of an agency's system, which the agency's events are sent to.

    It reads the feed as the agency's staff of one clearance do, from ``seq`` on.
    The secret is sealed (``live.sealing``); the last one signs too, for a day.
    """

    class Pause(models.TextChoices):
        """Why nothing is sent."""

        BY_HAND = "by_hand", _("paused by hand")
        GONE = "gone", _("the receiver said that it is gone (410)")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    clearance = models.PositiveSmallIntegerField(_("clearance"), default=0)
    # Empty: every kind but positions, which are many.
    kinds = ArrayField(
        models.CharField(max_length=48),
        default=list,
        blank=True,
        verbose_name=_("kinds"),
    )
    secret = models.TextField(editable=False)
    old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    # How far its feed has been looked through.
    seq = models.PositiveBigIntegerField(editable=False)
    # Until then the receiver, which is down, is left in peace.
    held_until = models.DateTimeField(default=timezone.now, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    pause = models.CharField(max_length=8, choices=Pause, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = WebhookQuerySet.as_manager()  # type: ignore[misc]
    headline: ClassVar[dict[str, Any]] = {"name": "name", "agency": "agency__code"}

    class Meta(Versioned.Meta):
        """Newest first."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("webhook")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class DeliveryState(models.TextChoices):
    """What became of an event that is sent to a webhook."""

    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", _("delivered")
    WITHHELD = "withheld", _("withheld: no longer visible")
    DEAD = "dead", _("given up")


class DeliveryFault(models.TextChoices):
    """What kept a receiver's answer from us."""

    TIMEOUT = "timeout", _("no answer in time")
    NO_CONNECTION = "no_connection", _("no connection")
    UNKNOWN_HOST = "unknown_host", _("name leads nowhere")
    ADDRESS_REFUSED = "address_refused", _("address is not allowed")
    PAUSED = "paused", _("paused meanwhile")
    SECRET_LOST = "secret_lost", _("secret cannot be read: make a new one")


class Delivery(Guarded):
    """One event on its way to one webhook; its text is read when it is sent."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    event = models.UUIDField()
    kind = models.CharField(max_length=48, blank=True)
    seq = models.PositiveBigIntegerField()
    state = models.CharField(
        max_length=9, choices=DeliveryState, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    # The receiver's last answer, or what kept it from us.
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=24, choices=DeliveryFault, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    guard_parent: ClassVar[str | None] = "webhook"
    guard_disposable: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Newest first; each event once."""

        ordering = ["-seq"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(
                fields=["webhook", "next_at"],
                name="delivery_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["ended_at"], name="delivery_ended"),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        """Return the event's id."""
        return str(self.event)
