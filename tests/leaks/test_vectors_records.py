"""Leak vectors of records: their children, grants, references and frames."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from agencies.context import acting, system
from agencies.models import Asset, Release
from agencies.policy import TLP
from agencies.records import Owned
from incidents.actions import log, responses
from incidents.models import Duty, Incident
from patrols.models import Patrol, Programme
from tests.api.http import NOWHERE
from tests.leaks import routes, seed, watchers
from tests.leaks.conftest import MODELS, Visits, frames, list_of, revoke
from tests.leaks.readers import Readers
from tests.leaks.seed import OWNED
from tests.world import World


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


def test_l01_a_child_narrower_than_its_parent(world: World, visits: Visits) -> None:
    row = seed.make(world, Incident, "partner")
    by = world.owner
    with acting(by):
        log.write_log(incident=row, text="CANARY-OWN", sharing="own", by=by)
        log.write_log(incident=row, text="CANARY-ALL", sharing="all", by=by)
        responses.assign(
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
            log.write_log(incident=row, text="CANARY-LOG", sharing=sharing, by=partner)
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
        row = seed.add(by, model.type_name(), tlp=tlp)
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
    for one in [*pairs[Incident], *pairs[Patrol]]:
        seed.speak(world, one)
    for one in pairs[Asset]:
        seed.maintain(world, one, "owner")
    for one in pairs[Programme]:
        seed.open_leads(world, one, "owner")
    begun, *_others = watchers.stand(world, "owner")
    following = watchers.hand_over(world, begun, "owner", "owner_low")
    pairs |= {Duty: [following, begun]}
    readers = Readers()
    for route in found:
        one, two = pairs[route.model]  # type: ignore[index]
        other = next(p for p in route.parameters if p != route.subject)
        children = routes.children(routes.child(route, other), two, readers)
        assert children, route.at
        url = routes.address(route, {route.subject: str(one.pk), other: children[0]})
        if url.endswith(".json"):
            assert visits["owner"].get(url).status_code == 404, url
            continue
        for method in route.unsafe:
            body = {"state": "done", "reason": "r"}
            sent = getattr(visits["owner"], method)(url, *[body] * (method != "delete"))
            if sent.status_code == 405:
                sent = visits["owner"].get(url)
            assert sent.status_code == 404, url
    with system("test"):
        assert not Release.objects.filter(ended_at__isnull=False).exists()


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
