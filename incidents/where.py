"""What an incident's page says of its place."""

from typing import Any

from agencies.geo import place_text
from agencies.policy import Actor
from incidents.models import Incident
from patrols.jurisdiction import jurisdiction
from patrols.place_words import within
from patrols.whereabouts import written


def where(row: Incident, actor: Actor) -> dict[str, Any]:
    """Return the place in every system, how it was given, and where that is.

    Of a tear line only what its blunted point says.
    """
    return {
        "place": place_text(row.place),
        "within": within(row.place_uncertainty),
        "written": written(row.place),
        "jurisdiction": jurisdiction(row.place, actor, row.place_uncertainty),
    }
