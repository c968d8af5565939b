"""What was understood of a place, while an officer writes it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.geo import place_text
from agencies.guards import actor_of, officer_required
from agencies.policy import Actor
from patrols.coordinates import NotAPlace
from patrols.jurisdiction import jurisdiction
from patrols.place_words import SYSTEMS, in_words, within
from patrols.whereabouts import located, written


@officer_required
@require_safe
def echo(request: HttpRequest) -> HttpResponse:
    """Draw a place in every system, or say why it is none; nothing for no text.

    A text that is not a place yet is not an error: the officer is still writing.
    """
    return render(request, "patrols/_place_echo.html", _understood(request))


@officer_required
@require_safe
def echo_json(request: HttpRequest) -> HttpResponse:
    """Answer the same as JSON, for the map's read-out."""
    found = _understood(request)
    if "written" not in found:
        return JsonResponse({"fault": found.get("fault", ""), "written": []})
    texts = [{"system": x.system, "text": x.text} for x in found["written"]]
    return JsonResponse({"fault": "", "point": found["point"], "written": texts})


def _understood(request: HttpRequest) -> dict[str, Any]:
    text = request.GET.get("place", "").strip()
    if not text:
        return {}
    try:
        return _found(text, actor_of(request))
    except NotAPlace as error:
        return {"fault": in_words(error)}


def _found(text: str, actor: Actor) -> dict[str, Any]:
    where = located(text)
    return {
        "point": place_text(where.point),
        "uncertainty": where.uncertainty,
        "within": within(where.uncertainty),
        "system": SYSTEMS[where.system],  # type: ignore[index]
        "written": written(where.point),
        "jurisdiction": jurisdiction(where.point, actor, where.uncertainty),
    }
