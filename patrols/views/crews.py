"""Who goes on a patrol, on its page."""

from typing import Any

from django.db.models import Prefetch

from agencies.models import Asset, Officer
from agencies.policy import Actor, Permission
from patrols import roster_shown, roster_words
from patrols.demand import demand_of
from patrols.models import OPEN_STATES, AssetUse, Assignment, Gap, Patrol


def crew_of(row: Patrol, actor: Actor) -> dict[str, Any]:
    """Return what the part "crew" needs: colleagues by name, partners by call sign."""
    active = {"patrol": row, "is_active": True}
    officers = Officer.objects.visible_to(actor)
    own = Assignment.objects.visible_to(actor).filter(**active)
    assets = Asset.objects.visible_to(actor)
    uses = AssetUse.objects.visible_to(actor).filter(**active)
    gaps = Gap.objects.visible_to(actor).filter(**active)
    return {
        "own_crew": _told(
            row,
            own.prefetch_related(Prefetch("officer", officers)).order_by(
                "-is_commander", "id"
            ),
        ),
        "own_assets": _told(row, uses.prefetch_related(Prefetch("asset", assets))),
        "own_remedies": _remedies(row, actor),
        "partners": {
            code: people for code, people in row.crew.items() if code != actor.agency
        },
        "own_gaps": [
            {
                "words": roster_words.gap(gap.rule, actor.agency or "", gap.count),
                "funnel": roster_words.funnel(gap.funnel),
            }
            for gap in gaps.order_by("rule")
        ],
        "asked": {} if row.is_tear_line else _asked(row),
    }


def _asked(row: Patrol) -> dict[str, int]:
    return dict(demand_of(row.demand, row.participants).places)


def _told(row: Patrol, taken: Any) -> list[Any]:
    """Return own people or assets, with why they cannot go any more, in words."""
    found = list(taken)
    for one in found:
        is_told = one.hindrance and row.state in OPEN_STATES
        one.why = roster_words.reason(one.hindrance) if is_told else ""
    return found


def _remedies(row: Patrol, actor: Actor) -> list[dict[str, Any]]:
    """Return which of one's own people would close a gap, and how, to who plans."""
    if not actor.may(Permission.PATROL_PLAN) or row.state not in OPEN_STATES:
        return []
    found = roster_shown.remedies(actor).filter(patrol=row, is_active=True)
    return [
        {
            "officer": one.officer,
            "words": roster_words.remedy(one.code, one.detail, str(one.officer)),
        }
        for one in found
        if one.officer
    ]
