"""One visitor goes everywhere and writes down whatever mark it meets.

``Crawl`` calls every address as one person: for each row that the person may see, for
some that they may not, for one that nobody has; with every filter that the API's
description and the pages' own forms offer; and with methods that change something,
which are undone. ``leaks`` holds what was met and must not have been.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import unquote

import orjson
from django.conf import settings
from django.db import transaction
from django.test import Client

from agencies.openapi import document
from live import feed
from live.readers import Reader, credential
from tests.leaks import routes
from tests.leaks.canaries import Canaries, found_in
from tests.leaks.extent import LINKS, ROWS_HIDDEN, ROWS_SEEN
from tests.leaks.readers import Person, Readers
from tests.leaks.routes import Route

# By the name or the kind of a parameter in the API's description.
SAMPLES = {
    "bbox": "69,39,72,41",
    "limit": "7",
    "date-time": "2020-01-01T00:00:00Z",
    "boolean": "true",
    "uuid": routes.NOWHERE,
    "integer": "1",
}
_QUERY = re.compile(r"""(?:href|hx-get|src|data-[a-z-]+)="([^"#]*\?[^"#]*)""")
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_NAMED = re.compile(r"""<(?:select|input)\b[^>]*\bname="([^"]+)"[^>]*>""")
_OPTION = re.compile(r"""<option\b[^>]*\bvalue="([^"]+)""")


@dataclass
class Crawl:
    """One person's visit; ``met`` is every mark that came in sight."""

    person: Person
    client: Client
    readers: Readers
    canaries: Canaries
    met: set[str] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)
    calls: int = 0
    _links: dict[str, None] = field(default_factory=dict)
    _none: dict[tuple[str, str], str] = field(default_factory=dict)
    _round: int = 0

    # --- what comes back

    def scan(self, text: str, where: str) -> None:
        """Note the marks in a text; those that the person may not meet are leaks.

        What the address itself said, the answer may repeat.
        """
        for mark in found_in(_opened(text)) - found_in(where):
            canary = self.canaries.get(mark)
            if canary is None:
                continue
            self.met.add(mark)
            if not self.readers.may_read(self.person, canary):
                self.leaks.append(f"{self.person.name} met {canary} at {where}")

    def call(self, method: str, url: str, **options: Any) -> Any:
        """Call an address and scan all of the answer."""
        self.calls += 1
        answer = getattr(self.client, method)(url, **options)
        where = f"{method.upper()} {url}"
        if answer.status_code == 500:
            self.leaks.append(f"{self.person.name}: {where} broke: {answer.exc_info}")
        text = whole(answer)
        self.scan(text, where)
        if method == "get" and "html" in answer.get("Content-Type", ""):
            for link in [*_QUERY.findall(text), *_choices(text)]:
                self._note(unescape(link), url)
        return answer

    def change(self, method: str, url: str) -> Any:
        """Call an address with a method that may change something; undo it."""
        is_api = url.startswith("/api/")
        body = {"data": b"{}", "content_type": "application/json"} if is_api else {}
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        with transaction.atomic():
            answer = self.call(method, url, **body)
            transaction.set_rollback(True)
        # Logging out, too, is undone.
        self.client.cookies.load(cookies)
        return answer

    def _note(self, link: str, page: str) -> None:
        if link.startswith("?"):
            link = page.partition("?")[0] + link
        if link.startswith("/") and not link.startswith(("//", "/static/")):
            self._links.setdefault(link)

    # --- where it goes

    def everywhere(self) -> None:
        """Visit every address."""
        for route in routes.routes():
            self.visit(route)
        for path, query in filters():
            self.pages(path, query)
        for link in list(islice(self._links, LINKS)):
            self.call("get", link)

    def visit(self, route: Route) -> None:
        """Visit one address with every row that it can be about."""
        if not route.subject:
            for url in routes.filled(route, None, self.readers):
                self._open(route, url)
            return
        seen, hidden = self._rows(route)
        for row in seen:
            for url in routes.filled(route, row, self.readers):
                self._open(route, url, is_first=row is seen[0])
        for row in hidden:
            for url in routes.filled(route, row, self.readers):
                self._deny(route, url, routes._name_of(route, row))

    def _rows(self, route: Route) -> tuple[list[Any], list[Any]]:
        rows = self.readers.rows(route.model)  # type: ignore[arg-type]
        is_shut = self._is_shut(route)
        seen = [r for r in rows if not is_shut and self.readers.sees(self.person, r)]
        hidden = [row for row in rows if row not in seen]
        self._round += 1
        return self._some(seen, ROWS_SEEN), self._some(hidden, ROWS_HIDDEN)

    def _is_shut(self, route: Route) -> bool:
        """Whether the door of the administration stands before the address."""
        return route.is_admin and not self.person.may_administer

    def _some(self, rows: list[Any], number: int) -> list[Any]:
        start = self._round * number % max(len(rows), 1)
        return [*rows[start:], *rows[:start]][:number]

    def _open(self, route: Route, url: str, *, is_first: bool = True) -> None:
        if route.is_read:
            self.call("get", url)
        if not is_first or self._is_shut(route):
            return
        if route.is_api and not route.subject:
            self.call("options", url)
        elif not route.is_admin and not route.subject:
            self.call("get", url, headers={"HX-Request": "true"})
        for method in route.unsafe:
            self.change(method, url)

    def _deny(self, route: Route, url: str, named: str) -> None:
        """Hold that a hidden row answers like one that nobody has, by each method."""
        none = routes.nowhere(route)
        if self._is_shut(route):
            self.call("get", url)
            return
        calls = [(method, self.change) for method in route.unsafe]
        if route.is_read:
            calls.append(("get", self.call))
        for method, send in calls:
            other_url = url.replace(f"/{named}/", f"/{none}/")
            if (method, other_url) not in self._none:
                answer = comparable(send(method, other_url))
                self._none[method, other_url] = answer.replace(f"/{none}/", "/ID/")
            real = comparable(send(method, url)).replace(f"/{named}/", "/ID/")
            other = self._none[method, other_url]
            if real != other:
                self.leaks.append(
                    f"{self.person.name}: {method.upper()} {url} of a hidden row is"
                    f" not answered like one of none:\n  {real[:400]}\n  {other[:400]}"
                )

    def pages(self, path: str, query: str) -> None:
        """Read a list to its end."""
        url: str | None = f"{path}?{query}"
        for _page in range(20):
            if url is None:
                return
            answer = self.call("get", url)
            is_page = answer.status_code == 200 and answer.content[:1] == b"{"
            url = answer.json().get("next") if is_page else None

    # --- sockets

    def frames(self) -> list[str]:
        """Scan all that the live socket would send from the beginning on."""
        shown = credential(handshake(self.client))
        reader = feed.enter(shown) if shown else None
        told = heard(reader) if reader else []
        for text in told:
            self.scan(text, "/ws/live/")
        return told


