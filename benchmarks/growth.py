"""Map windows, filtered lists and searches while the tables grow.

The same questions to databases of different sizes, in turn, over one connection each;
a thousand incidents a day, so that more rows are more years and not a fuller answer.
The figure is the largest database's median time beside the smallest's.
"""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from django.conf import settings

from agencies.context import acting
from benchmarks import database
from benchmarks.figures import ROUNDS, Figure
from benchmarks.load import Caller
from benchmarks.system import System, say
from patrols.models import Patrol, PatrolState
from tests.world import standing

GROWTH = {"floor": 2.0, "goal": 1.3}
TIMES = 15
WINDOW = "70.2,39.8,71.2,40.6"
# Two rows are in it lately; the page of fifty that a larger database has reaches years
# back, so that its answer is fuller, and it has no floor.
SMALL_WINDOW = "70.5,40.0,70.7,40.2"
FULLER = "small map window, page of 50"


def questions() -> dict[str, tuple[str, str]]:
    """Return what is asked, and by whom."""
    lately = (datetime.now(UTC) - timedelta(days=2)).isoformat().replace("+00:00", "Z")
    api = "/api/v1/incidents/"
    return {
        "list": ("broad", api),
        "list, reader of 200 rows": ("narrow", api),
        "map window, list": ("broad", f"{api}?bbox={WINDOW}"),
        "small map window": ("broad", f"{api}?bbox={SMALL_WINDOW}&limit=2"),
        FULLER: ("broad", f"{api}?bbox={SMALL_WINDOW}"),
        "map window and state": ("broad", f"{api}?bbox={WINDOW}&is_open=true"),
        "map window, reader of 200 rows": ("narrow", f"{api}?bbox={WINDOW}"),
        "open": ("broad", f"{api}?is_open=true"),
        "open, reader of 200 rows": ("narrow", f"{api}?is_open=true"),
        "state": ("broad", f"{api}?state=closed"),
        "severity": ("broad", f"{api}?severity=extreme"),
        "category and severity": ("broad", f"{api}?category=drugs&severity=severe"),
        "owner": ("broad", f"{api}?owner=UZ-BT"),
        "since": ("broad", f"{api}?occurred_after={lately}"),
        "changed since": ("broad", f"{api}?updated_after={lately}"),
        "positions in a map window": ("broad", f"/api/v1/positions/?bbox={WINDOW}"),
        "positions of a patrol": ("broad", "/api/v1/positions/?patrol={patrol}"),
        "events": ("broad", "/api/v1/events/?limit=50"),
        "map page": ("page", "/incidents/map.geojson"),
        "map page, window": ("page", f"/incidents/map.geojson?bbox={WINDOW}"),
        "list page": ("page", "/incidents/"),
        "open incidents": ("page", "/incidents/open/"),
        "dashboard": ("page", "/"),
    }


class Place:
    """One size: its system, and the connections of its readers."""

    def __init__(self, stack: System) -> None:
        """Log all readers in."""
        stack.up("web")
        cookie = settings.SESSION_COOKIE_NAME
        headers = {
            "broad": {"Authorization": f"Bearer {stack.bearer('KG-BS')}"},
            "narrow": {"Authorization": f"Bearer {stack.bearer('TM-BS')}"},
            "page": {"Cookie": f"{cookie}={stack.sessions('owner', 1)[0]}"},
        }
        self.callers = {
            name: Caller(stack.web_url, {"Host": "localhost"} | own)
            for name, own in headers.items()
        }
        with stack.database(), acting(stack.world.owner):
            seen = Patrol.objects.visible_to(stack.world.owner)
            self.patrol = seen.filter(state=PatrolState.COMPLETED)[0].pk

    def ask(self, name: str, times: int) -> float:
        """Return the median time of a question, in milliseconds."""
        reader, path = questions()[name]
        caller, path = self.callers[reader], path.format(patrol=self.patrol)
        # The server may have ended one that stood idle while others were asked.
        caller.close()
        caller.get(path)
        took = [caller.seconds(path) for _time in range(times)]
        return statistics.median(took) * 1000


def measure(
    sizes: tuple[int, ...], rounds: int = ROUNDS, times: int = TIMES
) -> Iterator[Figure]:
    """Ask everything of every size, in turn."""
    with ExitStack() as open_systems:
        places = {}
        for size in sizes:
            stack = open_systems.enter_context(System(database.ensure(size)))
            with stack.database():
                stack.world = standing()
            places[size] = Place(stack)
        for name in questions():
            say(f"growth: {name}")
            found: dict[int, list[float]] = {size: [] for size in sizes}
            for _round in range(rounds):
                for size, place in places.items():
                    found[size].append(place.ask(name, times))
            median = {size: statistics.median(took) for size, took in found.items()}
            first = median[sizes[0]]
            for size in sizes[1:] or sizes:
                took = median[size]
                is_last = size == sizes[-1] and name != FULLER
                bounds = GROWTH if is_last else {}
                yield Figure(
                    f"{name}, {size:,} rows", took, "ms", first, took / first, **bounds
                )
