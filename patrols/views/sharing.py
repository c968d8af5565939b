"""Releases of any record of this application, on its page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions import releases
from agencies.guards import actor_of, officer_required
from agencies.models import Release
from agencies.policy import Actor
from agencies.records import Owned, Record
from patrols.forms.common import ReleaseForm
from patrols.models import Patrol, Programme, Zone

MODELS: dict[str, type[Owned]] = {
    "patrol": Patrol,
    "programme": Programme,
    "zone": Zone,
}


def sharing(row: Owned, actor: Actor) -> dict[str, Any]:
    """Return what the part "released to" of a record's page needs."""
    kind = row.type_name()
    can_release = actor.owns(row) and actor.may(row.release_permission)
    known = Release.objects.visible_to(actor).filter(record_id__in=_shared(row, actor))
    shown = known.select_related("agency", "agreement", "officer")
    return {
        "releases": shown if actor.owns(row) else shown.live(),
        "can_release": can_release,
        "release_form": _form(row, actor) if can_release else None,
        "release_url": reverse(f"{kind}-release", args=[row.pk]),
        "revoke_url": f"{kind}-release-end",
    }


def _shared(row: Owned, actor: Actor) -> list[UUID]:
    """Return the record and, for its owner, the tear line that was written of it."""
    ids = [row.pk]
    if isinstance(row, Record) and actor.owns(row):
        rows: Any = type(row).objects.visible_to(actor)
        ids += rows.filter(tear_line_of=row.pk).values_list("pk", flat=True)
    return ids


def _form(row: Owned, actor: Actor, data: Any = None) -> ReleaseForm:
    has_tear_line = isinstance(row, Record) and not row.is_tear_line
    return ReleaseForm(data, actor=actor, has_tear_line=has_tear_line)


@officer_required
@require_POST
def release(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Release a record to somebody."""
    actor = actor_of(request)
    row = _seen(kind, pk, actor)
    form = _form(row, actor, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        releases.release(record=row, to=given.pop("grantee"), by=actor, **given)
        messages.success(request, _("Released."))
    else:
        messages.error(request, _("Choose to whom, and a time that is to come."))
    return redirect(kind, pk=row.pk)


@officer_required
@require_POST
def end(request: HttpRequest, kind: str, pk: UUID, release_id: UUID) -> HttpResponse:
    """End a release at once."""
    actor = actor_of(request)
    row = _seen(kind, pk, actor)
    releases.revoke(record=row, release_id=release_id, by=actor)
    messages.success(request, _("The release has ended."))
    return redirect(kind, pk=row.pk)


def _seen(kind: str, pk: UUID, actor: Actor) -> Owned:
    if kind not in MODELS:
        raise Http404
    return get_object_or_404(MODELS[kind].objects.visible_to(actor), pk=pk)
