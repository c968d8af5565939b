"""Two worlds: the same session of an outsider, without and with hidden records.

``pair`` makes two databases that are equal to the byte, then fills one with records
that the outsider agency KZ-BS was not released. ``transcript`` runs one scripted
session in one of them: pages, API, administration, feed, errors, records of its own,
and every hidden id asked for by name. Both must read the same.

Clock and dice are the machine's only sources of difference, so they are held still:
``Stillness`` gives each step its moment and its random numbers. What then still may
differ is in ``NORMALISED``, each with its reason.

For a benchmark::

    with pair(blocker, hidden=5000) as worlds:
        for world in (worlds.without, worlds.within):
            medians(transcript(world, worlds.asked))
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from agencies.actions import accounts
from agencies.context import acting, system
from agencies.errors import Invalid
from agencies.policy import Role
from agencies.records import Owned
from incidents.sitrep_run import make_next
from live import cursors, feed, sequencer
from live.readers import Credential
from tests.api.http import INCIDENT, token
from tests.database import SMALL_WORLD, copied, using
from tests.incidents.papers import words
from tests.leaks import crawl, routes, seed, watchers
from tests.leaks.stillness import Stillness
from tests.world import PASSWORD, World, standing

# What the outsider sees of others, and what is hidden from it (see ``seed.VARIANTS``).
SEEN = ["outsider", "outsiders", "lates"]
HIDDEN = ["own", "secret", "red", "partner", "parties", "partners"]
# How many rows of each list are opened, and of each model asked for by a hidden id.
OPENED = ASKED = 2
# Addresses that tell of the process, not of the actor, and why they are left out.
LEFT_OUT = {
    "metrics": "counts all requests of the process; the proxy keeps it inside",
    "readyz": "tells how old the sequencer's last sign of life is",
}
_CURSOR = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])")


# --- what may differ ------------------------------------------------------------


def _cursors(text: str) -> str:
    """Number the feed's cursors in order of appearance."""
    known: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        try:
            cursors.decode(found[0])
        except Invalid:
            return found[0]
        return known.setdefault(found[0], f"<cursor {len(known)}>")

    return _CURSOR.sub(number, text)


NORMALISED: dict[Callable[[str], str], str] = {
    _cursors: "an encrypted block over the place among all events: which block it is"
    " tells nothing, but whether two are the same stays",
}


# --- two worlds --------------------------------------------------------------------


@dataclass
class Place:
    """One of the two: its database, and who is to ask in it."""

    database: str
    world: World
    bearer: str
    began: datetime


@dataclass
class Pair:
    """Both worlds, and the ids that only one of them has."""

    without: Place
    within: Place
    asked: list[tuple[type[Owned], str]]


@contextmanager
def pair(blocker: Any, *, hidden: int) -> Iterator[Pair]:
    """Make both; ``hidden`` records are made for the one, and more hang on them."""
    with ExitStack() as databases:
        first = databases.enter_context(copied("without", blocker, of=SMALL_WORLD))
        with blocker.unblock(), using(first):
            world = standing()
            _settle(world)
            bearer = token(world, "KZ-BS")
            began = timezone.now().replace(microsecond=0) + timedelta(minutes=10)
        second = databases.enter_context(copied("within", blocker, of=first))
        with blocker.unblock(), using(second):
            asked = _hide(world, hidden)
        places = [Place(name, world, bearer, began) for name in (first, second)]
        with blocker.unblock():
            yield Pair(places[0], places[1], asked)


def _settle(world: World) -> None:
    """Make what the outsider sees, and its own administrator."""
    with acting(world.admin):
        world.officers["keeper"] = accounts.create_officer(
            username="keeper", password=PASSWORD, agency=world.agencies["KZ-BS"],
            name="Keeper", clearance=3, roles=[Role.AGENCY_ADMIN], by=world.admin,
        )  # fmt: skip
    watchers.stand(world, "outsider")
    for model in seed.OWNED:
        for variant in SEEN:
            seed.make(world, model, variant)
    watchers.call()
    _sequence()


