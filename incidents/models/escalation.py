"""Who is called when an agency takes no note of an incident, and who was."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Officer
from agencies.records import Guarded, GuardedQuerySet, Versioned
from incidents.models.choosing import ChoosesIncidents
from incidents.models.incidents import Incident


class EscalationRule(ChoosesIncidents, Versioned):
    """When and whom an agency calls about an incident that it has not acknowledged.

    Of an agency's active rules the first, by ``position``, that fits an incident
    counts. ``steps`` are objects ``{"after": minutes since the step before, "whom":
    "on_duty" | "deputy" | "role:ROLE" | "officer:NAME", "mail": bool}``; after the
    last they begin anew, ``repeats`` times. For the own agency alone.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("active"), default=True)
    steps = models.JSONField(_("steps"))
    repeats = models.PositiveSmallIntegerField(_("repeats"), default=0)

    headline: ClassVar[dict[str, Any]] = {"title": "name", "agency": "agency__code"}

    class Meta(Versioned.Meta):
        """In the order in which they are tried."""

        ordering = ["position", "created_at", "id"]
        verbose_name = _("rule of escalation")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class EscalationEnd(models.TextChoices):
    """Why an escalation is over."""

    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    CLOSED = "closed", _("the incident is over")
    WITHDRAWN = "withdrawn", _("the agency no longer sees the incident")


class EscalationQuerySet(GuardedQuerySet["Escalation"]):
    """Escalations."""

    def open(self) -> Self:
        """Keep those that wait for somebody to acknowledge."""
        return self.filter(ended_at=None)

    def due(self, now: datetime) -> Self:
        """Keep those whose next step is due."""
        return self.open().filter(due_at__lte=now)


class Escalation(Guarded):
    """An agency's wait for one of its own to acknowledge an incident, step by step.

    ``steps`` and ``repeats`` are the rule's at its opening; ``step`` counts those that
    were taken. The next is due at ``due_at`` and calls ``next_whom``; after the last
    there is none, and it stays open. For the own agency alone, as far as it sees the
    incident.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="escalations")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    rule = models.ForeignKey(EscalationRule, models.PROTECT, related_name="+")
    steps = models.JSONField()
    repeats = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    next_whom = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=EscalationEnd, blank=True)

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False
    objects = EscalationQuerySet.as_manager()  # type: ignore[misc]
    headline: ClassVar[dict[str, Any]] = {
        "incident": "incident_id",
        "ref": "incident__ref",
        "title": "incident__title",
        "owner": "incident__owner__code",
        "severity": "incident__severity",
        "agency": "agency__code",
        "due_at": "due_at",
    }

    class Meta(Guarded.Meta):
        """Of each incident an agency has one at a time."""

        ordering = ["-opened_at", "-id"]
        verbose_name = _("escalation")
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(
                fields=["due_at"],
                name="escalation_due",
                condition=Q(ended_at__isnull=True, due_at__isnull=False),
            ),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["incident", "agency"],
                condition=Q(ended_at__isnull=True),
                name="escalation_once",
            ),
            models.CheckConstraint(
                condition=(Q(end="") & Q(ended_at__isnull=True))
                | (~Q(end="") & Q(ended_at__isnull=False, due_at__isnull=True)),
                name="escalation_end",
            ),
        ]

    def __str__(self) -> str:
        """Return how many steps were taken."""
        return str(self.step)

    @property
    def length(self) -> int:
        """How many steps there are in all."""
        return len(self.steps) * (self.repeats + 1)

    def nth(self, number: int) -> dict[str, Any]:
        """Return a step, the first being 0; repeated ones count on."""
        found: dict[str, Any] = self.steps[number % len(self.steps)]
        return found

    def due(self, number: int) -> datetime:
        """Return when a step is due: always the same, whenever it is asked."""
        passed = sum(self.nth(n)["after"] for n in range(number + 1))
        return self.opened_at + timedelta(minutes=passed)

    def aim(self) -> None:
        """Set when the next step is due, and whom it calls; the caller saves."""
        is_more = self.step < self.length and self.ended_at is None
        self.due_at = self.due(self.step) if is_more else None
        self.next_whom = self.nth(self.step)["whom"] if is_more else ""


class MailState(models.TextChoices):
    """What became of a notice's e-mail.

    ``SENDING`` is written before the mail server is spoken to. Where the process dies
    in between nobody knows whether it took the mail: it stays so, and is not repeated.
    """

    NONE = "none", _("no e-mail")
    WAITING = "waiting", _("e-mail waits")
    SENDING = "sending", _("e-mail handed over, not confirmed")
    SENT = "sent", _("e-mail sent")
    DROPPED = "dropped", _("e-mail no longer needed")
    FAILED = "failed", _("e-mail failed")


class Notice(Guarded):
    """An officer was called by a step of an escalation; shown until that is over."""

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="notices")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    mail = models.CharField(max_length=7, choices=MailState, default=MailState.NONE)
    mail_due_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Each step calls an officer once."""

        ordering = ["-at", "-id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(
                fields=["mail_due_at"],
                name="notice_mail_waiting",
                condition=Q(mail="waiting"),
            ),
            models.Index(fields=["officer", "-at"], name="notice_of_officer"),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["escalation", "step", "officer"], name="notice_once"
            ),
            models.CheckConstraint(
                condition=~Q(mail="waiting") | Q(mail_due_at__isnull=False),
                name="notice_mail_due",
            ),
        ]

    def __str__(self) -> str:
        """Return the number of the step."""
        return str(self.step)


class EscalationProgress(models.Model):
    """Up to which event incidents have been looked at; one row."""

    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        """There is one row."""

        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="escalationprogress_one")
        ]

    def __str__(self) -> str:
        """Return the position."""
        return str(self.seq)
