"""The REST API of reports: writing, reading, grading, releasing, ending."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.context import acting
from intel import actions
from intel.models import Report
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    feed,
    problem,
)
from tests.intel.conftest import BASE, SECRETS, body, write
from tests.world import World, soon

READS = [f"{BASE}{{id}}/", f"{BASE}{{id}}/releases/", f"{BASE}{{id}}/tear-line/"]
PAGES = ["/intel/{id}/", "/intel/{id}/edit/"]


def only(answer: Any) -> dict[str, Any]:
    """Return the one row of a list."""
    rows: list[dict[str, Any]] = answer.json()["results"]
    assert len(rows) == 1, rows
    return rows[0]


def test_writing_answers_with_the_whole_report(readers: Readers) -> None:
    """201 with the grading, the releases, ETag and Location."""
    answer = readers.owner.post(BASE, body(release_to=["agency:TJ-BT"]))
    made = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"{BASE}{made['id']}/"
    assert (made["grading"], made["is_current"]) == ("B2", True)
    assert made["source_note"] == "CANARY-SOURCE"
    assert made["topics"] == ["drugs", "smuggling"]
    assert readers.owner.get(answer["Location"]).json() == made


def test_the_source_is_for_the_owner_alone(shared: Report, readers: Readers) -> None:
    """A full release shows neither the source nor that there is a tear line."""
    seen = readers.partner.get(f"{BASE}{shared.pk}/").json()
    assert seen["body"] == "CANARY-BODY"
    assert (seen["source_note"], seen["tear_line_text"]) == (None, None)
    page = readers.partner.get(f"/intel/{shared.pk}/").content
    assert b"CANARY-BODY" in page
    for secret in (b"CANARY-SOURCE", b"What may be told", b"ear line"):
        assert secret not in page
    own = readers.owner.get(f"/intel/{shared.pk}/").content
    assert b"CANARY-SOURCE" in own
    assert b"What may be told" in own


@pytest.mark.parametrize("name", ["outsider", "late", "partner_low"])
def test_not_there_and_not_visible_are_one_answer(
    world: World, readers: Readers, name: str
) -> None:
    """Each endpoint and page: byte-equal to an id that nobody has (L33)."""
    made = write(world, level=1, release_to=["agency:TJ-BT"])
    reader = getattr(readers, name)
    assert readers.partner.get(f"{BASE}{made.pk}/").status_code == 200
    for path in READS + PAGES:
        assert_hidden(reader, "get", path, made.pk)
    path = f"{BASE}{{id}}/"
    assert_hidden(reader, "patch", path, made.pk, {"title": "x"})
    assert_hidden(reader, "post", f"{path}end-validity/", made.pk, {})
    sent = {"grantee": "agency:KZ-BS"}
    assert_hidden(reader, "post", f"{path}releases/", made.pk, sent)
    assert_hidden(reader, "delete", f"{path}releases/{uuid4()}/", made.pk)
    for form in ("edit/", "end-validity/", "releases/", f"releases/{uuid4()}/end/"):
        assert_hidden(reader, "send", f"/intel/{{id}}/{form}", made.pk, {"x": "1"})
    assert reader.get(BASE).json()["results"] == []


def test_every_filter(world: World, readers: Readers) -> None:
    """Each filter of the allow-list keeps what it says."""
    one = write(world, topics=["arms"], source_grade="A", information_grade=1)
    two = write(world, tlp="green", valid_until=soon(1))
    three = write(world, by="partner", release_to=["agency:KG-BS"])
    with acting(world.owner):
        actions.end_validity(report=two, by=world.owner)

    def refs(**query: Any) -> set[str]:
        answer = readers.owner.get(BASE, **query)
        assert answer.status_code == 200, answer.content
        return {row["ref"] for row in answer.json()["results"]}

    everything = {one.ref, two.ref, three.ref}
    assert refs() == everything
    assert refs(topic="arms") == {one.ref}
    assert refs(topic=["arms", "drugs"]) == everything
    assert refs(source_grade="A") == {one.ref}
    assert refs(information_grade="2") == {two.ref, three.ref}
    assert refs(tlp="green") == {two.ref}
    assert refs(owner="TJ-BT") == {three.ref}
    assert refs(is_current="true") == {one.ref, three.ref}
    assert refs(is_current="false") == {two.ref}
    assert refs(created_after=soon(-1).isoformat()) == everything
    assert refs(created_after=soon(1).isoformat()) == set()


@pytest.mark.parametrize(
    "query",
    [
        {"source_note": "x"},
        {"body__contains": "x"},
        {"topic": "gossip"},
        {"source_grade": "G"},
        {"information_grade": "7"},
        {"is_current": "perhaps"},
        {"created_after": "2026-01-31T08:00:00"},
    ],
)
def test_a_filter_that_is_not_understood_is_refused(
    readers: Readers, query: dict[str, str]
) -> None:
    """Unknown names and values are an error, never silence (L11, L13)."""
    assert problem(readers.owner.get(BASE, **query))[0] == 400


def test_reading_takes_as_many_queries_for_one_as_for_many(
    world: World, readers: Readers
) -> None:
    """A page of ten costs the same queries as a page of one."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert readers.owner.get(BASE).status_code == 200
        return len(caught)

    write(world, release_to=["agency:TJ-BT"])
    readers.owner.get(BASE)
    before = queries()
    for _n in range(9):
        write(world, release_to=["agency:TJ-BT", "agreement:KG-TJ"])
    assert queries() == before


