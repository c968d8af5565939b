"""Vehicles, radios and other assets, and their maintenance."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.errors import Conflict, Invalid, NotFound
from agencies.interoperability import MOST_BANDS, bands_of, merged
from agencies.models import Asset, AssetKind, AssetStatus, Maintenance
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def create_asset(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Asset:
    """Register something that the actor's agency brings along."""
    require(by, Permission.ASSET_KEEP)
    asset = Asset(owner=agency_of(by), author_id=by.officer_id)
    asset.take(_placed(asset, values))
    _check(asset, by)
    releases.create(row=asset, kind=Kind.ASSET_CREATED, by=by, release_to=release_to)
    return asset


@transaction.atomic
def change_asset(*, asset: Asset, by: Actor, **values: Any) -> Asset:
    """Change anything of an asset but its owner; also its status, or its marking."""
    row: Asset = Asset.objects.locked(by, asset.pk)
    require(by, Permission.ASSET_KEEP, owner_of=row)
    if changed := row.take(_placed(row, values)):
        _check(row, by)
        releases.save_changed(row=row, changed=changed, kind=Kind.ASSET_CHANGED, by=by)
    return row


@transaction.atomic
def plan_maintenance(
    *, asset: Asset, starts_at: datetime, ends_at: datetime, by: Actor, reason: str = ""
) -> Maintenance:
    """Take an asset out of service for a time; whoever sees the asset sees why."""
    row: Asset = Asset.objects.locked(by, asset.pk)
    require(by, Permission.ASSET_KEEP, owner_of=row)
    if ends_at <= starts_at:
        text = _("It ends before it begins.")
        raise Invalid("ends_too_early", text, pointer="/ends_at")
    if row.status == AssetStatus.RETIRED:
        raise Conflict("retired", _("This asset is retired."))
    made = Maintenance(asset=row, starts_at=starts_at, ends_at=ends_at, reason=reason)
    made.open_to(row.stored_audience)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "maintenance_overlap" not in str(error):
            raise
        text = _("It is in maintenance at that time already.")
        raise Conflict("overlaps", text, pointer="/starts_at") from None
    _tell(row, Kind.MAINTENANCE_PLANNED, by)
    return made


@transaction.atomic
def end_maintenance(*, maintenance: Maintenance, by: Actor) -> Maintenance:
    """Put an asset back into service; what has not begun does not take place."""
    seen = Maintenance.objects.visible_to(by).filter(pk=maintenance.pk).first()
    if seen is None:
        raise NotFound
    # The asset before what hangs on it, as everywhere.
    asset: Asset = Asset.objects.locked(by, seen.asset_id)
    require(by, Permission.ASSET_KEEP, owner_of=asset)
    row: Maintenance = Maintenance.objects.locked(by, seen.pk)
    now = timezone.now()
    if row.cancelled_at is not None or row.ends_at <= now:
        raise Conflict("over", _("This maintenance is over."))
    if row.starts_at < now:
        row.ends_at = now
    else:
        row.cancelled_at = now
    row.touch()
    row.save()
    _tell(asset, Kind.MAINTENANCE_ENDED, by)
    return row


def _tell(asset: Asset, kind: Kind, by: Actor) -> None:
    """Count the change: an asset is shown with its maintenance."""
    asset.touch()
    asset.save(update_fields=["version", "updated_at"])
    record_event(kind, by=by, subject=asset)


def _placed(asset: Asset, values: dict[str, Any]) -> dict[str, Any]:
    """Name the post by its id: the one before may be hidden from a colleague."""
    if "post" not in values:
        return values
    post = values["post"]
    if post is not None and post.owner_id != asset.owner_id:
        text = _("The post belongs to another agency.")
        raise Invalid("foreign_post", text, pointer="/post")
    rest = {name: value for name, value in values.items() if name != "post"}
    return rest | {"post_id": post and post.pk}


def _check(asset: Asset, by: Actor) -> None:
    asset.require_marking(by)
    given = asset.bands
    bands = merged(bands_of(given))
    if len(bands_of(given)) != len(given) or len(given) > MOST_BANDS:
        text = _("Bands: up to twelve, each from and to in MHz, and a mode.")
        raise Invalid("bad_bands", text, pointer="/bands")
    if bands and asset.kind != AssetKind.RADIO:
        raise Invalid("no_radio", _("Only a radio has bands."), pointer="/bands")
    asset.bands = [band.as_json() for band in bands]
