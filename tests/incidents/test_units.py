"""Responses with units, and which units are proposed."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pyproj import Geod

from agencies.actions import assets, posts, releases
from agencies.context import acting, system
from agencies.models import Asset, Post
from agencies.policy import Actor
from incidents import units
from incidents.models import Incident, Response
from patrols import actions as patrols
from tests.incidents.conftest import Readers, assert_hidden, problem, report, text
from tests.leaks import seed
from tests.world import PLACE, World, soon

KM = 1 / 111.2  # of latitude, in degrees


def post_at(world: World, name: str, code: str, km: float, **more: Any) -> Post:
    """Register a post so many kilometres north of the incident."""
    by = world.actor(name)
    place = Point(PLACE.x, PLACE.y + km * KM, srid=4326)
    with acting(by):
        return posts.create_post(by=by, code=code, name=code, place=place, **more)


def asset_at(world: World, name: str, code: str, post: Post, **more: Any) -> Asset:
    """Register an asset that stands at a post."""
    by = world.actor(name)
    values = {"kind": "vehicle", "name": code} | more
    with acting(by):
        return assets.create_asset(by=by, code=code, post=post, **values)


def patrol_at(world: World, name: str, km: float, to: tuple[str, ...] = ()) -> Any:
    """Send a patrol out that is so many kilometres north of the incident now."""
    by = world.actor(name)
    with acting(by):
        row = seed.add(by, "patrol", to)
        place = (PLACE.x, PLACE.y + km * KM)
        fix = patrols.NewFix(at=timezone.now(), place=place, device="e")
        patrols.add_fixes(patrol=row, fixes=[fix], by=by)
        return row


def proposed(world: World, incident: Incident, name: str = "owner") -> list[units.Unit]:
    """Return what somebody is proposed."""
    by = world.actor(name)
    with acting(by):
        row = Incident.objects.visible_to(by).get(pk=incident.pk)
        return units.propose(row, by)


def refs(world: World, incident: Incident, name: str = "owner") -> list[str]:
    """Return the references of what somebody is proposed."""
    return [unit.ref for unit in proposed(world, incident, name)]


def respond(by: Actor, incident: Incident, **unit: Any) -> Response:
    """Assign a response by the action."""
    from incidents.actions import responses  # noqa: PLC0415

    with acting(by):
        return responses.assign(incident=incident, by=by, **unit)


def test_units_of_every_agency_nearest_first(world: World, shared: Incident) -> None:
    """Distances are geodesics; times follow from the stated assumptions."""
    to = ["agency:KG-BS"]
    post_at(world, "owner", "P20", 20)
    post_at(world, "partner", "P10", 10, release_to=to)
    patrol_at(world, "partner", 5, ("agency:KG-BS",))
    far = post_at(world, "owner", "P15", 15)
    asset_at(world, "owner", "V15", far)
    found = proposed(world, shared)
    assert [unit.ref for unit in found[1:]] == ["P10", "P15", "V15", "P20"]
    assert [unit.agency for unit in found[:2]] == ["TJ-BT", "TJ-BT"]
    geod = Geod(ellps="WGS84")
    _a, _b, metres = geod.inv(PLACE.x, PLACE.y, PLACE.x, PLACE.y + 10 * KM)
    assert found[1].distance_m == round(metres)
    assert (found[0].minutes_from, found[0].minutes_to) == (
        12,
        75,
    )  # 5 km at 25 and at 4 km/h
    assert (found[1].minutes_from, found[1].minutes_to) == (
        30,
        55,
    )  # 15 min, then 10 km at 40 and at 15 km/h


def test_who_is_of_no_use_is_not_proposed(world: World, incident: Incident) -> None:
    """Too far, of the wrong kind, broken, in maintenance, at a post that is hidden."""
    near = post_at(world, "owner", "P1", 1)
    hidden = post_at(world, "outsider", "HID", 1)
    post_at(world, "owner", "FAR", 200)
    asset_at(world, "owner", "RADIO", near, kind="radio")
    asset_at(world, "owner", "BOAT", near, kind="boat")
    asset_at(world, "owner", "DOG", near, kind="dog")
    asset_at(world, "owner", "BROKEN", near, status="unserviceable")
    asset_at(world, "owner", "HALF", near, status="limited")
    repaired = asset_at(world, "owner", "REPAIR", near)
    by = world.owner
    with acting(by):
        assets.plan_maintenance(
            asset=repaired, starts_at=soon(-1), ends_at=soon(9), reason="R", by=by
        )
        drone = assets.create_asset(by=by, code="DRONE", name="D", kind="drone")
    assert drone.post is None
    assert refs(world, incident) == ["P1", "BOAT", "DOG", "HALF"]
    assert [unit.is_limited for unit in proposed(world, incident)][-1]
    assert hidden.code not in refs(world, incident)
    quiet = report(world, category="hazard")
    assert "DOG" not in refs(world, quiet)


def test_an_old_position_is_marked(world: World, incident: Incident) -> None:
    patrol = patrol_at(world, "owner", 3)
    assert not proposed(world, incident)[0].is_stale
    with system("test"):
        type(patrol)._base_manager.filter(pk=patrol.pk).update(
            last_fix_at=timezone.now() - timedelta(hours=2)
        )
    assert proposed(world, incident)[0].is_stale


def test_who_responds_elsewhere_comes_after_the_free(
    world: World, incident: Incident
) -> None:
    near = post_at(world, "owner", "P1", 1)
    post_at(world, "owner", "P9", 9)
    other = report(world, title="Elsewhere")
    respond(world.owner, other, post=near)
    found = proposed(world, incident)
    assert [unit.ref for unit in found] == ["P9", "P1"]
    assert other.ref in str(found[1].busy)
    assert not found[1].is_sent
    # Of the incident itself it is not elsewhere, and is not sent twice unawares.
    assert not proposed(world, other)[0].busy
    assert proposed(world, other)[0].is_sent


def test_what_is_hidden_makes_nobody_busy(world: World, shared: Incident) -> None:
    """A partner's unit that responds to what the owner does not see looks free."""
    unit = post_at(world, "partner", "P1", 1, release_to=["agency:KG-BS"])
    before = proposed(world, shared)
    own = report(world, by="partner", title="Not for KG")
    respond(world.partner, own, post=unit)
    assert proposed(world, shared) == before
    assert not before[0].busy
    assert str(proposed(world, own, "partner")[0].busy) == ""
    assert own.ref in str(proposed(world, shared, "partner")[0].busy)


