"""Leak vectors L1 to L25 (``docs/leaks.md``): records, lists, references, frames."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from agencies.actions import releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.openapi import document
from agencies.policy import TLP
from agencies.records import Owned, guarded_models
from incidents import actions as incidents
from incidents.models import Incident
from live import journal, sequencer
from tests.api.http import NOWHERE, Api, officer
from tests.leaks import crawl, routes, seed
from tests.leaks.readers import Readers
from tests.leaks.worlds import Stillness
from tests.world import World

OWNED = [m for m in guarded_models() if issubclass(m, Owned)]
MODELS = pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)


@dataclass
class Visits:
    """Everybody's session, and the API's addresses by model."""

    world: World
    sessions: dict[str, Api]

    def __getitem__(self, name: str) -> Api:
        """Log somebody in at first use."""
        if name not in self.sessions:
            self.sessions[name] = officer(self.world, name)
        return self.sessions[name]


@pytest.fixture
def visits(world: World) -> Visits:
    """Return the small world's people, not yet logged in."""
    return Visits(world, {})


def list_of(model: type[Owned]) -> str:
    """Return the address of a model's list in the API."""
    [found] = [
        r for r in routes.routes() if r.is_api and r.model is model
        and not r.parameters
    ]  # fmt: skip
    return routes.address(found, {})


def frames(world: World, name: str) -> list[dict[str, Any]]:
    """Return all that the feed has for an officer."""
    with system("test"):
        while sequencer.sequence():
            pass
    actor = world.actor(name)
    with acting(actor):
        return [e.frame() for e in journal.read(actor.keys, after=0, limit=5000)]


def told(world: World, visits: Visits, name: str, row: Any) -> str:
    """Return all that an officer can read about one incident, in one text."""
    at = f"/api/v1/incidents/{row.pk}/"
    paths = [
        at,
        f"{at}log/",
        f"{at}responses/",
        f"{at}releases/",
        f"/incidents/{row.pk}/",
    ]
    answers = [visits[name].get(path).content.decode() for path in paths]
    return "\n".join([*answers, str(frames(world, name))])


def revoke(world: World, row: Any) -> None:
    """End all releases of a row."""
    by = world.owner
    with acting(by):
        for made in Release.objects.visible_to(by).of(row).live():
            releases.revoke(record=row, release_id=made.pk, by=by)


def test_l01_a_child_narrower_than_its_parent(world: World, visits: Visits) -> None:
    row = seed.make(world, Incident, "partner")
    by = world.owner
    with acting(by):
        incidents.write_log(incident=row, text="CANARY-OWN", sharing="own", by=by)
        incidents.write_log(incident=row, text="CANARY-ALL", sharing="all", by=by)
        incidents.assign(
            incident=row, agency=world.agencies["KG-BS"], task="CANARY-TASK", by=by
        )
    seen = told(world, visits, "partner", row)
    assert "CANARY-ALL" in seen
    assert "CANARY-OWN" not in seen
    assert "CANARY-TASK" not in seen
    assert "CANARY-TASK" in told(world, visits, "owner", row)


def test_l02_a_child_goes_with_its_parent(world: World, visits: Visits) -> None:
    row = seed.make(world, Incident, "partner")
    partner = world.partner
    with acting(partner):
        for sharing in ("all", "owner", "own"):
            incidents.write_log(
                incident=row, text="CANARY-LOG", sharing=sharing, by=partner
            )
    assert "CANARY-LOG" in told(world, visits, "partner", row)
    revoke(world, row)
    seen = told(world, visits, "partner", row)
    assert "CANARY-LOG" not in seen
    kinds = {f["kind"] for f in frames(world, "partner") if f["ref"]["id"] == row.pk}
    assert kinds == {"incident.withdrawn"}


