"""What pages, the API, maps, filters and the administration give each person.

The channels are found, not listed: lists and details from the API's router, pages
from the URL resolver, the administration from its registry. Every answer is scanned
for ids and marks of rows that the person may not see; lists, maps and details must
also hold all that they may.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse
from django_filters.filters import BooleanFilter, ModelChoiceFilter

from agencies.context import system
from agencies.records import Guarded, record_model
from config.api import router
from live.models import Event
from patrols.models import Patrol
from tests.leaks import inside, routes
from tests.leaks.town import Town
from tests.test_conventions import PUBLIC

NOWHERE = UUID(int=7)
# Rows of each type, seen and hidden, whose details are asked for; the newest first.
EACH = 2
# Pages list at least so many.
PAGE = 20
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MARK = re.compile(r"zephyr[0-9a-f]{12}")

Ids = set[UUID]


class Visit:
    """One person, who opens addresses and may meet nothing that is hidden."""

    def __init__(self, town: Town, name: str, browser: Browser) -> None:
        """Keep what the person may see at this moment."""
        self.town, self.name, self.browser = town, name, browser
        self.person = town.oracle.people[name]
        visible = town.oracle.visible(name)
        self.known = town.oracle.ids()
        self.visible: dict[str, Ids] = {kind: set() for kind in self.known}
        for kind, pk in visible:
            self.visible[kind].add(pk)
        self.hidden = set().union(*self.known.values()) - {pk for _kind, pk in visible}
        sheets = town.oracle.sheets
        marks = {sheets[pk].mark for _kind, pk in visible if pk in sheets}
        # What the person's agency had: of these, the feed says that they went.
        ever = town.oracle.ever
        holders = {name, self.person.agency or name}
        self.had = {pk for holder, pk in ever if holder in holders}
        self.hidden_marks = {sheet.mark for sheet in sheets.values()} - marks - {""}

    def get(self, url: str, query: Any = None) -> Any:
        """Open an address and scan the answer."""
        gone = self.had if url == reverse("dashboard") else set()
        answer = self.browser.get(url, query)
        where = f"{self.name} at {url} {query or ''}"
        assert answer.status_code != 500, where
        text = answer.content.decode()
        leaked = ids_in(text) & self.hidden - gone
        assert not leaked, f"{where} meets {self.town.named(leaked)}"
        marks = set(_MARK.findall(text)) & self.hidden_marks
        assert not marks, f"{where} meets texts of hidden rows: {marks}"
        return answer

    # --- what should be there

    def without_doubles(self, kind: str) -> Ids:
        """Return what a list shows: an owner's own tear lines are left out."""
        return {pk for pk in self.visible[kind] if not self._is_double(pk)}

    def _is_double(self, pk: UUID) -> bool:
        sheet = self.town.oracle.sheets.get(pk)
        is_own = sheet is not None and sheet.owner == self.person.agency
        return is_own and sheet.tear_line_of is not None  # type: ignore[union-attr]

    def own_releases(self) -> Ids:
        """Return the releases that the person's own agency made."""
        grants, sheets = self.town.oracle.grants, self.town.oracle.sheets
        return {
            pk
            for pk in self.visible["release"]
            if sheets[grants[pk].record].owner == self.person.agency
        }

    def kept_webhooks(self) -> Ids:
        """Return the webhooks of the agency, to who keeps them and to its systems."""
        may = self.person.is_system or "agency_admin" in self.person.roles
        return self.visible["webhook"] if may else set()

    def kept_officers(self) -> Ids:
        """Return the accounts that the person keeps."""
        people = self.town.oracle.people.values()
        return {
            p.id
            for p in people
            if p.id and (self.person.is_platform or p.agency == self.person.agency)
        }

    def some(self, kind: str) -> list[UUID]:
        """Return some rows of a type, seen and hidden, the newest first."""
        made = [*self.town.oracle.sheets, *self.town.oracle.grants]
        order = {pk: -n for n, pk in enumerate(made)}
        newest = sorted(self.known[kind], key=lambda pk: (order.get(pk, 0), pk))
        seen = [pk for pk in newest if pk in self.visible[kind]]
        hidden = [pk for pk in newest if pk in self.hidden]
        return seen[:EACH] + hidden[:EACH]


def ids_in(text: str) -> Ids:
    """Return all ids in a text."""
    return {UUID(found) for found in _ID.findall(text.lower())}


def check_outside(
    town: Town, browsers: dict[str, Browser], names: Iterable[str]
) -> None:
    """Let some people look everywhere."""
    for name in names:
        if not town.oracle.people[name].is_active:
            answer = browsers[name].get("/api/v1/incidents/")
            assert answer.status_code in (401, 403), f"{name} is locked out"
            continue
        visit = Visit(town, name, browsers[name])
        check_api(visit)
        if not visit.person.is_system:
            check_pages(visit)
            check_admin(visit)


# --- the API --------------------------------------------------------------------


