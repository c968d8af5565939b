"""Whoever was not released an incident cannot tell that it exists."""

from typing import Any
from uuid import uuid4

import pytest

from agencies.context import acting
from agencies.models import Agency
from incidents.models import Incident
from patrols import actions as patrols
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    body,
    problem,
    report,
)
from tests.world import AREA, World, soon

READS = ["{id}/", "{id}/log/", "{id}/responses/", "{id}/releases/", "{id}/tear-line/"]
VERBS: list[tuple[str, Any]] = [
    ("{id}/acknowledge/", {}),
    ("{id}/assign/", {"agency": "KZ-BS"}),
    ("{id}/log/", {"text": "x"}),
    ("{id}/log/", {"text": 7, "unknown": 1}),
    ("{id}/resolve/", {}),
    ("{id}/close/", {"reason": "handled"}),
    ("{id}/releases/", {"grantee": "agency:KZ-BS"}),
    (f"{{id}}/responses/{uuid4()}/advance/", {"state": "done"}),
]
PAGES = ["/incidents/{id}/", "/incidents/{id}/edit/"]
FORMS: list[tuple[str, Any]] = [
    ("/incidents/{id}/edit/", {"title": "x"}),
    ("/incidents/{id}/acknowledge/", {}),
    ("/incidents/{id}/assign/", {"agency": "KZ-BS"}),
    ("/incidents/{id}/log/", {"text": "x", "sharing": "own"}),
    ("/incidents/{id}/resolve/", {}),
    ("/incidents/{id}/close/", {"reason": "handled"}),
    ("/incidents/{id}/releases/", {"grantee": "agency:KZ-BS", "scope": "full"}),
    (f"/incidents/{{id}}/responses/{uuid4()}/", {"state": "done"}),
    (f"/incidents/{{id}}/releases/{uuid4()}/end/", {}),
]
HIDDEN_FROM = ["outsider", "late", "partner_low"]


@pytest.fixture
def deep(world: World) -> Incident:
    """An incident of level 1 that the partner sees and its uncleared staff not."""
    return report(world, level=1, release_to=["agency:TJ-BT"])


@pytest.mark.parametrize("name", HIDDEN_FROM)
def test_not_there_and_not_visible_are_one_answer(
    deep: Incident, readers: Readers, name: str
) -> None:
    """Each endpoint and page: byte-equal to an id that nobody has (L33)."""
    reader = getattr(readers, name)
    assert readers.partner.get(f"{deep.pk}/").status_code == 200
    for path in READS + PAGES:
        assert_hidden(reader, "get", path, deep.pk)
    for path, data in VERBS:
        assert_hidden(reader, "post", path, deep.pk, data)
    for path, data in FORMS:
        assert_hidden(reader, "send", path, deep.pk, data)
    assert_hidden(reader, "patch", "{id}/", deep.pk, {"title": "x"})
    assert_hidden(reader, "delete", f"{{id}}/releases/{uuid4()}/", deep.pk)


@pytest.mark.parametrize("name", HIDDEN_FROM)
def test_no_list_changes_by_what_is_hidden(
    world: World, readers: Readers, name: str
) -> None:
    """REST, page, fragment and map are the same bytes before and after (L14, L15)."""
    report(world, by="late", release_to=["agency:TJ-BT", "agency:KZ-BS"], level=0)
    paths = [
        "/api/v1/incidents/",
        "/api/v1/incidents/?bbox=70,40,71,41",
        "/incidents/open/",
        "/incidents/map.geojson",
    ]
    reader = getattr(readers, name)
    before = [reader.get(path).content for path in paths]
    for _n in range(3):
        report(world, level=1, release_to=["agency:TJ-BT"])
    assert [reader.get(path).content for path in paths] == before
    assert all(b"CANARY-TITLE" in content for content in before)


def test_a_late_joiner_sees_what_comes_after(world: World, readers: Readers) -> None:
    """Joining an agreement never opens the past."""
    old = report(world, release_to=["agreement:KG-TJ"])
    world.join("UZ-BT")
    new = report(world, release_to=["agreement:KG-TJ"])
    rows = readers.late.get().json()["results"]
    assert [row["ref"] for row in rows] == [new.ref]
    assert_hidden(readers.late, "get", "{id}/", old.pk)
    world.leave("UZ-BT")
    assert readers.late.get().json()["results"] == []


