"""The REST API of places, programmes and patrols, per actor."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.context import acting
from patrols import actions
from patrols.models import BorderSection
from tests.api.http import system
from tests.patrols.conftest import Callers, code_of, faults
from tests.patrols.series import (
    a_line,
    a_patrol,
    a_programme,
    a_zone,
    days_ahead,
    under_way,
)
from tests.world import World

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[70.2, 39.8], [70.9, 39.8], [70.9, 40.4], [70.2, 39.8]]],
}
LINE = {"type": "LineString", "coordinates": [[70, 40], [71, 40]]}
LISTS = (
    "zones/", "routes/", "checkpoints/", "border-sections/", "programmes/",
    "patrols/", "positions/",
)  # fmt: skip


def body_of_patrol(where: str, **values: Any) -> dict[str, Any]:
    """Return the body of a new patrol."""
    return {
        "agreement": "KG-TJ",
        "lead": "KG-BS",
        "participants": ["KG-BS", "TJ-BT"],
        "title": "Night watch",
        "zone": where,
        "starts_at": "2026-12-01T18:00:00Z",
        "ends_at": "2026-12-02T02:00:00+00:00",
    } | values


def body_of_programme(where: str, **values: Any) -> dict[str, Any]:
    """Return the body of a new programme."""
    return {
        "agreement": "KG-TJ",
        "code": "P-1",
        "name": "Two a week",
        "zone": where,
        "recurrence": "FREQ=WEEKLY;BYDAY=MO,TH",
        "first_on": "2026-01-01",
        "start_time": "06:30",
        "time_zone": "Asia/Bishkek",
        "duration": "08:00:00",
        "entitlements": {"KG-BS": 2, "TJ-BT": 1},
    } | values


def test_zone_through_its_life(callers: Callers) -> None:
    made = callers.owner.post(
        "zones/", {"code": "Z", "name": "Zone", "area": SQUARE, "tlp": "amber"}
    )
    assert made.status_code == 201, made.content
    zone = made.json()
    assert zone["area"]["type"] == "MultiPolygon"
    assert made["ETag"] == '"1"'
    assert callers.partner.get(f"zones/{zone['id']}/").status_code == 404
    released = callers.owner.post(
        f"zones/{zone['id']}/releases/", {"grantee": "agency:TJ-BT"}
    )
    assert released.status_code == 201
    assert callers.partner.get(f"zones/{zone['id']}/").json()["version"] == 1

    path = f"zones/{zone['id']}/"
    assert callers.owner.patch(path, {"name": "New"}).status_code == 428
    assert callers.owner.patch(path, {"name": "New"}, version=7).status_code == 412
    changed = callers.owner.patch(path, {"name": "New"}, version=1)
    assert changed.json()["name"] == "New"
    assert changed["ETag"] == '"2"'
    refused = callers.partner.patch(path, {"name": "Mine"}, version=2)
    assert refused.status_code == 403
    assert code_of(refused) == "not_owner"
    again = callers.owner.post("zones/", {"code": "Z", "name": "Zone", "area": SQUARE})
    assert again.status_code == 409
    assert code_of(again) == "code_taken"
    # Another agency's code is its own affair.
    theirs = callers.partner.post(
        "zones/", {"code": "Z", "name": "Zone", "area": SQUARE}
    )
    assert theirs.status_code == 201


@pytest.mark.parametrize(
    ("path", "geometry"),
    [
        ("routes/", {"line": LINE}),
        ("checkpoints/", {"place": {"type": "Point", "coordinates": [70, 40]}}),
    ],
)  # fmt: skip
def test_other_places(callers: Callers, path: str, geometry: Any) -> None:
    body = {"code": "C", "name": "Place", "release_to": ["agency:TJ-BT"], **geometry}
    made = callers.owner.post(path, body)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert callers.partner.get(f"{path}{pk}/").json()["code"] == "C"
    assert callers.outsider.get(f"{path}{pk}/").status_code == 404
    changed = callers.owner.patch(f"{path}{pk}/", {"name": "Renamed"}, version=1)
    assert changed.json()["name"] == "Renamed"


def test_border_sections_are_the_same_for_all(callers: Callers) -> None:
    with_line = "SRID=4326;MULTILINESTRING((70 40, 71 40))"
    BorderSection.objects.create(
        code="KG-TJ-01", name="Isfara", states=["KG", "TJ"], status="not_agreed",
        line=with_line,
    )  # fmt: skip
    pages = {
        callers.owner.get("border-sections/", status="not_agreed").content,
        callers.outsider.get("border-sections/", state="KG").content,
    }
    assert len(pages) == 1
    assert callers.owner.get("border-sections/KG-TJ-01/").status_code == 200
    assert callers.owner.post("border-sections/", {}).status_code == 405


def test_programme_through_its_life(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    made = callers.owner.post("programmes/", body_of_programme(str(zone.pk)))
    assert made.status_code == 201, made.content
    programme = made.json()
    assert programme["zone"] == str(zone.pk)
    assert programme["agreement"] == "KG-TJ"
    assert [r["grantee"] for r in programme["releases"]] == ["agency:TJ-BT"]

    theirs = callers.partner.get(f"programmes/{programme['id']}/").json()
    # The zone was not released to the partner.
    assert theirs["zone"] is None
    assert theirs["entitlements"] == {"KG-BS": 2, "TJ-BT": 1}
    path = f"programmes/{programme['id']}/"
    paused = callers.owner.patch(path, {"is_active": False}, version=1)
    assert paused.json()["is_active"] is False
    assert callers.partner.get("programmes/", is_active="false").json()["results"]
    assert not callers.partner.get("programmes/", is_active="true").json()["results"]


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"agreement": "KZ-UZ"}, "/agreement", "unknown"),
        ({"agreement": "none"}, "/agreement", "unknown"),
        ({"agreement": 5}, "/agreement", "unknown"),
        ({"zone": str(uuid.uuid4())}, "/zone", "unknown"),
        ({"zone": "zone"}, "/zone", "unknown"),
        ({"recurrence": "FREQ=HOURLY"}, "/recurrence", "bad_frequency"),
        ({"recurrence": "nonsense"}, "/recurrence", "bad_rule"),
        ({"time_zone": "Asia/Nowhere"}, "/time_zone", "unknown_time_zone"),
        ({"entitlements": {"UZ-BT": 1}}, "/entitlements/UZ-BT", "not_a_party"),
        ({"entitlements": {"KG-BS": 0}}, "/entitlements/KG-BS", "min_value"),
        ({"entitlements": {"KG-BS": 5000}}, "/entitlements/KG-BS", "bad_entitlement"),
        ({"entitlements": {}}, "/entitlements", "empty"),
        ({"section_codes": ["NONE"]}, "/section_codes", "unknown_section"),
        ({"duration": "0"}, "/duration", "bad_duration"),
        ({"purpose": "rescue"}, "/purpose", "purpose_not_permitted"),
        ({"level": 4}, "/level", "max_value"),
        ({"owner": "KG-BS"}, "/owner", "unknown_field"),
        ({"first_on": "1800-01-01"}, "/first_on", "bad_day"),
        ({"excepted_on": ["2026-01-01"] * 367}, "/excepted_on", "max_length"),
        ({"excepted_on": ["tomorrow"]}, "/excepted_on/0", "invalid"),
    ],
)
def test_bad_programmes(
    callers: Callers, world: World, wrong: Any, pointer: str, code: str
) -> None:
    zone = a_zone(world.owner)
    refused = callers.owner.post(
        "programmes/", body_of_programme(str(zone.pk), **wrong)
    )
    assert refused.status_code == 400
    assert faults(refused).get(pointer) == code, refused.content
    assert callers.owner.get("programmes/").json()["results"] == []


def test_patrol_through_its_life(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    made = callers.owner.post("patrols/", body_of_patrol(str(zone.pk)))
    assert made.status_code == 201, made.content
    path = f"patrols/{made.json()['id']}/"
    assert made["Location"] == f"/api/v1/{path}"
    assert made.json()["state"] == "planned"

    assert callers.owner.post(f"{path}agree/").json()["state"] == "proposed"
    assert callers.partner.post(f"{path}agree/").json()["state"] == "agreed"
    named = callers.owner.post(f"{path}commander/", {"commander": "officer:owner"})
    assert named.json()["commander"] == "officer:owner"
    # The partner knows the commander only if it is a liaison officer; this one is.
    assert callers.partner.get(path).json()["commander"] == "officer:owner"
    refused = callers.partner.post(f"{path}start/")
    assert (refused.status_code, code_of(refused)) == (403, "not_lead")
    started = callers.owner.post(f"{path}start/").json()
    assert (started["state"], started["ended_at"]) == ("under_way", None)
    assert code_of(callers.owner.post(f"{path}cancel/", {"reason": "x"})) == (
        "wrong_state"
    )
    early = datetime.now(UTC) - timedelta(days=2)
    refused = callers.owner.post(f"{path}complete/", {"at": early.isoformat()})
    assert faults(refused) == {"/at": "before_start"}
    assert callers.owner.post(f"{path}complete/").json()["state"] == "completed"


def test_patrol_is_cancelled(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    path = f"patrols/{patrol.pk}/"
    assert callers.owner.post(f"{path}cancel/", {}).status_code == 400
    assert callers.owner.post(f"{path}cancel/", {"reason": " "}).status_code == 400
    done = callers.owner.post(f"{path}cancel/", {"reason": "Snow on the pass."})
    assert (done.json()["state"], done.json()["cancel_reason"]) == (
        "cancelled", "Snow on the pass."
    )  # fmt: skip
    assert code_of(callers.owner.post(f"{path}agree/")) == "wrong_state"


def test_patrol_is_changed(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    path = f"patrols/{patrol.pk}/"
    changed = callers.owner.patch(path, {"title": "Day watch"}, version=1)
    assert (changed.json()["title"], changed.json()["version"]) == ("Day watch", 2)
    wrong = {"ends_at": "2001-01-01T00:00:00Z"}
    assert faults(callers.owner.patch(path, wrong, version=2)) == {
        "/ends_at": "bad_duration"
    }
    assert (
        callers.owner.patch(path, {"state": "completed"}, version=2).status_code == 400
    )


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"lead": "UZ-BT"}, "/lead", "lead_not_participant"),
        ({"lead": "NONE"}, "/lead", "does_not_exist"),
        ({"participants": ["KG-BS", "NONE"]}, "/participants", "unknown_agency"),
        ({"participants": []}, "/participants", "min_length"),
        ({"zone": None}, "/zone", "null"),
        ({"starts_at": "2026-12-01 18:00"}, "/starts_at", "no_time_zone"),
        ({"ends_at": "2026-12-01T18:00:00Z"}, "/ends_at", "bad_duration"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "/starts_at", "bad_day"),
        ({"title": 7}, "/title", "invalid"),
        ({"release_to": ["agency:NONE"]}, "/release_to/0", "unknown_grantee"),
    ],
)
def test_bad_patrols(
    callers: Callers, world: World, wrong: Any, pointer: str, code: str
) -> None:
    zone = a_zone(world.owner)
    refused = callers.owner.post("patrols/", body_of_patrol(str(zone.pk), **wrong))
    assert refused.status_code == 400
    assert faults(refused).get(pointer) == code, refused.content


def test_a_hidden_zone_is_like_none(callers: Callers, world: World) -> None:
    hidden = a_zone(world.partner)
    answers = [
        callers.owner.post("patrols/", body_of_patrol(str(pk))).content
        for pk in (hidden.pk, uuid.uuid4())
    ]
    assert answers[0] == answers[1]


def test_everything_hidden_is_as_if_it_were_not(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    programme = a_programme(world)
    with acting(world.owner):
        route = actions.create_route(by=world.owner, code="R", name="R", line=a_line())
    verbs = ["agree", "start", "complete", "cancel", "commander", "releases"]
    reads = [
        f"patrols/{patrol.pk}/", f"patrols/{patrol.pk}/track/",
        f"patrols/{patrol.pk}/releases/", f"programmes/{programme.pk}/",
        f"zones/{patrol.zone_id}/", f"routes/{route.pk}/",
    ]  # fmt: skip
    for path in reads:
        hidden = callers.outsider.get(path)
        pk = path.split("/")[1]
        none = callers.outsider.get(path.replace(pk, str(uuid.uuid4())))
        assert hidden.status_code == none.status_code == 404
        assert hidden.content == none.content
    for verb in verbs:
        hidden = callers.outsider.post(f"patrols/{patrol.pk}/{verb}/", {"reason": "x"})
        none = callers.outsider.post(f"patrols/{uuid.uuid4()}/{verb}/", {"reason": "x"})
        assert (hidden.status_code, hidden.content) == (404, none.content)
    for path in LISTS:
        assert callers.outsider.get(path).json()["results"] == []
    by_programme = [
        callers.outsider.get("patrols/", programme=str(pk))
        for pk in (programme.pk, uuid.uuid4())
    ]
    assert by_programme[0].status_code == 400
    assert by_programme[0].content == by_programme[1].content


def test_not_logged_in(callers: Callers, client: Any) -> None:
    for path in LISTS:
        assert client.get(f"/api/v1/{path}").status_code == 401


def test_client_with_scopes(world: World) -> None:
    machine = system(world, "KG-BS", "patrols:read")
    assert machine.get("patrols/").status_code == 200
    assert machine.post("zones/", {}).status_code == 403


def test_patrol_filters(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        opened = actions.open_patrols(
            programme=programme, upto=days_ahead(6), by=world.owner
        )
    single = under_way(world)
    with acting(world.owner):
        actions.add_fixes(
            patrol=single,
            fixes=[actions.NewFix(datetime.now(UTC), (70.31, 40.11))],
            by=world.owner,
        )

    def ids(**query: Any) -> list[str]:
        answer = callers.partner.get("patrols/", **query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    newest_first = [str(p.pk) for p in reversed(opened)]
    assert ids(programme=str(programme.pk)) == newest_first
    assert ids(state="under_way") == [str(single.pk)]
    assert ids(lead="TJ-BT") == [
        str(p.pk) for p in opened[::-1] if p.lead.code == "TJ-BT"
    ]
    assert ids(bbox="70,40,71,41") == [str(single.pk)]
    assert ids(bbox="-180,-90,180,90") == [str(single.pk)]
    assert ids(bbox="60,40,61,41") == []
    after = opened[2].starts_at.isoformat()
    assert ids(starts_after=after) == newest_first[:-3]
    assert ids(starts_before=after, programme=str(programme.pk)) == newest_first[-2:]
    assert ids(updated_after=datetime.now(UTC).isoformat()) == []
    for wrong in (
        {"state": "gone"}, {"bbox": "1,2,3"}, {"bbox": "71,40,70,41"},
        {"starts_after": "yesterday"}, {"zone__code": "Z"}, {"ordering": "title"},
        {"lead": "NONE"}, {"programme": "x"},
    ):  # fmt: skip
        assert callers.partner.get("patrols/", **wrong).status_code == 400, wrong


def test_tear_line_hides_what_it_must(callers: Callers, world: World) -> None:
    patrol = under_way(world, participants=["KG-BS"])
    path = f"patrols/{patrol.pk}/"
    callers.owner.post(f"{path}commander/", {"commander": "officer:owner"})
    made = callers.owner.post(
        f"{path}releases/", {"grantee": "agency:TJ-BT", "scope": "tearline"}
    )
    assert made.status_code == 201
    assert callers.partner.get(path).status_code == 404
    (seen,) = callers.partner.get("patrols/").json()["results"]
    assert seen["id"] != str(patrol.pk)
    assert (seen["title"], seen["commander"], seen["tear_line_of"]) == (
        "Joint patrol", None, None,
    )  # fmt: skip
    # The owner's list leaves its doubles out, and finds them when asked.
    assert len(callers.owner.get("patrols/").json()["results"]) == 1
    both = callers.owner.get("patrols/", tear_lines="include").json()["results"]
    assert len(both) == 2
    tear_line = callers.owner.get(f"patrols/{seen['id']}/")
    assert tear_line.json()["tear_line_of"] == str(patrol.pk)
    refused = callers.owner.post(f"patrols/{seen['id']}/agree/")
    assert code_of(refused) == "wrong_state"


def test_constant_queries(callers: Callers, world: World) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert callers.partner.get(path).status_code == 200
        return len(seen)

    programme = a_programme(world)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(3), by=world.owner)
    queries("patrols/")
    few = queries("patrols/")
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(20), by=world.owner)
    assert queries("patrols/") == few
    few = queries("programmes/")
    a_programme(world, code="OTHER", zone_code="Z-2")
    assert queries("programmes/") == few