def check_api(visit: Visit) -> None:
    """Lists, details and filters of every guarded resource, and the feed."""
    viewset: Any
    for prefix, viewset, _basename in router.registry:
        model = viewset.queryset.model
        if model is Event:
            check_replay(visit)
        elif issubclass(model, Guarded):
            check_resource(visit, f"/api/v1/{prefix}/", viewset, model.type_name())


def check_resource(visit: Visit, url: str, viewset: Any, kind: str) -> None:
    """The list holds exactly what may be seen, with and without a filter."""
    filters = viewset.filterset_class.base_filters
    own = {"release": visit.own_releases, "webhook": visit.kept_webhooks}
    whole = own[kind]() if kind in own else visit.visible[kind]
    if "tear_lines" in filters:
        assert _listed(visit, url) == visit.without_doubles(kind), (url, visit.name)
        assert _listed(visit, url, tear_lines="include") == whole, (url, visit.name)
    else:
        assert _listed(visit, url) == whole, (url, visit.name)
    nowhere = visit.get(f"{url}{NOWHERE}/")
    assert nowhere.status_code == 404, url
    for pk in visit.some(kind):
        answer = visit.get(f"{url}{pk}/")
        where = (visit.name, url, pk)
        assert answer.status_code == (200 if pk in whole else 404), where
        if pk not in whole:
            assert answer.content == nowhere.content, "hidden is not like nothing"
    check_filters(visit, url, filters, kind, whole)


def _listed(visit: Visit, url: str, **query: Any) -> Ids:
    found: Ids = set()
    following = url
    given: Any = {"limit": 200, **query}
    while following:
        answer = visit.get(following, given)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        found |= {UUID(row["id"]) for row in body["results"]}
        following, given = body["next"] or "", None
    return found


def check_filters(
    visit: Visit, url: str, filters: dict[str, Any], kind: str, whole: Ids
) -> None:
    """A value that only hidden rows have answers like one that nothing has."""
    hidden = [pk for pk in visit.some(kind) if pk in visit.hidden][:1]
    with system("test"):
        known = record_model(kind)._base_manager.filter(pk__in={*whole, *hidden})
        rows = {row.pk: row for row in known}
        values = {
            name: {pk: _value(one, name, row) for pk, row in rows.items()}
            for name, one in filters.items()
        }
    for name, by_row in values.items():
        for pk in hidden:
            value = by_row[pk]
            if value is None:
                continue
            query = {name: value, "limit": 200}
            if "tear_lines" in filters:
                query["tear_lines"] = "include"
            answer = visit.get(url, query)
            if answer.status_code == 200:
                found = {UUID(row["id"]) for row in answer.json()["results"]}
                assert found == {k for k in whole if by_row[k] == value}, (url, query)
            else:
                other = visit.get(url, query | {name: str(NOWHERE)})
                assert answer.content == other.content, (url, query)


def _value(one: Any, name: str, row: Any) -> Any:
    """Return what a filter would have to be given to find a row, if that is plain."""
    is_plain = one.method is None and one.lookup_expr == "exact"
    if not is_plain or isinstance(one, BooleanFilter):
        return None
    found = row
    for part in (one.field_name or name).split("__"):
        found = getattr(found, part, None)
    if isinstance(one, ModelChoiceFilter) and found is not None:
        found = getattr(found, one.extra.get("to_field_name") or "pk")
    return str(found) if isinstance(found, str | UUID) and found else None


def check_replay(visit: Visit) -> None:
    """The feed by REST tells what is for the person, page by page."""
    frames = _replayed(visit, "after", {})
    inside.check_told(visit.town, visit.name, frames)
    assert _replayed(visit, "before", {"order": "newest"}) == frames[::-1]


def _replayed(visit: Visit, step: str, query: dict[str, str]) -> list[Any]:
    """Return all that the feed tells, asked for page by page with ``step``."""
    frames: list[Any] = []
    while True:
        answer = visit.browser.get("/api/v1/events/", query | {"limit": "200"})
        assert answer.status_code == 200, answer.content
        page = answer.json()
        frames += page["results"]
        if not page["results"]:
            return frames
        query = query | {step: page["cursor"]}


def transcript(browser: Browser) -> dict[str, bytes]:
    """Return all lists of the API, byte by byte."""
    urls = [f"/api/v1/{prefix}/" for prefix, _viewset, _basename in router.registry]
    return {url: browser.get(url).content for url in urls}


# --- pages and maps -------------------------------------------------------------


def _on_the_way(visit: Visit) -> Ids:
    with system("test"):
        out = set(Patrol.objects.under_way().values_list("pk", flat=True))
    return visit.without_doubles("patrol") & out


def _on_the_map(visit: Visit) -> Ids:
    with system("test"):
        moved = set(
            Patrol.objects.filter(last_place__isnull=False).values_list("pk", flat=True)
        )
    return _on_the_way(visit) & moved