def test_a_partner_is_proposed_its_own(world: World, shared: Incident) -> None:
    post_at(world, "owner", "OWNERS", 1, release_to=["agency:TJ-BT"])
    post_at(world, "partner", "MINE", 2)
    assert refs(world, shared, "partner") == ["MINE"]
    assert refs(world, shared) == ["OWNERS"]


def test_the_owner_is_told_to_whom_it_is_not_released(
    world: World, shared: Incident
) -> None:
    """By name or by an agreement, as it stood at the release."""
    post_at(world, "partner", "TJ", 1, release_to=["agency:KG-BS"])
    post_at(world, "outsider", "KZ", 2, release_to=["agency:KG-BS"])
    assert [unit.is_released for unit in proposed(world, shared)] == [True, False]
    by_pact = report(world, release_to=[f"agreement:{world.agreement.code}"])
    assert [unit.is_released for unit in proposed(world, by_pact)] == [True, False]
    world.join("UZ-BT")
    post_at(world, "late", "UZ", 3, release_to=["agency:KG-BS"])
    found = {unit.ref: unit.is_released for unit in proposed(world, by_pact)}
    assert found == {"TJ": True, "KZ": False, "UZ": False}


def test_more_units_make_no_more_queries(world: World, shared: Incident) -> None:
    def asked() -> int:
        by = world.owner
        with acting(by):
            row = Incident.objects.visible_to(by).get(pk=shared.pk)
            with CaptureQueriesContext(connection) as caught:
                units.propose(row, by)
        return len(caught)

    for n in range(2):
        asset_at(world, "owner", f"V{n}", post_at(world, "owner", f"P{n}", n + 1))
        patrol_at(world, "owner", n + 1)
    few = asked()
    for n in range(2, 9):
        asset_at(world, "owner", f"V{n}", post_at(world, "owner", f"P{n}", n + 1))
        patrol_at(world, "owner", n + 1)
    assert asked() == few
    assert len(proposed(world, shared)) == units.SHOWN


def test_units_by_rest(world: World, shared: Incident, readers: Readers) -> None:
    post = post_at(world, "owner", "P1", 1)
    [found] = readers.owner.get(f"{shared.pk}/units/").json()["results"]
    assert found["id"] == str(post.pk)
    assert (found["kind"], found["agency"], found["is_free"]) == ("post", "KG-BS", True)
    assert found["minutes_from"] < found["minutes_to"]
    assert readers.partner.get(f"{shared.pk}/units/").json()["results"] == []
    assert_hidden(readers.outsider, "get", "{id}/units/", shared.pk)


# --- responses --------------------------------------------------------------------


def test_a_unit_is_sent_and_keeps_its_times(
    world: World, shared: Incident, readers: Readers
) -> None:
    """Dispatched, acknowledged, en route, on scene, clear; each with its time."""
    post = post_at(world, "partner", "P1", 1, release_to=["agency:KG-BS"])
    car = asset_at(world, "partner", "V1", post, release_to=["agency:KG-BS"])
    made = readers.owner.post(f"{shared.pk}/assign/", {"asset": str(car.pk)})
    assert made.status_code == 201
    first = made.json()
    assert (first["agency"], first["asset"], first["post"]) == (
        "TJ-BT",
        str(car.pk),
        None,
    )
    path = f"{shared.pk}/responses/{first['id']}/advance/"
    names = {
        "acknowledged": "acknowledged_at", "en_route": "en_route_at",
        "on_scene": "on_scene_at", "done": "ended_at",
    }  # fmt: skip
    for n, (state, name) in enumerate(names.items()):
        shown = readers.partner.post(path, {"state": state}).json()
        assert shown["state"] == state
        assert shown[name] == shown["changed_at"]
        later = list(names.values())[n + 1 :]
        assert all(shown[other] is None for other in later)
    back = readers.partner.post(path, {"state": "acknowledged"})
    assert problem(back)[:2] == (409, "response_over")


