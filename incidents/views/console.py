"""What the console draws beside its lists: filters, panel, many at once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies.guards import actor_of, officer_required
from incidents.console import ConsoleForm, Outcome, acknowledge_each
from incidents.views.incident import opened, show

PANEL = "incidents/_panel.html"


@officer_required
@require_safe
def filters(request: HttpRequest) -> HttpResponse:
    """Draw the console's filters as its address has them."""
    form = ConsoleForm(request.GET, auto_id="console_%s")
    return render(request, "incidents/_filters.html", {"form": form})


@officer_required
@require_safe
def panel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw one incident for the console's third column."""
    actor = actor_of(request)
    return show(request, opened(actor, pk), actor, template=PANEL)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Acknowledge all that are ticked, and say which could not be."""
    if request.method == "POST":
        ids = request.POST.getlist("id")
        _tell(request, acknowledge_each(ids, by=actor_of(request)))
    return redirect("incident-list")


def _tell(request: HttpRequest, outcomes: list[Outcome]) -> None:
    done = sum(one.refusal is None for one in outcomes)
    if done:
        text = ngettext(
            "%(number)d incident acknowledged: its owner sees it.",
            "%(number)d incidents acknowledged: their owners see it.",
            done,
        )
        messages.success(request, text % {"number": done})
    for one in outcomes:
        if one.refusal is not None:
            name = one.incident.ref if one.incident else one.id[:40]
            given = {"name": name, "why": one.refusal}
            messages.error(request, _("%(name)s: %(why)s") % given)
    if not outcomes:
        messages.warning(request, _("Nothing was ticked."))
