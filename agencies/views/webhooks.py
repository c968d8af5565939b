"""Webhooks: the pages on which an agency's administrators keep theirs."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies.actions import webhooks as actions
from agencies.errors import Refused
from agencies.forms.webhooks import WebhookForm
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor, Level, Permission, require
from agencies.views.records import done
from live.models import Delivery, DeliveryState, Webhook

SHOWN = 50


@officer_required
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the agency's webhooks, with what waits and what was given up."""
    rows = list(_known(actor_of(request)).filter(revoked_at=None))
    return render(request, "agencies/webhooks.html", {"webhooks": rows})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set one up; the page that follows shows its secret this one time."""
    actor = actor_of(request)
    require(actor, Permission.WEBHOOK_KEEP)
    form = WebhookForm(request.POST or None, actor=actor, is_new=True)
    made: list[tuple[Webhook, str]] = []
    if request.method == "POST" and done(
        form,
        lambda: made.append(actions.create_webhook(by=actor, **form.cleaned_data)),
    ):
        return _page(request, actor, made[0][0].pk, secret=made[0][1])
    return render(request, "agencies/webhook_form.html", {"form": form})


@officer_required
@require_safe
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one, and what became of its latest messages."""
    return _page(request, actor_of(request), pk)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change name, address or kinds."""
    actor = actor_of(request)
    row = _found(actor, pk)
    initial = {"name": row.name, "url": row.url, "kinds": row.kinds}
    form = WebhookForm(request.POST or None, actor=actor, is_new=False, initial=initial)

    def act() -> None:
        actions.change_webhook(webhook=row, by=actor, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Saved."))
        return redirect("webhook", pk=row.pk)
    return render(request, "agencies/webhook_form.html", {"form": form, "webhook": row})


@officer_required
@verb_of("webhook")
def renew(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it a new secret, shown this one time."""
    actor = actor_of(request)
    _row, secret = actions.renew_webhook_secret(webhook=_found(actor, pk), by=actor)
    return _page(request, actor, pk, secret=secret)


@officer_required
@verb_of("webhook")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pause it or go on, test it, send again what was given up, revoke it."""
    actor = actor_of(request)
    row = _found(actor, pk)
    verb = VERBS.get(request.POST.get("verb", ""))
    if verb is not None:
        try:
            messages.success(request, verb(row, actor))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("webhook", pk=pk)


def _pause(row: Webhook, by: Actor) -> str:
    actions.change_webhook(webhook=row, by=by, is_paused=True)
    return _("Paused. What happens meanwhile is sent when it goes on.")


def _go_on(row: Webhook, by: Actor) -> str:
    actions.change_webhook(webhook=row, by=by, is_paused=False)
    return _("It goes on.")


def _test(row: Webhook, by: Actor) -> str:
    actions.test_webhook(webhook=row, by=by)
    return _("A test is on its way: below you see whether it arrives.")


def _replay(row: Webhook, by: Actor) -> str:
    count = actions.replay_webhook(webhook=row, by=by)
    said = ngettext(
        "%(count)d message is sent again.", "%(count)d messages are sent again.", count
    )
    return said % {"count": count}


def _revoke(row: Webhook, by: Actor) -> str:
    actions.revoke_webhook(webhook=row, by=by)
    return _("Revoked: nothing more is sent.")


VERBS: dict[str, Callable[[Webhook, Actor], str]] = {
    "pause": _pause,
    "go-on": _go_on,
    "test": _test,
    "replay": _replay,
    "revoke": _revoke,
}


def _known(actor: Actor) -> Any:
    """Return the agency's webhooks, for who keeps its accounts."""
    require(actor, Permission.WEBHOOK_KEEP)
    return Webhook.objects.visible_to(actor)


def _found(actor: Actor, pk: UUID) -> Webhook:
    found: Webhook = get_object_or_404(_known(actor), pk=pk)
    return found


def _page(
    request: HttpRequest, actor: Actor, pk: UUID, secret: str = ""
) -> HttpResponse:
    row = _found(actor, pk)
    sent = Delivery.objects.visible_to(actor).filter(webhook=row)
    context = {
        "webhook": row,
        "secret": secret,
        "level": Level(row.clearance).label,
        "deliveries": sent[:SHOWN],
        "is_waiting": sent.filter(state=DeliveryState.WAITING).exists(),
        "is_dead": sent.filter(state=DeliveryState.DEAD).exists(),
    }
    return render(request, "agencies/webhook.html", context)
