"""Who goes on a patrol, on its page."""

from typing import Any

from django.db.models import Prefetch

from agencies.models import Asset, Officer
from agencies.policy import Actor
from patrols import roster_words
from patrols.demand import demand_of
from patrols.models import AssetUse, Assignment, Gap, Patrol


def crew_of(row: Patrol, actor: Actor) -> dict[str, Any]:
    """Return what the part "crew" needs: colleagues by name, partners by call sign."""
    active = {"patrol": row, "is_active": True}
    officers = Officer.objects.visible_to(actor)
    own = Assignment.objects.visible_to(actor).filter(**active)
    assets = Asset.objects.visible_to(actor)
    uses = AssetUse.objects.visible_to(actor).filter(**active)
    gaps = Gap.objects.visible_to(actor).filter(**active)
    return {
        "own_crew": own.prefetch_related(Prefetch("officer", officers)).order_by(
            "-is_commander", "id"
        ),
        "own_assets": uses.prefetch_related(Prefetch("asset", assets)),
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
