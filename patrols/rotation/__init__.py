"""The rotation of the lead: who leads which patrol, exactly and provably fairly.

``ledger`` says what an agency is entitled to, ``opening`` gives the leads of patrols
opened day by day. The rest is for planners: ``order`` (a whole horizon at its best),
``repair`` (as few changes as possible), ``explain`` (why this lead, what if another)
and ``certificate`` (what ``patrols.rotation_check`` verifies). docs/rotation.md.

What is named here does not load OR-Tools.
"""

from patrols.rotation.ledger import (
    Credits,
    Slot,
    Standing,
    back_to_back,
    closing,
    deviations,
    standings,
    with_leads,
)
from patrols.rotation.opening import assign, is_safe

__all__ = [
    "Credits",
    "Slot",
    "Standing",
    "assign",
    "back_to_back",
    "closing",
    "deviations",
    "is_safe",
    "standings",
    "with_leads",
]
