"""What was understood of a place, while an officer writes it."""

import re
from math import log10
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.geo import place_text
from agencies.guards import actor_of, officer_required
from agencies.policy import Actor
from patrols.coordinates import NotAPlace, System
from patrols.coordinates import Point as Place
from patrols.jurisdiction import jurisdiction
from patrols.place_words import SYSTEMS, in_words, outside_words, within
from patrols.region import beyond
from patrols.whereabouts import Whereabouts, located, written

# Systems that write two numbers, which are easily swapped.
DEGREES = {System.DECIMAL, System.DMS, System.DM}
NUMBERS = re.compile(r"\d+(?:[.,]\d+)?")


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
    told = {name: found[name] for name in ("point", "outside")}
    return JsonResponse({"fault": "", **told, "written": texts})


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
        "outside": _outside(text, where),
        "uncertainty": where.uncertainty,
        "within": within(where.uncertainty),
        "system": SYSTEMS[where.system],  # type: ignore[index]
        "written": written(where.point),
        "jurisdiction": jurisdiction(where.point, actor, where.uncertainty),
    }


def decimals(metres: int | None) -> int:
    """Return with how many decimals degrees are as sure as some metres, at most 5."""
    return min(5, max(0, round(log10(70_000 / (metres or 1)))))


def _outside(text: str, where: Whereabouts) -> dict[str, Any] | None:
    """Say of a place outside the region how far it is, and what may be meant.

    A warning, no fault: a report may be of elsewhere. Only degrees are swapped.
    """
    found = beyond(Place(where.point.y, where.point.x))
    if found is None:
        return None
    swapped = found.swapped if where.system in DEGREES else None
    meant = ""
    numbers = NUMBERS.findall(text)
    if swapped and where.system == System.DECIMAL and len(numbers) == 2:
        meant = ", ".join(number.replace(",", ".") for number in reversed(numbers))
    elif swapped:
        # As sure as it was given: more decimals would say more than was known.
        n = decimals(where.uncertainty)
        meant = f"{swapped.latitude:.{n}f}, {swapped.longitude:.{n}f}"
    return {
        "metres": round(found.metres),
        "meant": meant,
        "words": outside_words(found.metres, meant),
    }
