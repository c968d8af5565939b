"""Positions: in bulk, once each, under row-level security."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from agencies.actions import releases
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.shown import headline
from live.models import Event
from patrols import actions
from patrols.actions import NewFix
from patrols.models import Fix, Patrol
from tests.patrols.conftest import Callers, code_of, faults
from tests.patrols.series import a_patrol, agree, under_way
from tests.world import World

OLD = datetime(1999, 1, 1, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    """Return a moment some minutes past."""
    return datetime.now(UTC) - timedelta(minutes=minutes)


def fix(
    minutes: float = 0, place: tuple[float, float] = (70.3, 40.1), **more: Any
) -> NewFix:
    """Return a position some minutes old."""
    return NewFix(ago(minutes), place, **more)


def add(world: World, patrol: Patrol, *fixes: NewFix, by: Any = None) -> int:
    """Send positions."""
    by = by or world.owner
    with acting(by):
        return actions.add_fixes(patrol=patrol, fixes=fixes, by=by)


def row_of(world: World, patrol: Patrol) -> Patrol:
    """Read the patrol anew."""
    with acting(world.owner):
        return Patrol.objects.visible_to(world.owner).get(pk=patrol.pk)


def test_the_application_has_no_way_around_row_security(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False)


def test_batch_counts_once(world: World) -> None:
    patrol = under_way(world)
    batch = [fix(5), fix(4, device="a"), fix(3, device="b", speed_mps=1.5)]
    assert add(world, patrol, *batch, batch[0]) == 3
    assert add(world, patrol, *batch) == 0
    assert add(world, patrol, *batch, fix(2), by=world.partner) == 1
    with acting(world.partner):
        stored = Fix.objects.visible_to(world.partner).filter(patrol=patrol)
        assert stored.count() == 4
        assert {f.cell for f in stored} == {stored[0].cell}
        assert stored.get(device="b").speed_mps == 1.5
        assert all(f.audience == patrol.audience or set(f.audience) for f in stored)
    row = row_of(world, patrol)
    with acting(world.owner):
        stored = Fix.objects.visible_to(world.owner).filter(patrol=patrol)
        assert {tuple(f.audience) for f in stored} == {tuple(row.audience)}
        assert {f.expiring for f in stored} == {None}


def test_last_place_moves_forward_only(world: World) -> None:
    patrol = under_way(world)
    version = patrol.version
    add(
        world, patrol, fix(10, (70.1, 40.1)), fix(5, (70.2, 40.2)), fix(8, (70.3, 40.3))
    )
    row = row_of(world, patrol)
    assert row.last_place.coords == (70.2, 40.2)
    add(world, patrol, fix(7, (70.9, 40.9)))
    row = row_of(world, patrol)
    assert row.last_place.coords == (70.2, 40.2)
    assert row.version == version
    with system("test"):
        moved = Event.objects.filter(subject_id=patrol.pk, kind="patrol.moved")
        assert [e.detail for e in moved.order_by("at")] == [{"fixes": 3}, {"fixes": 1}]
    assert add(world, patrol, fix(7, (70.9, 40.9))) == 1


def test_headline_has_the_last_place(world: World) -> None:
    patrol = under_way(world)
    add(world, patrol, fix(1))
    with acting(world.owner):
        rows = Patrol.objects.visible_to(world.owner)
        text = Cast(headline(Patrol), TextField())
        [said] = rows.annotate(told=text).values_list("told", flat=True)
    told = json.loads(said)
    assert told["place"] == {"type": "Point", "coordinates": [70.3, 40.1]}
    assert told["lead"] == "KG-BS"


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        (fix(-600), "in_the_future", "/fixes/1/at"),
        (NewFix(OLD, (70, 40)), "out_of_range", "/fixes/1/at"),
        (NewFix(datetime(2026, 1, 1), (70, 40)), "no_time_zone", "/fixes/1/at"),  # noqa: DTZ001
        (fix(0, (181, 40)), "out_of_range", "/fixes/1/place"),
        (fix(0, (70, float("nan"))), "out_of_range", "/fixes/1/place"),
        (fix(0, (float("inf"), 40)), "out_of_range", "/fixes/1/place"),
        (fix(speed_mps=-1), "out_of_range", "/fixes/1/speed_mps"),
        (fix(heading_deg=361), "out_of_range", "/fixes/1/heading_deg"),
        (fix(accuracy_m=float("nan")), "out_of_range", "/fixes/1/accuracy_m"),
        (fix(device="x" * 41), "too_long", "/fixes/1/device"),
        (fix(device="a\0"), "too_long", "/fixes/1/device"),
    ],
)  # fmt: skip
def test_one_bad_fix_refuses_the_batch(
    world: World, wrong: NewFix, code: str, pointer: str
) -> None:
    patrol = under_way(world)
    with pytest.raises(Invalid) as refused:
        add(world, patrol, fix(1), wrong)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    with acting(world.owner):
        assert not Fix.objects.visible_to(world.owner).exists()


@pytest.mark.parametrize("number", [0, 5001])
def test_size_of_a_batch(world: World, number: int) -> None:
    patrol = under_way(world)
    with pytest.raises(Invalid) as refused:
        add(world, patrol, *[fix(1)] * number)
    assert refused.value.code == "bad_batch"


def test_largest_batch(world: World) -> None:
    patrol = under_way(world)
    batch = [fix(n / 60, (70 + n / 10_000, 40)) for n in range(5000)]
    assert add(world, patrol, *batch) == 5000
    assert add(world, patrol, *batch) == 0


def test_only_who_takes_part_sends(world: World) -> None:
    patrol = under_way(world, release_to=["agency:UZ-BT"])
    with pytest.raises(Forbidden) as refused:
        add(world, patrol, fix(), by=world.late)
    assert refused.value.code == "not_participant"
    with pytest.raises(Forbidden) as refused:
        add(world, patrol, fix(), by=world.actor("owner_observer"))
    assert refused.value.code == "permission"
    with pytest.raises(NotFound):
        add(world, patrol, fix(), by=world.outsider)


def test_only_while_under_way_or_just_back(world: World) -> None:
    patrol = a_patrol(world)
    with pytest.raises(Conflict) as refused:
        add(world, patrol, fix())
    assert refused.value.code == "not_under_way"
    late = under_way(world, zone_code="Z-2")
    with acting(world.owner):
        actions.complete(patrol=late, by=world.owner)
    assert add(world, late, fix(1)) == 1

    old = a_patrol(world, zone_code="Z-3", starts_at=ago(60 * 30))
    by = world.owner
    agree(world, old)
    with acting(by):
        actions.start(patrol=old, by=by, at=ago(60 * 30))
        actions.complete(patrol=old, by=by, at=ago(60 * 25))
    with pytest.raises(Conflict):
        add(world, old, fix(60 * 26))


def test_fixes_follow_the_patrols_audience(world: World) -> None:
    patrol = under_way(world, participants=["KG-BS"])
    by = world.owner
    with acting(by):
        made = releases.release(
            record=patrol, to="agency:UZ-BT", by=by,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )  # fmt: skip
    add(world, patrol, fix(1))
    with acting(world.late):
        assert Fix.objects.visible_to(world.late).count() == 1
    with acting(by):
        releases.revoke(record=patrol, release_id=made.pk, by=by)
    add(world, patrol, fix(0.5))
    with acting(world.late):
        assert Fix.objects.visible_to(world.late).count() == 0
        assert Fix._base_manager.count() == 0
    with acting(by):
        assert Fix.objects.visible_to(by).count() == 2


# --- over REST ----------------------------------------------------------------


def body(patrol: Patrol | str, *fixes: Any) -> dict[str, Any]:
    """Return a batch as the API takes it."""
    pk = patrol if isinstance(patrol, str) else str(patrol.pk)
    return {"patrol": pk, "fixes": list(fixes)}


def point(minutes: float = 1, **more: Any) -> dict[str, Any]:
    """Return a position as the API takes it."""
    place = {"type": "Point", "coordinates": [70.3, 40.1]}
    return {"at": ago(minutes).isoformat(), "place": place} | more


def test_positions_over_rest(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    batch = body(patrol, point(3), point(2, speed_mps=2, device="radio 7"))
    sent = callers.owner.post("positions/", batch)
    assert (sent.status_code, sent.json()) == (200, {"accepted": 2, "duplicates": 0})
    again = callers.partner.post("positions/", batch)
    assert again.json() == {"accepted": 0, "duplicates": 2}

    seen = callers.partner.get("positions/", patrol=str(patrol.pk)).json()["results"]
    assert [p["device"] for p in seen] == ["radio 7", ""]
    assert seen[0]["place"] == {"type": "Point", "coordinates": [70.3, 40.1]}
    since = ago(2.5).isoformat()
    assert len(callers.partner.get("positions/", since=since).json()["results"]) == 1
    for box, number in [("70,40,71,41", 2), ("60,40,61,41", 0)]:
        assert (
            len(callers.partner.get("positions/", bbox=box).json()["results"]) == number
        )
    assert callers.outsider.get("positions/").json()["results"] == []
    page = callers.partner.get("positions/", limit=1).json()
    assert page["next"]
    track = callers.partner.get(f"patrols/{patrol.pk}/track/").json()
    assert track["geometry"]["type"] == "LineString"
    assert track["properties"]["times"][0] < track["properties"]["times"][1]
    part = callers.partner.get(f"patrols/{patrol.pk}/track/", since=since).json()
    assert part["geometry"]["type"] == "Point"
    assert (
        callers.partner.get(f"patrols/{patrol.pk}/track/", since="x").status_code == 400
    )
    assert (
        callers.partner.get(f"patrols/{patrol.pk}/track/", till="x").status_code == 400
    )


def at(coordinates: Any) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"place": {"type": "Point", "coordinates": coordinates}}


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"at": "yesterday"}, "/fixes/0/at", "not_a_time"),
        ({"at": 5}, "/fixes/0/at", "not_a_time"),
        ({"at": "2026-01-01T08:00:00"}, "/fixes/0/at", "no_time_zone"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "/fixes/0/at", "out_of_range"),
        ({"place": [70, 40]}, "/fixes/0/place", "not_a_point"),
        (at([70]), "/fixes/0/place", "not_a_point"),
        (at([True, 40]), "/fixes/0/place", "not_a_point"),
        (at([70, 140]), "/fixes/0/place", "out_of_range"),
        ({"speed_mps": "fast"}, "/fixes/0/speed_mps", "not_a_number"),
        ({"device": 7}, "/fixes/0/device", "not_text"),
        ({"audience": []}, "/fixes/0/audience", "unknown_field"),
    ],
)  # fmt: skip
def test_bad_positions_over_rest(
    callers: Callers, world: World, wrong: Any, pointer: str, code: str
) -> None:
    patrol = under_way(world)
    refused = callers.owner.post("positions/", body(patrol, point() | wrong))
    assert refused.status_code == 400
    assert faults(refused) == {pointer: code}


def test_other_bad_batches(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    for wrong in (
        {}, {"patrol": str(patrol.pk)}, body(patrol), body(patrol, 7),
        body("x", point()),
        body(patrol, *[point()] * 5001), body(patrol, point()) | {"by": "me"},
    ):  # fmt: skip
        assert callers.owner.post("positions/", wrong).status_code == 400
    hidden = callers.outsider.post("positions/", body(patrol, point()))
    none = callers.outsider.post(
        "positions/", body("11111111-1111-4111-8111-111111111111", point())
    )
    assert (hidden.status_code, hidden.content) == (400, none.content)
    done = a_patrol(world, zone_code="Z-2")
    refused = callers.owner.post("positions/", body(done, point()))
    assert (refused.status_code, code_of(refused)) == (409, "not_under_way")


def test_times_in_any_zone(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    at = ago(5).astimezone(timezone(timedelta(hours=6)))
    sent = callers.owner.post("positions/", body(patrol, point(at=at.isoformat())))
    assert sent.status_code == 200
    (seen,) = callers.owner.get("positions/").json()["results"]
    assert datetime.fromisoformat(seen["at"]) == at
