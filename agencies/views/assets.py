"""Assets, their maintenance and releases; and whose radios reach whose."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies import interoperability
from agencies.actions import assets as actions
from agencies.forms.resources import AssetFilterForm, AssetForm, MaintenanceForm
from agencies.guards import actor_of, officer_required, verb_of
from agencies.interoperability import Band, bands_of, written
from agencies.models import USABLE, Agency, Asset, AssetKind, Maintenance, Post
from agencies.policy import Actor, Permission, require
from agencies.views import records
from agencies.views.sharing import sharing

MANY = 500
_SHOWN = [
    "code", "name", "kind", "status", "plate", "serial", "seats", "bands", "note",
    "tlp", "level", "version",
]  # fmt: skip


@officer_required
@require_safe
def assets(request: HttpRequest) -> HttpResponse:
    """List the assets that the officer sees; all filters stand in the URL."""
    actor = actor_of(request)
    form = AssetFilterForm(request.GET)
    rows = Asset.objects.visible_to(actor).select_related("owner")
    if form.is_valid():
        given = {k: value for k, value in form.cleaned_data.items() if value}
        rows = rows.filter(**given)
    else:
        rows = rows.none()
    now = timezone.now()
    out = Maintenance.objects.visible_to(actor).during(now, now)
    context = {
        "form": form,
        "assets": rows.order_by("owner__code", "kind", "code")[:MANY],
        "in_maintenance": set(out.values_list("asset_id", flat=True)),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_keep": actor.may(Permission.ASSET_KEEP) and actor.agency is not None,
    }
    return render(request, "agencies/assets.html", context)


@officer_required
@require_safe
def asset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an asset, its maintenance, and to whom it is released."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    return _page(request, actor, row)


def _page(
    request: HttpRequest, actor: Actor, row: Asset, planning: Any = None
) -> HttpResponse:
    may_keep = actor.owns(row) and actor.may(Permission.ASSET_KEEP)
    if may_keep and planning is None:
        planning = MaintenanceForm(actor=actor, is_new=True)
    now = timezone.now()
    planned = Maintenance.objects.visible_to(actor).filter(asset=row, cancelled_at=None)
    context = {
        "asset": row,
        "bands": bands_of(row.bands),
        "post": _post(actor, row),
        "maintenances": [
            {"row": one, "is_now": one.starts_at <= now, "is_over": one.ends_at <= now}
            for one in planned
        ],
        "planning": planning,
        "may_keep": may_keep,
        **sharing(row, actor),
    }
    return render(request, "agencies/asset.html", context)


def _post(actor: Actor, row: Asset) -> Post | None:
    seen = Post.objects.visible_to(actor)
    return seen.filter(pk=row.post_id).first() if row.post_id else None


def _seen(actor: Actor, pk: UUID) -> Asset:
    rows = Asset.objects.visible_to(actor).select_related("owner")
    found: Asset = get_object_or_404(rows, pk=pk)
    return found


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register an asset."""
    actor = actor_of(request)
    require(actor, Permission.ASSET_KEEP)
    form = AssetForm(request.POST or None, actor=actor, is_new=True)
    made: list[Asset] = []
    if request.method == "POST" and records.done(
        form, lambda: made.append(actions.create_asset(by=actor, **form.given))
    ):
        return redirect("asset", pk=made[0].pk)
    context = {"form": form, "back_url": reverse("asset-list")}
    return render(request, "agencies/asset_form.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an asset."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    require(actor, Permission.ASSET_KEEP, owner_of=row)
    shown = {name: getattr(row, name) for name in _SHOWN} | {"post": _post(actor, row)}
    form = AssetForm(request.POST or None, actor=actor, is_new=False, initial=shown)

    def act() -> None:
        records.require_unchanged(row, form.cleaned_data["version"], actor)
        actions.change_asset(asset=row, by=actor, **form.given)

    if request.method == "POST" and records.done(form, act):
        return redirect("asset", pk=row.pk)
    context = {"form": form, "asset": row, "back_url": reverse("asset", args=[row.pk])}
    return render(request, "agencies/asset_form.html", context)


@officer_required
@verb_of("asset")
def maintain(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Plan a time out of service."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    form = MaintenanceForm(request.POST, actor=actor, is_new=True)

    def act() -> None:
        actions.plan_maintenance(asset=row, by=actor, **form.given)

    if records.done(form, act):
        messages.success(request, _("The maintenance was planned."))
        return redirect("asset", pk=row.pk)
    require(actor, Permission.ASSET_KEEP, owner_of=row)
    return _page(request, actor, row, planning=form)


@officer_required
@verb_of("asset")
def end_maintenance(
    request: HttpRequest, pk: UUID, maintenance_id: UUID
) -> HttpResponse:
    """Put an asset back into service."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    planned = Maintenance.objects.visible_to(actor).filter(asset=row)
    found = get_object_or_404(planned, pk=maintenance_id)
    actions.end_maintenance(maintenance=found, by=actor)
    messages.success(request, _("The maintenance has ended."))
    return redirect("asset", pk=row.pk)


@officer_required
@require_safe
def radio(request: HttpRequest) -> HttpResponse:
    """Show which agencies' radios have channels in common, as far as one sees them."""
    actor = actor_of(request)
    radios = Asset.objects.visible_to(actor).filter(
        kind=AssetKind.RADIO, status__in=USABLE
    )
    fleets: defaultdict[str, list[Band]] = defaultdict(list)
    for one in radios.select_related("owner"):
        fleets[one.owner.code] += bands_of(one.bands)
    known = {code: interoperability.merged(b) for code, b in fleets.items() if b}
    wanted = set(request.GET.getlist("agency")) & set(known)
    chosen = {c: b for c, b in known.items() if c in wanted} if wanted else known
    found = interoperability.links(chosen)
    by_pair = {frozenset((link.one, link.other)): link for link in found}
    names = {a.code: a.name for a in Agency.objects.filter(code__in=known)}
    context = {
        "choices": [
            {"code": c, "name": names[c], "is_chosen": c in wanted}
            for c in sorted(known)
        ],
        "fleets": [(c, names[c], written(chosen[c])) for c in sorted(chosen)],
        "matrix": [
            (row, [(col, by_pair.get(frozenset((row, col)))) for col in sorted(chosen)])
            for row in sorted(chosen)
        ],
        "apart": _apart(found),
        "common": written(interoperability.shared_by_all(list(chosen.values()))),
    }
    return render(request, "agencies/radio.html", context)


def _apart(found: list[interoperability.Link]) -> list[dict[str, Any]]:
    """Return who has no channel in common with whom, and what helps.

    Under the agency that is apart from most; what the same helps is said once.
    """
    apart = [link for link in found if not link.bands]
    gaps = Counter(name for link in apart for name in (link.one, link.other))
    groups: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for link in apart:
        pair = [*link.other_modes[0]] if link.other_modes else []
        ends = [link.one, link.other]
        if gaps[link.other] > gaps[link.one]:
            ends.reverse()
            pair.reverse()
        modes = " / ".join(map(str, pair))
        groups[ends[0], modes, ", ".join(link.relays)].append(ends[1])
    return [
        {"one": one, "others": others, "modes": modes, "relays": relays}
        for (one, modes, relays), others in groups.items()
    ]