def test_l03_a_grant_names_its_own_kind_only(world: World) -> None:
    row = seed.make(world, Incident, "partner")
    with system("test"):
        made = Release.objects.of(row).get()
        for values in (
            {"agreement": world.agreement},
            {"officer": world.officers["outsider"]},
            {"agency": None},
            {"grantee_kind": "officer"},
            {"grantee_kind": "all"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Release.objects.filter(pk=made.pk).update(**values)


@MODELS
def test_l04_a_group_of_others_is_none(
    world: World, visits: Visits, model: type[Owned]
) -> None:
    row = seed.make(world, model, "outsiders")
    at = f"{list_of(model)}{row.pk}/releases/"
    answers = {
        visits["outsider"].post(at, {"grantee": grantee}).content
        for grantee in (
            "agreement:KG-TJ", "agreement:NO-SUCH", "officer:owner",
            "officer:owner_low", "officer:no-such", "agency:NO-SUCH", "all:", "",
        )
        if grantee
    }  # fmt: skip
    assert len(answers) == 1
    assert b"unknown_grantee" in answers.pop()


def test_l05_an_empty_group_is_nobody(world: World, visits: Visits) -> None:
    row = seed.make(world, Incident, "parties")
    assert visits["partner"].get(f"incidents/{row.pk}/").status_code == 200
    world.leave("TJ-BT")
    for name in ("partner", "late", "outsider"):
        assert visits[name].get(f"incidents/{row.pk}/").status_code == 404
    assert visits["owner"].get(f"incidents/{row.pk}/").status_code == 200


@MODELS
@pytest.mark.parametrize("tlp", [TLP.CLEAR, TLP.GREEN])
def test_l06_no_marking_opens_to_all(
    world: World, model: type[Owned], tlp: str
) -> None:
    by = world.owner
    with acting(by):
        row = seed.MAKERS[model.type_name()](by, tlp=tlp)
    for name, actor in world.everybody.items():
        with acting(actor):
            is_seen = model.objects.visible_to(actor).filter(pk=row.pk).exists()
        assert is_seen == (actor.agency == "KG-BS"), name


def test_l07_a_child_is_reached_through_its_own_parent(
    world: World, visits: Visits
) -> None:
    """Every address that names two rows, with a child of another parent."""
    found = [
        r for r in routes.routes() if r.subject and len(r.parameters) == 2
        and not r.is_admin
    ]  # fmt: skip
    assert len(found) > 10
    pairs = {m: [seed.make(world, m, "partner") for _n in "12"] for m in OWNED}
    by = world.owner
    for one in pairs[Incident]:
        with acting(by):
            incidents.assign(incident=one, agency=world.agencies["TJ-BT"], by=by)
    readers = Readers()
    for route in found:
        one, two = pairs[route.model]  # type: ignore[index]
        other = next(p for p in route.parameters if p != route.subject)
        children = routes.children(routes.child(other), two, readers)
        assert children, route.at
        url = routes.address(route, {route.subject: str(one.pk), other: children[0]})
        for method in route.unsafe:
            body = {"state": "done", "reason": "r"}
            sent = getattr(visits["owner"], method)(url, *[body] * (method != "delete"))
            assert sent.status_code == 404, url
    with system("test"):
        assert not Release.objects.filter(ended_at__isnull=False).exists()


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


def test_l12_no_or_swallows_the_guard(world: World) -> None:
    """Whatever a query combines, the database keeps what the actor may not see."""
    hidden = {m: seed.make(world, m, "own").pk for m in OWNED}
    actor = world.outsider
    everything = Q(pk__isnull=False)
    for model, pk in hidden.items():
        seen = model.objects.visible_to(actor)
        rows = model._base_manager
        table = model._meta.db_table
        combined: list[Any] = [
            seen | rows.all(),
            seen.union(rows.all()),
            rows.exclude(pk=NOWHERE),
            rows.filter(everything | ~everything),
            rows.filter(pk__in=[pk]),
            rows.raw(f'SELECT * FROM "{table}" WHERE id = %s OR true', [pk]),
        ]
        with acting(actor):
            for query in combined:
                assert pk not in {row.pk for row in query}, model
            assert rows.filter(pk=pk).count() == 0


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


def test_l17_history_is_the_journals(world: World, visits: Visits) -> None:
    """The administration's own log keeps nothing; its history pages tell nothing."""
    from django.contrib.admin.models import LogEntry  # noqa: PLC0415

    row = world.officers["owner_low"]
    at = f"/admin/agencies/officer/{row.pk}/"
    edit = f"/agencies/officers/{row.pk}/edit/"
    assert visits["owner_admin"].get(f"{at}change/")["Location"] == edit
    sent = visits["owner_admin"].client.post(
        edit,
        {"name": "CANARY-NAME", "clearance": "0", "roles": "crew", "is_active": "on"},
    )
    assert sent.status_code in (200, 302)
    assert not LogEntry.objects.exists()
    for name in ("outsider", "partner"):
        history = visits[name].get(f"{at}history/")
        assert b"CANARY-NAME" not in history.content
        assert history.status_code in (302, 403, 404)


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


@MODELS
def test_l20_references_to_hidden_rows_are_null(
    world: World, visits: Visits, model: type[Owned]
) -> None:
    """Whatever a row points to, its reader gets an id that opens, or none."""
    row = seed.make(world, model, "outsider")
    hidden = [
        field.name
        for field in model._meta.concrete_fields
        if field.related_model in OWNED and getattr(row, field.attname)
    ]
    shown = visits["outsider"].get(f"{list_of(model)}{row.pk}/").json()
    assert {shown[name] for name in hidden if name in shown} <= {None}
    text = str(shown)
    for name in hidden:
        assert str(getattr(row, f"{name}_id")) not in text


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


def test_l24_a_frame_is_its_subjects_headline(world: World) -> None:
    """No context of the change, no name of who acted, nothing of before."""
    for model in OWNED:
        seed.make(world, model, "partner")
    heard = [f for f in frames(world, "partner") if f["ref"]["type"] != "officer"]
    assert {f["ref"]["type"] for f in heard} >= {m.type_name() for m in OWNED}
    for frame in heard:
        assert set(frame) == {"cursor", "id", "kind", "at", "ref", "data"}
        inside = {"detail", "actor", "audience", "before", "changes", "fields"}
        assert not inside & set(frame["data"])
        assert "officer:" not in str(frame["data"])


def test_l25_nobody_else_hears(world: World) -> None:
    """The feed for each actor: subjects that the actor may open, and no other."""
    rows = {
        row.pk: row
        for model in OWNED
        for row in (seed.make(world, model, v) for v in ("own", "partner", "secret"))
    }
    for name in world.officers:
        actor = world.actor(name)
        heard = {f["ref"]["id"] for f in frames(world, name)} & set(rows)
        with acting(actor):
            seen = {
                pk
                for pk, row in rows.items()
                if type(row).objects.visible_to(actor).filter(pk=pk).exists()
            }
        assert heard == seen, name
