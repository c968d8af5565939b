"""Agreements and their parties."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.audiences import reapply_agreement
from agencies.context import system
from agencies.errors import Conflict, NotFound
from agencies.models import Agency, Agreement, Party, RightsVersion
from agencies.policy import (
    PLATFORM_KEY,
    Actor,
    Audience,
    Permission,
    require,
    require_code,
)
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def create_agreement(
    *, parties: Mapping[Agency, int], by: Actor, **values: Any
) -> Agreement:
    """Register an agreement with its first parties and their lead entitlements."""
    require(by, Permission.AGREEMENT_MANAGE)
    agreement = Agreement(**values)
    require_code(agreement.code)
    agreement.open_to(Audience(frozenset({PLATFORM_KEY})))
    agreement.save(force_insert=True)
    for agency, weight in parties.items():
        _add_party(agreement, agency, weight)
    reapply_agreement(agreement)
    RightsVersion.renew()
    record_event(Kind.AGREEMENT_CREATED, by=by, subject=agreement)
    return agreement


@transaction.atomic
def join(*, agreement: Agreement, agency: Agency, by: Actor, weight: int = 1) -> Party:
    """Let an agency join: a new epoch, so that the past stays closed to it."""
    require(by, Permission.AGREEMENT_MANAGE)
    row = Agreement.objects.locked(by, agreement.pk)
    if (
        Party.objects.visible_to(by)
        .present()
        .filter(agreement=row, agency=agency)
        .exists()
    ):
        raise Conflict("already_party", _("This agency is a party already."))
    row.epoch += 1
    row.save(update_fields=["epoch"])
    party = _add_party(row, agency, weight)
    reapply_agreement(row)
    row.refresh_from_db()
    RightsVersion.renew()
    record_event(
        Kind.AGREEMENT_JOINED, by=by, subject=row, detail={"agency": agency.code}
    )
    return party


@transaction.atomic
def leave(*, agreement: Agreement, agency: Agency, by: Actor) -> Party:
    """End an agency's membership: what came by this agreement closes at once."""
    require(by, Permission.AGREEMENT_MANAGE)
    row = Agreement.objects.locked(by, agreement.pk)
    party = (
        Party.objects.visible_to(by)
        .present()
        .filter(agreement=row, agency=agency)
        .first()
    )
    if party is None:
        raise NotFound
    party.left_at = timezone.now()
    party.save(update_fields=["left_at"])
    reapply_agreement(row)
    row.refresh_from_db()
    RightsVersion.renew()
    record_event(
        Kind.AGREEMENT_LEFT, by=by, subject=row, detail={"agency": agency.code}
    )
    return party


def _add_party(agreement: Agreement, agency: Agency, weight: int) -> Party:
    party = Party(
        agreement=agreement,
        agency=agency,
        weight=weight,
        joined_epoch=agreement.epoch,
    )
    party.open_to(agreement.stored_audience)
    with system("membership"):
        party.save(force_insert=True)
    return party
