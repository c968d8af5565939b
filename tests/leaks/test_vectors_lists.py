"""Leak vectors of lists, filters, pages and maps (``docs/leaks.md``)."""

from datetime import UTC, datetime, timedelta
from difflib import unified_diff

import pytest

from agencies.context import system
from agencies.openapi import document
from agencies.records import Owned
from incidents.models import Incident
from tests.api.http import NOWHERE, Api
from tests.leaks import crawl, routes, seed
from tests.leaks.conftest import MODELS, Visits, frames, list_of, revoke
from tests.leaks.seed import OWNED
from tests.leaks.stillness import Stillness
from tests.world import World


@MODELS
def test_l08_list_and_detail_agree(
    world: World, visits: Visits, model: type[Owned]
) -> None:
    made = {str(seed.make(world, model, v).pk) for v in seed.VARIANTS}
    at = list_of(model)
    for name in ("owner", "owner_low", "partner", "late", "outsider"):
        listed = {row["id"] for row in visits[name].get(at).json()["results"]}
        opened = {
            pk for pk in made if visits[name].get(f"{at}{pk}/").status_code == 200
        }
        assert listed & made == opened, name
        assert bool(made - opened), name


@MODELS
def test_l09_l10_what_is_hidden_is_not_found(
    world: World, visits: Visits, model: type[Owned]
) -> None:
    """Each filter, asked for a hidden row's values, finds what it finds of none."""
    row = seed.make(world, model, "own")
    with system("test"):
        values = [str(row.pk), *(str(getattr(row, n, "")) for n in ("code", "ref"))]
    at = list_of(model)
    for path, query in crawl.filters():
        if path != at:
            continue
        name = query.partition("=")[0]
        for value in filter(None, values):
            real = visits["outsider"].get(at, {name: value})
            none = visits["outsider"].get(at, {name: _like(value)})
            assert real.status_code == none.status_code
            shown = real.content.replace(value.encode(), b"V")
            assert shown == none.content.replace(_like(value).encode(), b"V")


def _like(value: str) -> str:
    """Return a value of the same form that nothing has."""
    return str(NOWHERE) if len(value) == 36 else "X" * len(value)


TRAVERSING = [
    "owner__code", "author__password__startswith", "audience__contains", "pk__in",
    "author__username", "log__text__regex", "id__isnull", "tear_line__id", "order_by",
    "ordering", "search", "q", "fields", "include", "expand", "format",
]  # fmt: skip


def test_l11_l13_filters_and_orders_are_an_allow_list(visits: Visits) -> None:
    """No list of the API takes what it does not name; pages take no notice."""
    lists = [r for r in routes.routes() if r.is_api and r.is_read and not r.parameters]
    assert len(lists) > 12
    for route in lists:
        for name in TRAVERSING:
            answer = visits["owner"].get(routes.address(route, {}), {name: "1"})
            assert answer.status_code == 400, (route.at, name)
            assert answer.json()["code"] == "unknown_filter", (route.at, name)


# The same moment in both passes; a session of now lasts till then.
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)


def bytes_of(visits: Visits, name: str, urls: list[str]) -> dict[str, str]:
    """Return what some addresses answer, with clock and dice held."""
    still = Stillness(SOON)
    session = visits[name]
    with still.held():
        return {url: _still(still, session, url) for url in urls}


def _still(still: Stillness, session: Api, url: str) -> str:
    still.step(url)
    return crawl.whole(session.get(url))


def test_l14_l15_l16_hidden_rows_change_no_byte(world: World, visits: Visits) -> None:
    """Counts, badges, pages, maps, choices: the same with and without (see worlds)."""
    plain = [
        r for r in routes.routes()
        if r.is_read and not r.parameters and not r.is_admin and "logout" not in r.at
        and r.at not in ("metrics", "readyz")
    ]  # fmt: skip
    urls = [routes.address(route, {}) for route in plain]
    urls += [f"{path}?{query}" for path, query in crawl.filters() if "bbox" in query]
    for model in OWNED:
        seed.make(world, model, "outsider")
    frames(world, "outsider")
    visits["outsider"].get("/accounts/login/")  # for the cookie of forms
    bytes_of(visits, "outsider", ["/"])  # the session is seen, and so renewed
    before = bytes_of(visits, "outsider", urls)
    for model in OWNED:
        for variant in ("own", "partner"):
            seed.make(world, model, variant)
    frames(world, "outsider")
    after = bytes_of(visits, "outsider", urls)
    for url in urls:
        one, other = before[url].splitlines(), after[url].splitlines()
        assert not (how := "\n".join(unified_diff(one, other, n=0))), f"{url}\n{how}"
    assert len(urls) > 40
    assert not [url for url in urls if before[url].startswith("401")]
    assert "KG-BS-" in before["/incidents/"]


def test_l16_the_description_names_no_record(world: World, visits: Visits) -> None:
    for model in OWNED:
        seed.make(world, model, "own")
    assert visits["owner"].get("/api/v1/schema/").content == document()


def test_l19_what_was_minted_before_shows_nothing_new(
    world: World, visits: Visits
) -> None:
    """A page's cursor and the feed's, from before a release ended."""
    rows = [seed.make(world, Incident, "partner") for _n in range(3)]
    partner = visits["partner"]
    first = partner.get("incidents/", {"limit": "1"}).json()
    following = first["next"].removeprefix("http://testserver")
    start = partner.get("events/", {"limit": "1"}).json()["cursor"]
    for row in rows:
        revoke(world, row)
    assert partner.get(following).json()["results"] == []
    frames(world, "partner")
    heard = partner.get("events/", {"after": start}).json()["results"]
    about = [f for f in heard if f["ref"]["id"] in {str(r.pk) for r in rows}]
    assert {(f["kind"], str(f["data"])) for f in about} == {
        ("incident.withdrawn", "{}")
    }


MAPS = {
    "/incidents/map.geojson": "incidents/",
    "/patrols/map.geojson": "patrols/?state=under_way",
}


@pytest.mark.parametrize("path", list(MAPS))
def test_l23_maps_show_what_lists_show(world: World, visits: Visits, path: str) -> None:
    model = next(m for m in OWNED if m.type_name() in MAPS[path])
    made = {str(seed.make(world, model, v).pk) for v in seed.VARIANTS}
    for name in ("owner", "owner_low", "partner", "outsider"):
        shown = visits[name].get(path).content.decode()
        listed = {row["id"] for row in visits[name].get(MAPS[path]).json()["results"]}
        assert {pk for pk in made if pk in shown} == listed & made, name