def whole(answer: Any) -> str:
    """Return all of an answer: status, headers, cookies, body."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(
        [
            str(answer.status_code),
            *(f"{name}: {value}" for name, value in answer.headers.items()),
            answer.cookies.output(),
            body.decode("utf-8", errors="replace"),
        ]
    )


def handshake(client: Client) -> dict[str, str]:
    """Return the headers with which a client would open the live socket."""
    if token := client.defaults.get("HTTP_AUTHORIZATION"):
        return {"authorization": str(token)}
    if settings.SESSION_COOKIE_NAME not in client.cookies:
        return {}
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    return {"cookie": cookie, "origin": settings.PUBLIC_URL}


def heard(reader: Reader) -> list[str]:
    """Return every frame that a socket of the reader's would send, from the beginning.

    These are the three calls that its consumer makes: what begins a socket, what it
    missed, what is new. Real sockets are in ``test_vectors_live``.
    """
    upto = feed.newest()
    sent = [*feed.resume(reader, 0, upto, is_lost=False).frames]
    for after in (0, None):
        sent += feed.resume(reader, after, upto, is_lost=True).frames
    missed: int | None = 0
    while missed is not None:
        frames, missed = feed.replay(reader, missed, upto)
        sent += frames
    place, is_more = 0, True
    while is_more:
        seen = feed.look(place, [reader])
        sent += seen.frames(reader)
        place, is_more = seen.upto, seen.is_more
    return [frame.text for frame in sent]


def comparable(answer: Any) -> str:
    """Return an answer without the request's id, the clock and the session's cookie.

    The session is renewed once a minute; of other cookies the names are compared.
    """
    left_out = ("X-Request-ID", "Expires")
    headers = {k: v for k, v in answer.headers.items() if k not in left_out}
    cookies = sorted(set(answer.cookies) - {settings.SESSION_COOKIE_NAME})
    body = answer.content.decode("utf-8", errors="replace")
    return "\n".join([str(answer.status_code), str(headers), str(cookies), body])


def _opened(text: str) -> str:
    """Add what is percent-encoded, or inside a page's base64 cursor."""
    plain = unquote(text)
    for cursor in re.findall(r"cursor=([\w%=-]+)", text):
        try:
            inside = base64.urlsafe_b64decode(unquote(cursor) + "==")
        except (binascii.Error, ValueError):
            continue
        plain += "\n" + unquote(inside.decode("latin-1"))
    return f"{text}\n{plain}"


def _choices(page: str) -> Iterator[str]:
    """Return the queries that a page's own filter forms would send."""
    for attributes, inside in _FORM.findall(page):
        if 'method="post"' in attributes.lower():
            continue
        for part in re.split(r"(?=<select|<input)", inside):
            for name in _NAMED.findall(part)[:1]:
                values = _OPTION.findall(part) or ["x"]
                yield from (f"?{name}={value}" for value in values)


def filters() -> Iterator[tuple[str, str]]:
    """Return, for each list of the API's description, each filter with a value."""
    paths: dict[str, Any] = orjson.loads(document())["paths"]
    for path, entry in paths.items():
        if "{" in path or "get" not in entry:
            continue
        for parameter in entry["get"].get("parameters", []):
            if parameter["in"] == "query" and parameter["name"] != "cursor":
                yield path, f"{parameter['name']}={_sample(parameter)}"


def _sample(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    schema = schema.get("items", schema)
    if "enum" in schema:
        return str(schema["enum"][0])
    kinds = [parameter["name"], schema.get("format"), schema.get("type")]
    return next((SAMPLES[kind] for kind in kinds if kind in SAMPLES), "KG-BS")
