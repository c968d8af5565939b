"""The REST API of incidents: reporting, reading, filtering, and each verb."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions import accounts
from agencies.context import acting
from agencies.models import Agency
from incidents.models import Incident
from patrols import actions as patrols
from tests.api.http import system
from tests.incidents.conftest import BASE, Readers, body, problem, report, text
from tests.stack import ROOT
from tests.world import AREA, World, soon


def test_reporting_answers_with_the_whole_incident(readers: Readers) -> None:
    """201 with id, ref, owner, state, releases, ETag and Location."""
    answer = readers.owner.post(data=body(release_to=["agency:TJ-BT"]))
    made = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"{BASE}{made['id']}/"
    assert answer["ETag"] == '"1"'
    assert made["ref"].startswith("KG-BS-")
    assert (made["owner"], made["state"]) == ("KG-BS", "reported")
    assert [r["grantee"] for r in made["releases"]] == ["agency:TJ-BT"]
    assert made["place"] == {"type": "Point", "coordinates": [70.6, 40.1]}
    assert made["occurred_at"] == "2026-01-31T08:00:00Z"
    assert made["author"] == "officer:owner"
    assert readers.owner.get(f"{made['id']}/").json() == made


def test_the_location_of_a_new_incident_answers(readers: Readers) -> None:
    """The header leads to the same representation, for the partner too."""
    answer = readers.owner.post(data=body(release_to=["agreement:KG-TJ"]))
    seen = readers.partner.get(answer["Location"]).json()
    assert seen["ref"] == answer.json()["ref"]
    assert seen["releases"][0]["grantee"] == "agreement:KG-TJ"


def test_a_machine_of_an_agency_reports(world: World, readers: Readers) -> None:
    """A client has no author; its label is for its own agency only."""
    machine = system(world, "KG-BS")
    answer = machine.post(BASE, body(release_to=["agency:TJ-BT"]))
    assert answer.status_code == 201
    assert answer.json()["author"] is None
    pk = answer.json()["id"]
    red = machine.post(BASE, body(tlp="red"))
    assert problem(red) == (400, "red_needs_author", ["/tlp"])
    machine.post(f"{BASE}{pk}/log/", {"text": "Seen by radar", "sharing": "all"})
    assert readers.owner.get(f"{pk}/log/").json()["results"][0]["by"] is not None
    assert readers.partner.get(f"{pk}/log/").json()["results"][0]["by"] is None


def test_releasing_at_once_needs_the_right_to_release(
    world: World, readers: Readers
) -> None:
    """Whoever may only report does not widen anything by reporting."""
    officer = world.officers["owner_low"]
    with acting(world.admin):
        accounts.change_officer(officer=officer, roles=["crew"], by=world.admin)
    crew = readers.owner_low
    refused = crew.post(data=body(release_to=["agency:TJ-BT"]))
    assert problem(refused)[:2] == (403, "permission")
    assert crew.post(data=body()).status_code == 201


def test_lists_are_newest_first_and_page_by_cursor(
    world: World, readers: Readers
) -> None:
    """No counts; the cursor leads on."""
    made = [report(world, occurred_at=soon(-n)) for n in range(1, 6)]
    first = readers.owner.get(limit=2).json()
    assert set(first) == {"next", "previous", "results"}
    second = readers.owner.client.get(first["next"]).json()
    refs = [row["ref"] for row in first["results"] + second["results"]]
    assert refs == [row.ref for row in made[:4]]


def test_every_filter(world: World, readers: Readers) -> None:
    """Each filter of the allow-list keeps what it says."""
    one = report(world, severity="extreme", occurred_at=soon(-1))
    two = report(world, category="drugs", occurred_at=soon(-48))
    three = report(world, by="partner", release_to=["agency:KG-BS"])
    readers.owner.post(f"{two.pk}/resolve/")

    def refs(**query: Any) -> set[str]:
        answer = readers.owner.get(**query)
        assert answer.status_code == 200, answer.content
        return {row["ref"] for row in answer.json()["results"]}

    everything = {one.ref, two.ref, three.ref}
    assert refs() == everything
    assert refs(text=two.ref.lower()) == {two.ref}
    assert refs(text="nothing of the kind") == set()
    assert refs(severity="extreme") == {one.ref}
    assert refs(severity=["extreme", "moderate"]) == everything
    assert refs(category="drugs") == {two.ref}
    assert refs(state="resolved") == {two.ref}
    assert refs(is_open="true") == {one.ref, three.ref}
    assert refs(is_open="false") == {two.ref}
    assert refs(owner="TJ-BT") == {three.ref}
    assert refs(occurred_after=soon(-24).isoformat()) == {one.ref, three.ref}
    assert refs(occurred_before=soon(-24).isoformat()) == {two.ref}
    assert refs(updated_after=soon(-0.1).isoformat()) == everything
    assert refs(bbox="70.5,40.0,70.7,40.2") == everything
    assert refs(bbox="60,30,80,50") == everything
    assert refs(bbox="70.6,40.1,70.7,40.2") == everything
    assert refs(bbox="70.61,40.0,70.7,40.2") == set()


@pytest.mark.parametrize(
    "query",
    [
        {"title": "x"},
        {"text": "x" * 101},
        {"text": "\0"},
        {"owner__code": "KG-BS"},
        {"tear_line_of": str(uuid4())},
        {"ordering": "narrative"},
        {"severity": "awful"},
        {"state": "open"},
        {"owner": "XX-XX"},
        {"is_open": "maybe"},
        {"occurred_after": "2026-01-31T08:00:00"},
        {"occurred_after": "yesterday"},
        {"bbox": "70,40,71"},
        {"bbox": "71,40,70,41"},
        {"bbox": "70,40,71,nan"},
        {"bbox": "-200,40,71,41"},
        {"patrol": str(uuid4())},
        {"patrol": "x"},
        {"tear_lines": "only"},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "abc"},
    ],
)
def test_a_filter_that_is_not_understood_is_refused(
    readers: Readers, query: dict[str, str]
) -> None:
    """Unknown names and values are an error, never silence (L11)."""
    assert problem(readers.owner.get(**query))[0] == 400


def test_reading_takes_as_many_queries_for_one_as_for_many(
    world: World, readers: Readers
) -> None:
    """A page of ten costs the same queries as a page of one."""

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert readers.owner.get().status_code == 200
        return len(caught)

    made = report(world, release_to=["agency:TJ-BT"])
    readers.partner.post(f"{made.pk}/acknowledge/")
    readers.owner.get()
    before = queries()
    for _n in range(9):
        made = report(world, release_to=["agency:TJ-BT", "agreement:KG-TJ"])
        readers.partner.post(f"{made.pk}/acknowledge/")
    assert queries() == before


def test_changing_needs_the_version_that_was_read(
    shared: Incident, readers: Readers
) -> None:
    """Without If-Match 428, with an old one 412; a change raises the version."""
    path = f"{shared.pk}/"
    change = {"title": "Better"}
    assert problem(readers.owner.patch(path, change))[:2] == (428, "if_match_required")
    changed = readers.owner.patch(path, change, **{"If-Match": '"1"'})
    assert changed.status_code == 200
    assert (changed.json()["title"], changed["ETag"]) == ("Better", '"2"')
    stale = readers.owner.patch(path, {"title": "Worse"}, **{"If-Match": '"1"'})
    assert problem(stale)[:2] == (412, "stale")
    same = readers.owner.patch(path, change, **{"If-Match": '"2"'})
    assert same["ETag"] == '"2"'
    verb = readers.owner.post(f"{shared.pk}/resolve/", **{"If-Match": '"1"'})
    assert problem(verb)[:2] == (412, "stale")


def test_only_the_owner_changes_what_is_reported(
    shared: Incident, readers: Readers
) -> None:
    """A partner who sees it is told so; roles without the right as well."""
    path = f"{shared.pk}/"
    match = {"If-Match": '"1"'}
    refused = readers.partner.patch(path, {"title": "Mine"}, **match)
    assert problem(refused)[:2] == (403, "not_owner")
    refused = readers.owner_observer.patch(path, {"title": "Mine"}, **match)
    assert problem(refused)[:2] == (403, "permission")
    for verb, data in [("resolve", {}), ("close", {"reason": "handled"})]:
        refused = readers.partner.post(f"{shared.pk}/{verb}/", data)
        assert problem(refused)[:2] == (403, "not_owner")


def test_from_reported_to_closed(shared: Incident, readers: Readers) -> None:
    """The states follow each other; closed is the end."""
    owner, pk = readers.owner, shared.pk
    owner.post(f"{pk}/assign/", {"agency": "TJ-BT"})
    assert owner.get(f"{pk}/").json()["state"] == "responding"
    resolved = owner.post(f"{pk}/resolve/").json()
    assert resolved["state"] == "resolved"
    assert resolved["resolved_at"] is not None
    assert problem(owner.post(f"{pk}/resolve/"))[:2] == (409, "not_open")
    assert problem(owner.post(f"{pk}/assign/", {"agency": "TJ-BT"}))[:2] == (
        409,
        "not_open",
    )
    closed = owner.post(f"{pk}/close/", {"reason": "handled"}).json()
    assert (closed["state"], closed["close_reason"]) == ("closed", "handled")
    again = owner.post(f"{pk}/close/", {"reason": "handled"})
    assert problem(again)[:2] == (409, "closed")
    version = readers.owner.get(f"{pk}/")["ETag"]
    edited = owner.patch(f"{pk}/", {"title": "x"}, **{"If-Match": version})
    assert problem(edited)[:2] == (409, "closed")
    # What comes to light afterwards can still be written down.
    assert owner.post(f"{pk}/log/", {"text": "After action"}).status_code == 201


def test_a_response_moves_forward_only(shared: Incident, readers: Readers) -> None:
    """Assigned, en route, on scene, done; or declined."""
    made = readers.owner.post(f"{shared.pk}/assign/", {"agency": "TJ-BT", "task": "Go"})
    assert made.status_code == 201
    assert made.json()["agency"] == "TJ-BT"
    path = f"{shared.pk}/responses/{made.json()['id']}/advance/"
    moved = readers.partner.post(path, {"state": "en_route"})
    assert (moved.status_code, moved.json()["state"]) == (200, "en_route")
    back = readers.partner.post(path, {"state": "assigned"})
    assert problem(back)[:2] == (409, "response_not_forward")
    assert readers.owner.post(path, {"state": "done"}).json()["state"] == "done"
    over = readers.partner.post(path, {"state": "declined", "remark": "Too late"})
    assert problem(over)[:2] == (409, "response_over")
    rows = readers.partner.get(f"{shared.pk}/responses/").json()["results"]
    assert [row["state"] for row in rows] == ["done"]


def test_a_step_has_who_and_why(shared: Incident, readers: Readers) -> None:
    """The last remark stays until there is another, and all of them in the log."""
    made = readers.owner.post(f"{shared.pk}/assign/", {"agency": "TJ-BT"}).json()
    assert (made["changed_by"], made["remark"]) == ("officer:owner", "")
    path = f"{shared.pk}/responses/{made['id']}/advance/"
    left = {"state": "en_route", "remark": " Leaving with two "}
    told = readers.partner.post(path, left).json()
    assert (told["changed_by"], told["remark"]) == (
        "officer:partner",
        "Leaving with two",
    )
    assert readers.partner.post(path, {"state": "on_scene"}).json()["remark"] == (
        "Leaving with two"
    )
    long = readers.partner.post(path, {"state": "declined", "remark": "x" * 301})
    assert problem(long) == (400, "invalid", ["/remark"])
    page = f"/incidents/{shared.pk}/"
    step = f"{page}responses/{made['id']}/"
    refused = readers.partner.send(step, {"state": "declined", "remark": "x" * 301})
    assert refused.status_code == 302
    why = {"state": "declined", "remark": "The bridge is down"}
    assert readers.partner.send(step, why).status_code == 302
    (row,) = readers.owner.get(f"{shared.pk}/responses/").json()["results"]
    assert (row["state"], row["remark"]) == ("declined", "The bridge is down")
    assert row["changed_by"] == "officer:partner"
    assert "The bridge is down" in text(readers.owner.get(page))
    for reader in (readers.owner, readers.partner):
        lines = reader.get(f"{shared.pk}/log/").json()["results"]
        assert {(one["by"], one["text"]) for one in lines} == {
            ("officer:partner", "Leaving with two"),
            ("officer:partner", "The bridge is down"),
        }


def test_a_remark_is_the_responding_agencys(shared: Incident, readers: Readers) -> None:
    """The owner moves a partner's response, but puts no words beside its name."""
    made = readers.owner.post(f"{shared.pk}/assign/", {"agency": "TJ-BT"}).json()
    path = f"{shared.pk}/responses/{made['id']}/advance/"
    refused = readers.owner.post(path, {"state": "done", "remark": "Back at the post"})
    assert problem(refused) == (400, "not_responder", ["/remark"])
    assert readers.owner.post(path, {"state": "done"}).json()["remark"] == ""
    assert not readers.owner.get(f"{shared.pk}/log/").json()["results"]