def _with_a_way(visit: Visit) -> Ids:
    fixes = Counter(visit.town.oracle.fixes.values())
    return {pk for pk in _on_the_map(visit) if fixes[pk] > 1}


def _all(*kinds: str) -> Callable[[Visit], Ids]:
    return lambda visit: set().union(*(visit.without_doubles(kind) for kind in kinds))


# Pages and layers that show all rows of some types, and which; others are scanned.
WHOLE: dict[str, tuple[list[str], Callable[[Visit], Ids]]] = {
    "incident-list": (["incident"], _all("incident")),
    "incident-open": (["incident"], _all("incident")),
    "incident-map": (["incident"], _all("incident")),
    "report-list": (["report"], _all("report")),
    "patrol-list": (["patrol"], _all("patrol")),
    "patrol-under-way": (["patrol"], _on_the_way),
    "patrol-map": (["patrol"], _on_the_map),
    "patrol-tracks": (["patrol"], _with_a_way),
    "patrol-places": (
        ["zone", "route", "checkpoint", "post"],
        _all("zone", "route", "checkpoint", "post"),
    ),
    "programme-list": (["programme"], _all("programme")),
    "zone-list": (["zone"], _all("zone")),
    "asset-list": (["asset"], _all("asset")),
}


def check_pages(visit: Visit) -> None:
    """Every page that is not the same for everybody, and the pages of some rows."""
    for route in routes.routes():
        if route.is_admin or route.is_api or not route.name or route.name in PUBLIC:
            continue
        if not route.parameters:
            _check_list(visit, route.name)
        elif set(route.parameters) - {"code", "kind"} == {"pk"}:
            _check_detail(visit, route)


def _check_list(visit: Visit, name: str) -> None:
    answer = visit.get(reverse(name))
    if name not in WHOLE:
        return
    kinds, expected = WHOLE[name]
    assert answer.status_code == 200, name
    known = set().union(*(visit.known[kind] for kind in kinds))
    found, wanted = ids_in(answer.content.decode()) & known, expected(visit)
    assert found <= wanted, (visit.name, name, visit.town.named(found - wanted))
    if len(wanted) <= PAGE:
        withheld = visit.town.named(wanted - found)
        assert found == wanted, f"{name} withholds from {visit.name}: {withheld}"


def _check_detail(visit: Visit, route: routes.Route) -> None:
    model: Any = route.model
    if model is None or not issubclass(model, Guarded):
        return
    kind = model.type_name()
    nowhere = visit.get(reverse(route.name, args=[NOWHERE]))
    # An address of a step leads to the record's page, whatever is there.
    if nowhere.status_code in (302, 403, 405):
        return
    for pk in visit.some(kind):
        answer = visit.get(reverse(route.name, args=[pk]))
        where = (visit.name, route.name, pk)
        if pk in visit.hidden:
            assert answer.status_code == 404, where
            assert answer.content == nowhere.content, where
        elif route.name == kind:
            assert answer.status_code == 200, where


# --- the administration -----------------------------------------------------------


def check_admin(visit: Visit) -> None:
    """Lists, searches and change pages of every guarded model, for who may enter."""
    may_enter = bool({"agency_admin", "platform_admin"} & visit.person.roles)
    for model, shown in admin.site._registry.items():
        if not issubclass(model, Guarded):
            continue
        kind = model.type_name()
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        answer = visit.get(reverse(f"{base}_changelist"))
        if not may_enter:
            assert answer.status_code in (302, 403), (visit.name, kind)
            continue
        own: dict[str, Callable[[], Ids]] = {
            "officer": visit.kept_officers, "release": visit.own_releases,
        }  # fmt: skip
        wanted = own[kind]() if kind in own else visit.visible[kind]
        found = ids_in(answer.content.decode()) & visit.known[kind]
        assert found == wanted, (visit.name, "admin", kind)
        for pk in visit.some(kind):
            answer = visit.get(reverse(f"{base}_change", args=[pk]))
            # Accounts have pages of their own, to which the administration leads.
            is_led = kind == "officer" and pk in wanted
            is_open = pk in wanted and not is_led
            assert answer.status_code == (200 if is_open else 302), (kind, pk)
            if is_led:
                assert answer["Location"].startswith("/agencies/"), pk
            elif not is_open:
                # The next page would say that there is none of the id asked for.
                assert answer["Location"].startswith("/admin/"), pk
                visit.browser.get(answer["Location"])
        _check_search(visit, reverse(f"{base}_changelist"), shown, kind, wanted)


def _check_search(visit: Visit, url: str, shown: Any, kind: str, wanted: Ids) -> None:
    hidden = [pk for pk in visit.some(kind) if pk not in wanted]
    for field in shown.search_fields:
        with system("test"):
            rows = record_model(kind)._base_manager.filter(pk__in=hidden[:1])
            texts = [text for text in rows.values_list(field, flat=True) if text]
        for text in texts:
            found = ids_in(visit.get(url, {"q": text}).content.decode())
            assert found & visit.known[kind] <= wanted, (url, text)
