"""What owners released to whom."""

from typing import Self
from uuid import UUID

from django.contrib.gis.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models.agreements import Agreement, Party
from agencies.models.directory import Agency
from agencies.models.officers import Officer
from agencies.policy import Actor, Grant, GranteeKind
from agencies.records import Guarded, GuardedQuerySet, Owned, ReleaseScope


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

    def agencies(self, reader: Actor) -> set[UUID]:
        """Return the agencies they reach, as far as the reader knows the parties.

        Of an agreement those that were parties then, and are.
        """
        rows = list(self)
        found = {row.agency_id for row in rows if row.agency_id}
        agreements = {row.agreement_id for row in rows if row.agreement_id}
        present = Party.objects.visible_to(reader).present()
        for party in present.filter(agreement__in=agreements):
            if any(row.lets_in(party) for row in rows):
                found.add(party.agency_id)
        return found

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

    def lets_in(self, party: Party) -> bool:
        """Whether it counts for a party: to its agreement, when it was one already."""
        return (
            self.agreement_id == party.agreement_id and party.joined_epoch <= self.epoch
        )

    @property
    def grant(self) -> Grant:
        """This release in the policy's terms."""
        name = str(self.officer_id or self.grantee.partition(":")[2])
        return Grant(self.grantee_kind, name, self.epoch, self.expires_at)