def test_a_response_is_assigned_once(shared: Incident, readers: Readers) -> None:
    """Twice the same is a conflict, not a double."""
    path = f"{shared.pk}/assign/"
    assert readers.owner.post(path, {"agency": "TJ-BT"}).status_code == 201
    twice = readers.owner.post(path, {"agency": "TJ-BT"})
    assert problem(twice)[:2] == (409, "already_assigned")


def test_who_may_assign_whom(shared: Incident, readers: Readers) -> None:
    """The owner any reader of the incident, a partner itself alone."""
    path = f"{shared.pk}/assign/"
    assert problem(readers.owner.post(path, {})) == (400, "no_responder", [])
    foreign = readers.owner.post(path, {"agency": "UZ-BT"})
    assert problem(foreign) == (400, "not_released", ["/agency"])
    other = readers.partner.post(path, {"agency": "KG-BS"})
    assert problem(other)[:2] == (403, "not_owner")
    assert readers.partner.post(path, {"agency": "TJ-BT"}).status_code == 201
    assert readers.owner.post(path, {"agency": "KG-BS"}).status_code == 201


def test_a_patrol_is_assigned(world: World, readers: Readers) -> None:
    """A patrol that the actor sees and in which the agency takes part."""
    actor = world.owner
    with acting(actor):
        zone = patrols.create_zone(by=actor, code="Z1", name="Zone", area=AREA)
        patrol = patrols.plan(
            by=actor,
            agreement=world.agreement,
            lead=Agency.objects.get(code="KG-BS"),
            participants=["KG-BS", "TJ-BT"],
            title="Night patrol",
            zone=zone,
            starts_at=soon(1),
            ends_at=soon(9),
        )
    made = report(world, release_to=["agency:TJ-BT"])
    path = f"{made.pk}/assign/"
    wrong = readers.owner.post(path, {"agency": "UZ-BT", "patrol": str(patrol.pk)})
    assert problem(wrong) == (400, "not_its_patrol", ["/patrol"])
    done = readers.owner.post(path, {"patrol": str(patrol.pk)}).json()
    assert (done["agency"], done["patrol"]) == ("KG-BS", str(patrol.pk))