def test_changing_needs_the_version_and_the_ownership(
    shared: Report, readers: Readers
) -> None:
    """428, 412, 403; and the right to write."""
    path = f"{BASE}{shared.pk}/"
    change = {"information_grade": 1}
    assert problem(readers.owner.patch(path, change))[0] == 428
    changed = readers.owner.patch(path, change, **{"If-Match": '"1"'})
    assert (changed.json()["grading"], changed["ETag"]) == ("B1", '"2"')
    assert problem(readers.owner.patch(path, change, **{"If-Match": '"1"'}))[0] == 412
    refused = readers.partner.patch(path, change, **{"If-Match": '"2"'})
    assert problem(refused)[:2] == (403, "not_owner")
    refused = readers.owner_observer.patch(path, change, **{"If-Match": '"2"'})
    assert problem(refused)[:2] == (403, "permission")
    assert problem(readers.owner_observer.post(BASE, body()))[:2] == (403, "permission")


def test_the_same_key_gives_the_same_answer(readers: Readers) -> None:
    """A repeated POST is done once; with another body it is refused."""
    key = {"Idempotency-Key": "report-1"}
    first = readers.owner.post(BASE, body(), **key)
    second = readers.owner.post(BASE, body(), **key)
    assert first.json() == second.json()
    other = readers.owner.post(BASE, body(title="x"), **key)
    assert problem(other)[:2] == (422, "idempotency_key_reused")
    assert only(readers.owner.get(BASE))["id"] == first.json()["id"]


# --- the tear line ------------------------------------------------------------


@pytest.fixture
def torn(report: Report, readers: Readers) -> str:
    """The id of the tear line of ``report``, released to UZ-BT."""
    sent = {"grantee": "agency:UZ-BT", "scope": "tearline"}
    made = readers.owner.post(f"{BASE}{report.pk}/releases/", sent)
    assert made.status_code == 201, made.content
    found: str = readers.owner.get(f"{BASE}{report.pk}/tear-line/").json()["id"]
    return found


def test_a_tear_line_tells_what_was_written_for_it(
    report: Report, torn: str, world: World, readers: Readers
) -> None:
    """Text, topics, grades and validity; no title, place, source, link (L45)."""
    seen = only(readers.late.get(BASE))
    assert seen["id"] == torn
    assert (seen["body"], seen["grading"]) == ("What may be told", "B2")
    assert (seen["title"], seen["place"]) == (
        "Report on drugs, smuggling of goods",
        None,
    )
    assert seen["tear_line_of"] is None
    assert [row["scope"] for row in seen["releases"]] == ["full"]
    ordinary = write(world, release_to=["agency:UZ-BT"])
    assert set(seen) == set(readers.late.get(f"{BASE}{ordinary.pk}/").json())
    contents = readers.late.get(f"/intel/{torn}/").content
    contents += readers.late.get(f"{BASE}{torn}/").content
    for secret in [*SECRETS, str(report.pk), report.ref, "ear line"]:
        assert secret.encode() not in contents, secret
    assert_hidden(readers.late, "get", f"{BASE}{{id}}/", report.pk)
    assert all(subject != report.pk for _kind, subject in feed(world, "late"))


def test_a_tear_line_needs_a_text(world: World, readers: Readers) -> None:
    """Nothing is made up for it."""
    made = write(world, tear_line_text=" ")
    sent = {"grantee": "agency:UZ-BT", "scope": "tearline"}
    refused = readers.owner.post(f"{BASE}{made.pk}/releases/", sent)
    assert problem(refused)[:2] == (400, "tear_line_empty")
    assert readers.owner.get(f"{BASE}{made.pk}/tear-line/").status_code == 404


