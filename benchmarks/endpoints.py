"""Lists, details and the dashboard over HTTP, beside raw SQL."""

import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from agencies.context import acting
from benchmarks import load
from benchmarks.figures import ROUNDS, Figure, beside
from benchmarks.system import System, say
from incidents.models import Incident
from intel.models import Report
from live import cursors, journal
from live.models import Event
from patrols.models import Fix, Patrol

# At most this part of the rows is the newest; the feed is read from before it.
FEED = 300
DETAILS = {
    "incidents": Incident,
    "patrols": Patrol,
    "reports": Report,
    "positions": Fix,
}
# p99 / p50 at 8 connections (section 4 of the stack's reference).
SPREAD = {"floor": 4.0, "goal": 3.0}
HOT = {"floor": 0.25, "goal": 0.5}
ANY = {"floor": 0.04, "goal": 0.25}


@dataclass(frozen=True, slots=True)
class Page:
    """One address of the product, and the one that makes the same from raw SQL."""

    name: str
    path: str
    raw: str
    is_hot: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """The agency's system that asks: it sees 30 of 100 rows."""

    token: str
    actor: Any

    @property
    def headers(self) -> dict[str, str]:
        """What its requests say."""
        return {"Authorization": f"Bearer {self.token}", "Host": "localhost"}


def reader(stack: System, agency: str = "KG-BS") -> Reader:
    """Return an agency's system with all its rights; the raw server reads as it."""
    token = stack.bearer(agency)
    actor = stack.actor_of(token)
    stack.keys = "{" + ",".join(actor.keys) + "}"
    return Reader(token, actor)


def pages(stack: System, one: Reader) -> list[Page]:
    """Return what is measured: the lists, and the newest row of each."""
    me = one.actor.agency_id
    found = []
    with stack.database(), acting(one.actor):
        for name, model in DETAILS.items():
            row: Any = model.objects.visible_to(one.actor)
            # In the order of the list, past what is still to come.
            pk = row.order_by(*_order(model))[20].pk
            found += [
                Page(
                    f"{name} list", f"/api/v1/{name}/", f"/{name}/?me={me}", is_hot=True
                ),
                Page(
                    f"{name} detail", f"/api/v1/{name}/{pk}/", f"/{name}/{pk}/?me={me}"
                ),
            ]
        head = journal.head(one.actor)
        seen = Event.objects.visible_to(one.actor).filter(seq__isnull=False)
        after = seen.order_by("-seq").values_list("seq", flat=True)[FEED] or 0
    cursor = cursors.encode(after)
    say(f"feed: from {after} of {head}")
    found.append(
        Page(
            "events list",
            f"/api/v1/events/?limit=50&after={cursor}",
            f"/events/?after={after}",
            is_hot=True,
        )
    )
    return found


def _order(model: Any) -> tuple[str, str]:
    column = {Incident: "occurred_at", Patrol: "starts_at", Report: "created_at"}
    return f"-{column.get(model, 'at')}", "-id"


def same(stack: System, one: Reader, page: Page) -> tuple[Any, Any]:
    """Return what the product and the raw server answer, for comparison."""
    answers = []
    for url, path in [(stack.web_url, page.path), (raw_url(stack), page.raw)]:
        caller = load.Caller(url, one.headers)
        answers.append(json.loads(caller.get(path)))
        caller.close()
    return answers[0], answers[1]


def raw_url(stack: System) -> str:
    """Return the address of the raw server."""
    return f"http://127.0.0.1:{stack.ports['raw']}"


def measure(stack: System, seconds: float, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Measure all lists and details over 8 connections."""
    one = reader(stack)
    stack.up("web", "raw")
    for page in pages(stack, one):
        say(page.name)
        product: list[load.Pressed] = []
        raw: list[load.Pressed] = []
        targets = [
            (product, stack.web_url + page.path),
            (raw, raw_url(stack) + page.raw),
        ]
        for _results, url in targets:
            load.press(url, one.headers, 1)
        for _round in range(rounds):
            for results, url in targets:
                results.append(load.press(url, one.headers, seconds))
        rate = statistics.median(r.rate for r in product)
        limit = statistics.median(r.rate for r in raw)
        yield beside(page.name, rate, "req/s", limit, **(HOT if page.is_hot else ANY))
        yield Figure(
            f"{page.name} p50", statistics.median(r.p50 for r in product), "ms"
        )
        yield Figure(
            f"{page.name} p99 / p50",
            statistics.median(r.p99 / r.p50 for r in product),
            "",
            **SPREAD,
        )


def dashboard(stack: System, seconds: float, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Measure the dashboard and what it loads, through the proxy, for an officer."""
    one = reader(stack)
    stack.up("web", "raw", "proxy")
    session = stack.sessions("owner", 1)[0]
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    addresses = {
        "dashboard": "/",
        "dashboard, open incidents": "/incidents/open/",
        "dashboard, patrols under way": "/patrols/under-way/",
        "dashboard, incidents on the map": "/incidents/map.geojson",
        "dashboard, patrols on the map": "/patrols/map.geojson",
    }
    latest = f"{raw_url(stack)}/latest/?limit=40"
    for name, path in addresses.items():
        say(name)
        url = stack.url + path
        load.press(url, headers, 1)
        product, raw = [], []
        for _round in range(rounds):
            product.append(load.press(url, headers, seconds))
            if path == "/":
                raw.append(load.press(latest, one.headers, seconds))
        rate = statistics.median(r.rate for r in product)
        if raw:
            limit = statistics.median(r.rate for r in raw)
            yield beside(name, rate, "req/s", limit, **ANY)
        else:
            yield Figure(name, rate, "req/s")
        yield Figure(f"{name} p50", statistics.median(r.p50 for r in product), "ms")
        spread = statistics.median(r.p99 / r.p50 for r in product)
        yield Figure(f"{name} p99 / p50", spread, "", **SPREAD)