def test_the_same_key_gives_the_same_answer(readers: Readers) -> None:
    """A repeated POST is done once; with another body it is refused."""
    key = {"Idempotency-Key": "abc-1"}
    given = body()
    first = readers.owner.post(data=given, **key)
    second = readers.owner.post(data=given, **key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    other = readers.owner.post(data=given | {"title": "Other"}, **key)
    assert problem(other)[:2] == (422, "idempotency_key_reused")
    # Somebody else's key of the same name is another key.
    assert readers.partner.post(data=given, **key).json()["id"] != first.json()["id"]
    assert len(readers.owner.get().json()["results"]) == 1


def test_a_key_repeats_the_answers_of_verbs_too(
    shared: Incident, readers: Readers
) -> None:
    """A line in the log, sent twice on a thin line, stands there once."""
    key = {"Idempotency-Key": "abc-2"}
    path = f"{shared.pk}/log/"
    first = readers.partner.post(path, {"text": "Seen"}, **key)
    second = readers.partner.post(path, {"text": "Seen"}, **key)
    assert first.json() == second.json()
    assert len(readers.partner.get(path).json()["results"]) == 1


def test_a_refused_request_leaves_its_key_free(readers: Readers) -> None:
    """What was not done can be done with the same key."""
    key = {"Idempotency-Key": "abc-3"}
    assert readers.owner.post(data=body(severity="x"), **key).status_code == 400
    assert readers.owner.post(data=body(), **key).status_code == 201


def test_a_kept_answer_goes_with_the_record(
    world: World, shared: Incident, readers: Readers
) -> None:
    """After the release has ended, the repeated request finds nothing (L19)."""
    key = {"Idempotency-Key": "abc-4"}
    path = f"{shared.pk}/log/"
    assert readers.partner.post(path, {"text": "Seen"}, **key).status_code == 201
    release = readers.owner.get(f"{shared.pk}/").json()["releases"][0]["id"]
    assert readers.owner.delete(f"{shared.pk}/releases/{release}/").status_code == 204
    assert readers.partner.post(path, {"text": "Seen"}, **key).status_code == 404


def test_the_example_of_the_documentation_is_taken(readers: Readers) -> None:
    """A body that a newcomer may copy, and an answer that looks as promised."""
    page = (ROOT / "docs/api.md").read_text()
    [sent] = re.findall(r"-d '(\{.*?\})' ", page, re.DOTALL)
    [shown] = re.findall(r"^    (\{\"id\": .*?\}\]\})$", page, re.DOTALL | re.MULTILINE)
    answer = readers.owner.post(data=json.loads(sent))
    assert answer.status_code == 201, answer.content
    made, promised = answer.json(), json.loads(shown)
    assert set(promised) <= set(made)
    assert set(promised["releases"][0]) <= set(made["releases"][0])
    drawn = {"id", "ref", "author", "releases"}
    assert not {n for n in set(promised) - drawn if promised[n] != made[n]}
