"""Releases on a record's page, for every kind whose page needs nothing of its own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from agencies.actions import releases
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor
from agencies.records import Owned, owned_model
from agencies.views import records


def sharing(row: Owned, actor: Actor) -> dict[str, Any]:
    """Return what the part "released to" of a record's page needs."""
    kind = row.type_name()
    return {
        **records.sharing(row, actor, with_ended=True),
        "release_url": reverse(f"{kind}-release", args=[row.pk]),
        "revoke_url": f"{kind}-release-end",
    }


@officer_required
@verb_of("{kind}")
def release(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Release a record to somebody."""
    actor = actor_of(request)
    row = _seen(kind, pk, actor)
    form = records.release_form(row, actor, request.POST)
    if form.is_valid():
        records.release_by_form(request, row, form, actor)
    else:
        messages.error(request, form.first_error)
    return redirect(kind, pk=row.pk)


@officer_required
@verb_of("{kind}")
def end(request: HttpRequest, kind: str, pk: UUID, release_id: UUID) -> HttpResponse:
    """End a release at once."""
    actor = actor_of(request)
    row = _seen(kind, pk, actor)
    releases.revoke(record=row, release_id=release_id, by=actor)
    messages.success(request, _("The release has ended."))
    return redirect(kind, pk=row.pk)


def urls(prefix: str, kind: str) -> list[Any]:
    """Return the URLs of a kind of record's releases."""
    given, ended = {"kind": kind}, "releases/<uuid:release_id>/end/"
    name = f"{kind}-release"
    return [
        path(f"{prefix}<uuid:pk>/releases/", release, given, name=name),
        path(f"{prefix}<uuid:pk>/{ended}", end, given, name=f"{name}-end"),
    ]


def _seen(kind: str, pk: UUID, actor: Actor) -> Owned:
    model: Any = owned_model(kind)
    found: Owned = get_object_or_404(model.objects.visible_to(actor), pk=pk)
    return found
