"""The roster engine: who goes on which patrol, and why nobody does.

Pure functions over plain data; nothing here knows of Django. ``docs/roster.md`` tells
the whole story on one page.
"""

from patrols.roster.bounds import tighten
from patrols.roster.codec import from_json, to_json
from patrols.roster.conflict import conflict, shortage
from patrols.roster.explain import explain_gaps
from patrols.roster.plan import Plan
from patrols.roster.problem import Problem
from patrols.roster.remedies import remedies
from patrols.roster.repair import repair
from patrols.roster.search import solve

__all__ = [
    "Plan",
    "Problem",
    "conflict",
    "explain_gaps",
    "from_json",
    "remedies",
    "repair",
    "shortage",
    "solve",
    "tighten",
    "to_json",
]