def _hide(world: World, number: int) -> list[tuple[type[Owned], str]]:
    """Make records that the outsider may not know of, and what hangs on some."""
    begun, _partners = watchers.stand(world, "owner", "partner")
    models = seed.OWNED
    asked: dict[type[Owned], dict[str, str]] = {}
    for n in range(number):
        model = models[n % len(models)]
        variant = HIDDEN[(n // len(models)) % len(HIDDEN)]
        row = seed.make(world, model, variant)
        asked.setdefault(model, {}).setdefault(variant, str(row.pk))
        if variant == "partner":
            seed.speak(world, row)
    watchers.call()
    watchers.hand_over(world, begun, "owner", "owner_low")
    for code in TAKEN:
        with acting(world.owner):
            seed.MAKERS["zone"](world.owner, code, [])
    _sequence()
    return [
        (model, pk)
        for model, by_variant in asked.items()
        for pk in list(by_variant.values())[:ASKED]
    ]


def _sequence() -> None:
    while sequencer.sequence():
        pass


# --- the session ---------------------------------------------------------------------

# Codes that hidden zones have and that the outsider then uses itself (L32).
TAKEN = ["TAKEN-1", "TAKEN-2"]
SHAPE = {
    "type": "MultiPolygon",
    "coordinates": [[[[70, 40], [71, 40], [71, 41], [70, 40]]]],
}
OURS = INCIDENT | {"title": "Ours"}
# Sums: of no rows that could be opened.
NUMBERS = "/api/v1/numbers/"
REPORT = {"title": "R", "body": "B", "source_grade": "B", "information_grade": 2}


@dataclass
class Exchange:
    """One request, all of its answer, and how long it took."""

    asked: str
    answer: str
    seconds: float = field(compare=False)


@dataclass
class Session:
    """One run of the script; every exchange is a step of the clock."""

    stillness: Stillness
    exchanges: list[Exchange] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)

    def call(self, client: Client, method: str, url: str, **options: Any) -> Any:
        """Make one request and keep the answer."""
        self._step(f"{method} {url}")
        began = time.perf_counter()
        answer = getattr(client, method)(url, **options)
        spent = time.perf_counter() - began
        self._keep(f"{method} {url}", crawl.whole(answer), spent)
        return answer

    def send(self, client: Client, url: str, body: Any, **headers: str) -> Any:
        """Post JSON."""
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return self.call(
            client, "post", url, data=orjson.dumps(body),
            content_type="application/json", headers=named,
        )  # fmt: skip

    def attach(self, client: Client, record: str, **given: str) -> None:
        """Add a file, list it, read it, see its custody."""
        at = f"{record}/attachments/"
        file = SimpleUploadedFile("x.txt", b"Ours")
        made = self.call(client, "post", at, data={"file": file, **given}).json()
        for path in (at, f"{at}{made['id']}/file/", f"{at}{made['id']}/custody/"):
            self.call(client, "get", path)

    def frames(self, credential: Credential) -> None:
        """Keep what the live socket sends: from the beginning, and what is new."""
        self._step("frames")
        began = time.perf_counter()
        reader = feed.enter(credential)
        assert reader
        told = crawl.heard(reader)
        spent = time.perf_counter() - began
        self._keep("frames", "\n".join(told), spent)

    def _step(self, name: str) -> None:
        self.stillness.step(name, len(self.exchanges) + 1)

    def _keep(self, asked: str, answer: str, seconds: float) -> None:
        for normalise in NORMALISED:
            answer = normalise(answer)
        self.exchanges.append(Exchange(asked, answer, seconds))


def transcript(place: Place, asked: list[tuple[type[Owned], str]]) -> list[Exchange]:
    """Run the script in one world; return every exchange."""
    session = Session(Stillness(place.began))
    # The same dice give the same names to files.
    files = Path(settings.MEDIA_FOLDER) / place.database
    with (
        using(place.database),
        override_settings(MEDIA_FOLDER=files),
        session.stillness.held(),
    ):
        officer, keeper = Client(), Client()
        machine = Client(headers={"Authorization": f"Bearer {place.bearer}"})
        for client in (officer, keeper, machine):
            client.raise_request_exception = False
        _come_in(session, officer, "outsider")
        _come_in(session, keeper, "keeper")
        look_around(session, [officer, keeper, machine])
        write(session, officer, machine, keeper)
        with system("test"):
            _sequence()
        look_around(session, [officer], with_rows=False)
        ask(session, [officer, machine, keeper], asked)
        session.frames(Credential(is_session=False, secret=place.bearer))
        session.call(officer, "post", "/accounts/logout/")
    return session.exchanges


def medians(exchanges: list[Exchange]) -> dict[str, float]:
    """Return the median time of each kind of request, ids left out."""
    times: dict[str, list[float]] = {}
    for one in exchanges:
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", one.asked.partition("?")[0])
        times.setdefault(kind, []).append(one.seconds)
    return {kind: median(spent) for kind, spent in times.items()}


def _come_in(session: Session, client: Client, name: str) -> None:
    page = "/accounts/login/"
    session.call(client, "get", page)
    for password in ("wrong", PASSWORD):
        given = {"username": name, "password": password}
        session.call(client, "post", page, data=given)


def look_around(
    session: Session, clients: list[Client], *, with_rows: bool = True
) -> None:
    """Open every page and list, with every filter, and rows that they list."""
    found = [r for r in routes.routes() if r.is_read and r.at not in LEFT_OUT]
    plain = [r for r in found if not set(r.parameters) - {"app_label"}]
    about = [r for r in found if r.parameters == ("pk",)]
    for client in clients:
        for route in plain:
            for url in routes.addresses(route):
                session.call(client, "get", url)
        for path, pk in _listed(session, client) if with_rows else ():
            model = next(r.model for r in plain if path in routes.addresses(r))
            for route in about:
                if route.model is model:
                    session.call(client, "get", routes.address(route, {"pk": pk}))


def _listed(session: Session, client: Client) -> Iterator[tuple[str, str]]:
    """Read every list with every filter; yield the ids of the first rows of each."""
    known: dict[str, dict[str, None]] = {}
    for path, query in crawl.filters():
        answer = session.call(client, "get", f"{path}?{query}")
        if answer.status_code == 200 and "/events/" not in path and path != NUMBERS:
            for row in answer.json()["results"]:
                known.setdefault(path, {})[row.get("id") or row["code"]] = None
    for path, pks in known.items():
        yield from ((path, pk) for pk in list(pks)[:OPENED])


def write(session: Session, officer: Client, machine: Client, keeper: Client) -> None:
    """Make records of one's own: the codes, keys and names that hidden ones have."""
    v1 = "/api/v1"
    for client in (officer, machine):
        key = "the-same-key"
        for _again in range(2):
            session.send(client, f"{v1}/incidents/", OURS, Idempotency_Key=key)
        made = session.send(client, f"{v1}/incidents/", OURS).json()
        here = f"{v1}/incidents/{made.get('id')}"
        session.send(client, f"{here}/log/", {"text": "L", "sharing": "own"})
        session.attach(client, here)
        session.send(client, f"{here}/releases/", {"grantee": "agency:UZ-BT"})
        session.send(client, f"{here}/assign/", {"agency": "KZ-BS"})
        session.send(client, f"{here}/resolve/", {})
        session.send(client, f"{v1}/reports/", REPORT)
        for grantee in ("agreement:KG-TJ", "officer:owner", "officer:no-such"):
            body = OURS | {"release_to": [grantee]}
            session.send(client, f"{v1}/incidents/", body)
    found = session.call(officer, "get", f"{v1}/patrols/").json()["results"]
    own = next(one["id"] for one in found if one["owner"] == "KZ-BS")
    for client in (officer, machine):
        _log(session, client, f"{v1}/patrols/{own}")
    for client, code in zip((officer, machine), TAKEN, strict=True):
        zone = {"code": code, "name": "Ours", "area": SHAPE}
        for _again in range(2):
            session.send(client, f"{v1}/zones/", zone)
    form = {
        "category": "drugs", "severity": "minor", "title": "By the form",
        "longitude": "70.6", "latitude": "40.1", "tlp": "amber", "level": "0",
    }  # fmt: skip
    session.call(officer, "post", "/incidents/new/", data=form)
    tell(session, officer)
    account = {"username": "ours", "password": PASSWORD, "name": "Ours"}
    session.call(keeper, "post", "/agencies/officers/new/", data=account)


def _log(session: Session, client: Client, patrol: str) -> None:
    """Write in a patrol's log, with a file, and say that it was read."""
    at = f"{patrol}/log/"
    made = session.send(client, at, {"text": "L", "sharing": "own"}).json()
    session.attach(client, patrol, entry=made.get("id"))
    session.send(client, f"{at}reads/", {"entry": made.get("id")})
    for path in (at, f"{at}reads/"):
        session.call(client, "get", path)


def tell(session: Session, officer: Client) -> None:
    """Have situation reports made of what there is, and read and prove them."""
    today = timezone.localdate(timezone=ZoneInfo("Asia/Almaty"))
    for scope in ("own", "all"):
        asked = {"day_on": today.isoformat(), "scope": scope}
        made = session.send(officer, "/api/v1/sitreps/", asked).json()
        assert make_next()
        here = f"/incidents/sitreps/{made['id']}/"
        page = session.call(officer, "get", here)
        session.call(officer, "get", f"/api/v1/sitreps/{made['id']}/")
        assert "Ours" in page.content.decode()
        file = officer.get(f"{here}pdf/").content
        session.exchanges.append(Exchange(f"{here}pdf/", "\n".join(words(file)), 0))
    for code in ("AAAA-BBBB-CCCC-DDDD", "f" * 64):
        session.send(officer, "/api/v1/sitreps/verify/", {"code": code})


def ask(
    session: Session, clients: list[Client], asked: list[tuple[type[Owned], str]]
) -> None:
    """Ask for hidden rows by their ids, and for what nobody has."""
    found = [r for r in routes.routes() if r.at not in LEFT_OUT]
    for n, (model, pk) in enumerate(asked):
        client = clients[n % len(clients)]
        for route in found:
            if route.model is model and route.subject in ("pk", "object_id"):
                _ask(session, client, route, pk)
        for word in ("incident", "patrol", "zone"):
            body = OURS | {word: pk}
            session.send(clients[0], "/api/v1/incidents/", body)
    for path in ("/no/such/", "/api/v1/no/such/", "/admin/no/such/"):
        for client in clients:
            session.call(client, "get", path)


def _ask(session: Session, client: Client, route: routes.Route, pk: str) -> None:
    values = dict.fromkeys(route.parameters, routes.NOWHERE)
    url = routes.address(route, values | {route.subject: pk})
    if route.is_read:
        session.call(client, "get", url)
    for method in route.unsafe if route.is_api else []:
        session.call(client, method, url, data=b"{}", content_type="application/json")