def test_the_tear_line_follows_its_report(
    report: Report, torn: str, readers: Readers
) -> None:
    """Text, grades and end; the text cannot be emptied under its readers."""
    path = f"{BASE}{report.pk}/"
    change = {"tear_line_text": "Told anew", "source_grade": "C", "body": "CANARY-2"}
    readers.owner.patch(path, change, **{"If-Match": "*"})
    seen = readers.late.get(f"{BASE}{torn}/").json()
    assert (seen["body"], seen["grading"]) == ("Told anew", "C2")
    empty = readers.owner.patch(path, {"tear_line_text": ""}, **{"If-Match": "*"})
    assert problem(empty) == (400, "tear_line_empty", ["/tear_line_text"])
    readers.owner.post(f"{path}end-validity/")
    assert readers.late.get(f"{BASE}{torn}/").json()["is_current"] is False


def test_own_lists_leave_tear_lines_out(
    report: Report, torn: str, readers: Readers
) -> None:
    """They are doubles, shown when asked for."""
    assert only(readers.owner.get(BASE))["id"] == str(report.pk)
    rows = readers.owner.get(BASE, tear_lines="include").json()["results"]
    assert {row["id"] for row in rows} == {str(report.pk), torn}
    assert torn.encode() not in readers.owner.get("/intel/").content
    assert torn.encode() in readers.owner.get(f"/intel/{report.pk}/").content


# --- markings and validity ----------------------------------------------------


def test_raising_the_tlp_ends_what_it_no_longer_admits(
    world: World, readers: Readers
) -> None:
    """With an event for the owner and a tombstone for whoever lost it."""
    made = write(world, release_to=["agreement:KG-TJ"])
    path = f"{BASE}{made.pk}/"
    strict = readers.owner.patch(path, {"tlp": "amber+strict"}, **{"If-Match": "*"})
    assert strict.json()["releases"] == []
    assert feed(world, "partner") == [("report.withdrawn", made.pk)]
    assert ("report.release_ended", made.pk) in feed(world, "owner")
    back = readers.owner.patch(path, {"tlp": "amber"}, **{"If-Match": "*"})
    assert back.json()["releases"] == []
    assert_hidden(readers.partner, "get", f"{BASE}{{id}}/", made.pk)


def test_red_is_for_named_officers(world: World, readers: Readers) -> None:
    """An officer, not an agency; nor the author's colleagues."""
    made = write(world, tlp="red", release_to=["officer:partner"])
    assert readers.partner.get(f"{BASE}{made.pk}/").status_code == 200
    for name in ("owner_low", "partner_low"):
        assert_hidden(getattr(readers, name), "get", f"{BASE}{{id}}/", made.pk)
    refused = readers.owner.post(
        f"{BASE}{made.pk}/releases/", {"grantee": "agency:UZ-BT"}
    )
    assert problem(refused) == (400, "tlp_forbids", ["/grantee"])


def test_validity_ends_once(report: Report, readers: Readers) -> None:
    """The report stays readable and says that it no longer holds."""
    path = f"{BASE}{report.pk}/end-validity/"
    ended = readers.owner.post(path)
    assert (ended.status_code, ended.json()["is_current"]) == (200, False)
    assert problem(readers.owner.post(path))[:2] == (409, "not_current")
    assert problem(readers.owner.post(path, {"at": "now"}))[0] == 400


def test_what_does_not_hold_yet_cannot_end(world: World, readers: Readers) -> None:
    """It can be changed instead."""
    made = write(world, valid_from=timezone.now() + timedelta(days=1))
    refused = readers.owner.post(f"{BASE}{made.pk}/end-validity/")
    assert problem(refused)[:2] == (409, "not_valid_yet")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", 7),
        ("body", ""),
        ("body", "x" * 20_001),
        ("tear_line_text", "x" * 4001),
        ("source_note", "x" * 2001),
        ("topics", "drugs"),
        ("topics", ["gossip"]),
        ("topics", [["drugs"]]),
        ("source_grade", "G"),
        ("source_grade", "b"),
        ("information_grade", 0),
        ("information_grade", "certain"),
        ("place", {"type": "Point", "coordinates": [70.6, 400]}),
        ("valid_from", "2026-01-31T08:00:00"),
        ("valid_until", "9999-12-31T23:59:59Z"),
        ("valid_until", "2001-01-01T00:00:00Z"),
        ("valid_from", None),
        ("tlp", "amber+"),
        ("level", 9),
        ("language", "русский"),
        ("release_to", ["agency:KG-BS"]),
        ("grading", "A1"),
        ("owner", "TJ-BT"),
    ],
)
def test_a_bad_field_is_named(readers: Readers, field: str, value: Any) -> None:
    """400 with a pointer to the field, and nothing is written."""
    status, _code, places = problem(readers.owner.post(BASE, body(**{field: value})))
    assert status == 400
    assert any(place.startswith(f"/{field}") for place in places), places
    assert readers.owner.get(BASE).json()["results"] == []


def test_topics_stand_once(readers: Readers) -> None:
    """In the order given."""
    made = readers.owner.post(BASE, body(topics=["arms", "drugs", "arms"]))
    assert made.json()["topics"] == ["arms", "drugs"]