def test_foreign_references_tell_nothing(readers: Readers, incident: Incident) -> None:
    """A hidden id in a body is refused exactly like a random one (L4, L32)."""
    made = readers.outsider.post(data=body()).json()
    for field, path in [("patrol", f"{made['id']}/assign/"), ("patrol", "")]:
        answers = []
        for pk in (incident.pk, uuid4()):
            data = body(patrol=str(pk)) if not path else {field: str(pk)}
            answers.append(readers.outsider.post(path, data).content)
        assert answers[0] == answers[1]
    for grantee in ("officer:owner_low", "officer:nobody", "agreement:KG-TJ"):
        refused = readers.outsider.post(data=body(release_to=[grantee]))
        assert problem(refused) == (400, "unknown_grantee", ["/release_to/0"])


def test_a_patrol_that_the_reader_does_not_see_is_null(
    world: World, readers: Readers
) -> None:
    """The link is not shown, not filtered by, and not lost by an edit (L20)."""
    actor = world.owner
    with acting(actor):
        zone = patrols.create_zone(by=actor, code="Z1", name="Zone", area=AREA)
        patrol = patrols.plan(
            by=actor,
            lead=Agency.objects.get(code="KG-BS"),
            participants=["KG-BS"],
            title="CANARY-PATROL",
            zone=zone,
            starts_at=soon(1),
            ends_at=soon(9),
        )
    made = report(world, patrol=patrol, release_to=["agency:TJ-BT"])
    path = f"{made.pk}/"
    assert readers.owner.get(path).json()["patrol"] == str(patrol.pk)
    assert readers.partner.get(path).json()["patrol"] is None
    page = readers.partner.get(f"/incidents/{made.pk}/").content
    assert patrol.ref.encode() not in page
    assert str(patrol.pk).encode() not in page
    assert patrol.ref.encode() in readers.owner.get(f"/incidents/{made.pk}/").content
    assert [
        problem(readers.partner.get(patrol=str(pk))) for pk in (patrol.pk, uuid4())
    ] == [(400, "bad_filter", [])] * 2
    response = readers.owner.post(f"{made.pk}/assign/", {"patrol": str(patrol.pk)})
    assert response.json()["patrol"] == str(patrol.pk)
    assert readers.partner.get(f"{made.pk}/responses/").json()["results"] == []


def test_who_wrote_it_is_told_to_whom_may_know(world: World, readers: Readers) -> None:
    """A partner learns the author when that officer is a liaison officer."""
    made = report(world, release_to=["agency:TJ-BT"])
    assert readers.partner.get(f"{made.pk}/").json()["author"] == "officer:owner"
    other = report(world, by="late", release_to=["agency:TJ-BT"])
    assert readers.partner.get(f"{other.pk}/").json()["author"] is None
    assert readers.late.get(f"{other.pk}/").json()["author"] == "officer:late"


def test_what_was_released_and_ended_is_gone_everywhere(
    shared: Incident, readers: Readers
) -> None:
    """The children go with the incident, and none of them answers (L2)."""
    partner = readers.partner
    partner.post(f"{shared.pk}/log/", {"text": "CANARY-LOG"})
    response = partner.post(f"{shared.pk}/assign/", {"agency": "TJ-BT"}).json()["id"]
    release = partner.get(f"{shared.pk}/").json()["releases"][0]["id"]
    refused = partner.delete(f"{shared.pk}/releases/{release}/")
    assert problem(refused)[:2] == (403, "not_owner")
    assert readers.owner.delete(f"{shared.pk}/releases/{release}/").status_code == 204
    for path in READS + PAGES:
        assert_hidden(partner, "get", path, shared.pk)
    path = f"{{id}}/responses/{response}/advance/"
    assert_hidden(partner, "post", path, shared.pk, {"state": "done"})
    gone = readers.owner.delete(f"{shared.pk}/releases/{release}/")
    assert problem(gone)[:2] == (404, "not_found")
    # The owner still has what the partner wrote for it.
    lines = readers.owner.get(f"{shared.pk}/log/").json()["results"]
    assert [line["text"] for line in lines] == ["CANARY-LOG"]


def test_another_incidents_children_are_not_reached_through_this_one(
    world: World, readers: Readers
) -> None:
    """Mismatched parent and child: not found, and nothing changes (L7)."""
    one = report(world, release_to=["agency:TJ-BT"])
    two = report(world, release_to=["agency:TJ-BT"])
    made = readers.owner.post(f"{one.pk}/assign/", {"agency": "TJ-BT"}).json()["id"]
    moved = readers.owner.post(f"{two.pk}/responses/{made}/advance/", {"state": "done"})
    assert problem(moved)[:2] == (404, "not_found")
    release = readers.owner.get(f"{one.pk}/").json()["releases"][0]["id"]
    ended = readers.owner.delete(f"{two.pk}/releases/{release}/")
    assert problem(ended)[:2] == (404, "not_found")
    bad = readers.owner.post(f"{one.pk}/responses/x/advance/", {"state": "done"})
    assert problem(bad)[:2] == (404, "not_found")