def test_a_step_back_is_refused(
    world: World, shared: Incident, readers: Readers
) -> None:
    made = readers.owner.post(f"{shared.pk}/assign/", {"agency": "TJ-BT"}).json()
    path = f"{shared.pk}/responses/{made['id']}/advance/"
    assert readers.partner.post(path, {"state": "en_route"}).status_code == 200
    back = readers.partner.post(path, {"state": "acknowledged"})
    assert problem(back)[:2] == (409, "response_not_forward")


@pytest.mark.parametrize(
    ("unit", "code"),
    [("theirs", "not_its_unit"), ("two", "one_unit"), ("broken", "unit_out_of_use")],
)
def test_a_unit_that_cannot_go(
    unit: str, code: str, world: World, shared: Incident, readers: Readers
) -> None:
    post = post_at(world, "owner", "P1", 1)
    broken = asset_at(world, "owner", "V1", post, status="unserviceable")
    bodies: dict[str, dict[str, str]] = {
        "theirs": {"agency": "TJ-BT", "post": str(post.pk)},
        "two": {"post": str(post.pk), "asset": str(broken.pk)},
        "broken": {"asset": str(broken.pk)},
    }
    refused = readers.owner.post(f"{shared.pk}/assign/", bodies[unit])
    assert problem(refused)[:2] == (400, code)
    # A partner offers its own alone, and what is hidden is as good as none.
    theirs = readers.partner.post(f"{shared.pk}/assign/", {"post": str(post.pk)})
    assert problem(theirs)[0] == 400
    assert "unknown_post" in theirs.content.decode()


def test_the_database_keeps_a_response_to_one_unit(
    world: World, incident: Incident
) -> None:
    post = post_at(world, "owner", "P1", 1)
    car = asset_at(world, "owner", "V1", post)
    made = respond(world.owner, incident, post=post)
    with (
        system("test"),
        pytest.raises(IntegrityError, match="response_one_unit"),
        transaction.atomic(),
    ):
        Response._base_manager.filter(pk=made.pk).update(asset=car)


def test_dispatched_by_the_page(
    world: World, shared: Incident, readers: Readers
) -> None:
    """The nearest patrol of another agency, by its button."""
    patrol = patrol_at(world, "partner", 2, ("agency:KG-BS",))
    hidden = post_at(world, "outsider", "HID", 1)
    page = readers.owner.get(f"/incidents/{shared.pk}/units/")
    assert f'value="patrol:{patrol.pk}"' in text(page)
    part = readers.owner.client.get(
        f"/incidents/{shared.pk}/units/", headers={"HX-Request": "true"}
    )
    assert "<html" not in text(part)
    path = f"/incidents/{shared.pk}/dispatch/"
    readers.owner.send(path, {"unit": f"post:{hidden.pk}"})
    readers.owner.send(path, {"unit": "post:------------------------------------"})
    assert readers.owner.get(f"{shared.pk}/responses/").json()["results"] == []
    assert readers.owner.send(path, {"unit": f"patrol:{patrol.pk}"}).status_code == 302
    [made] = readers.partner.get(f"{shared.pk}/responses/").json()["results"]
    assert (made["agency"], made["patrol"]) == ("TJ-BT", str(patrol.pk))
    assert patrol.ref in text(readers.owner.get(f"/incidents/{shared.pk}/"))


def test_a_unit_is_named_to_who_sees_it(
    world: World, shared: Incident, readers: Readers
) -> None:
    """Once the post is withdrawn from the owner, the response is there without it."""
    post = post_at(world, "partner", "SECRET-POST", 1)
    by = world.partner
    with acting(by):
        made = releases.release(record=post, to="agency:KG-BS", by=by)
    readers.partner.post(f"{shared.pk}/assign/", {"post": str(post.pk)})
    path, page = f"{shared.pk}/responses/", f"/incidents/{shared.pk}/"
    assert readers.owner.get(path).json()["results"][0]["post"] == str(post.pk)
    assert "SECRET-POST" in text(readers.owner.get(page))
    with acting(by):
        releases.revoke(record=post, release_id=made.pk, by=by)
    assert readers.owner.get(path).json()["results"][0]["post"] is None
    assert "SECRET-POST" not in text(readers.owner.get(page))
    assert "SECRET-POST" in text(readers.partner.get(page))
