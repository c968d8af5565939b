"""The pages of reports, without JavaScript, as analysts use them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agencies.context import acting
from intel.models import Report
from tests.incidents.conftest import Readers
from tests.intel.conftest import write
from tests.world import World

FORM = {
    "title": "Route over the pass",
    "body": "Full text",
    "tear_line_text": "Short text",
    "source_note": "An informant",
    "source_grade": "B",
    "information_grade": "2",
    "topics": ["drugs", "arms"],
    "place": "",
    "valid_from": "",
    "valid_until": "2030-01-31T12:00",
    "tlp": "amber",
    "level": "0",
}


def text(answer: Any) -> str:
    """Return a page that was found."""
    assert answer.status_code == 200, answer.content
    content: str = answer.content.decode()
    return content


def newest(world: World) -> Report:
    """Return the report written last."""
    actor = world.owner
    with acting(actor):
        rows = Report.objects.visible_to(actor)
        return rows.select_related("owner").latest("created_at")


def test_writing_in_a_form(world: World, readers: Readers) -> None:
    """Grades are explained, times are by the agency's clock."""
    page = text(readers.owner.get("/intel/new/"))
    assert "A completely reliable" in page
    assert "6 cannot be judged" in page
    assert "Asia/Bishkek" in page
    sent = readers.owner.send("/intel/new/", FORM | {"release_to": "agency:TJ-BT"})
    made = newest(world)
    assert (sent.status_code, sent["Location"]) == (302, f"/intel/{made.pk}/")
    assert made.valid_until == datetime(2030, 1, 31, 6, tzinfo=UTC)
    assert (made.grading, made.topics) == ("B2", ["drugs", "arms"])
    page = text(readers.partner.get(f"/intel/{made.pk}/"))
    assert "Full text" in page
    assert "An informant" not in page
    assert "TLP:AMBER" in page
    own = text(readers.owner.get(f"/intel/{made.pk}/"))
    for shown in ("An informant", "Short text", "B usually reliable", "arms"):
        assert shown in own


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "required"),
        ("source_grade", "Z", "valid choice"),
        ("topics", ["gossip"], "valid choice"),
        ("valid_until", "2001-01-01T00:00", "end after start"),
        ("place", "nowhere", "latitude, longitude"),
        ("release_to", "agreement:KZ-UZ", "valid choice"),
    ],
)
def test_a_form_says_what_is_wrong(
    readers: Readers, field: str, value: Any, words: str
) -> None:
    """At the field, and what was written is still there."""
    page = text(readers.owner.send("/intel/new/", FORM | {field: value}))
    assert words in page
    assert "Full text" in page
    assert "No reports yet" in text(readers.owner.get("/intel/"))


def test_editing_is_the_owners(shared: Report, readers: Readers) -> None:
    """A partner gets no form: it would hold the source."""
    path = f"/intel/{shared.pk}/edit/"
    refused = readers.partner.get(path)
    assert refused.status_code == 403
    assert b"CANARY-SOURCE" not in refused.content
    assert "CANARY-SOURCE" in text(readers.owner.get(path))
    sent = FORM | {"version": "1", "place": "40.10000, 70.60000", "valid_until": ""}
    assert readers.owner.send(path, sent).status_code == 302
    stale = text(readers.owner.send(path, sent | {"title": "Older"}))
    assert "Somebody changed this in the meantime" in stale
    assert readers.partner.send(path, sent).status_code == 403


def test_releasing_ending_and_the_tear_line(report: Report, readers: Readers) -> None:
    """By forms; a missing tear line is said at once."""
    path = f"/intel/{report.pk}/"
    sent = {"grantee": "agency:UZ-BT", "scope": "tearline"}
    assert readers.owner.send(f"{path}releases/", sent).status_code == 302
    assert "Report on drugs, smuggling of goods" in text(readers.late.get("/intel/"))
    assert "tear line" not in text(readers.late.get("/intel/")).lower()
    rows = readers.late.get("/api/v1/reports/").json()["results"]
    assert [row["body"] for row in rows] == ["What may be told"]
    torn = rows[0]["id"]
    assert "What may be told" in text(readers.late.get(f"/intel/{torn}/"))
    assert report.ref in text(readers.owner.get(f"/intel/{torn}/"))
    assert report.ref not in text(readers.late.get(f"/intel/{torn}/"))
    release = readers.owner.get(f"/api/v1/reports/{report.pk}/").json()["releases"][0]
    end = f"{path}releases/{release['id']}/end/"
    assert end in text(readers.owner.get(path))
    assert readers.owner.send(end).status_code == 302
    assert readers.late.get(f"/intel/{torn}/").status_code == 404
    assert readers.owner.send(f"{path}end-validity/").status_code == 302
    assert "no longer valid" in text(readers.owner.get(path))


def test_a_tear_line_without_text_is_refused_in_the_form(
    world: World, readers: Readers
) -> None:
    """The refusal stands in the form."""
    made = write(world, tear_line_text="")
    sent = {"grantee": "agency:UZ-BT", "scope": "tearline"}
    page = text(readers.owner.send(f"/intel/{made.pk}/releases/", sent))
    assert "Write the text for the tear line first" in page


def test_filters_stand_in_the_url(world: World, readers: Readers) -> None:
    """Topic, grades, marking, owner, validity."""
    write(world, title="Green one", tlp="green", topics=["arms"])
    write(world, title="Doubtful one", source_grade="E", information_grade=5)
    for query, shown in [
        ("tlp=green", "Green one"),
        ("topic=arms", "Green one"),
        ("source_grade=E", "Doubtful one"),
        ("information_grade=5", "Doubtful one"),
    ]:
        page = text(readers.owner.get(f"/intel/?{query}"))
        other = {"Green one", "Doubtful one"} - {shown}
        assert shown in page
        assert other.pop() not in page
    assert "Nothing matches" in text(readers.owner.get("/intel/?valid=over"))
    assert "Green one" in text(readers.owner.get("/intel/?valid=now&owner=KG-BS"))
    assert "valid choice" in text(readers.owner.get("/intel/?tlp=purple"))


def test_the_address_of_a_verb_leads_to_the_page(
    shared: Report, readers: Readers
) -> None:
    """Of a form that came back, as of anything that one does not see."""
    path = f"/intel/{shared.pk}/"
    for verb in ("end-validity", "releases"):
        for reader in (readers.owner, readers.outsider):
            back = reader.get(f"{path}{verb}/")
            assert (back.status_code, back["Location"]) == (302, path), verb


def test_what_is_not_offered_is_refused(shared: Report, readers: Readers) -> None:
    """The action decides, whatever the page offered."""
    path = f"/intel/{shared.pk}/"
    page = text(readers.partner.get(path))
    for verb in ("edit/", "end-validity/", "releases/"):
        assert f"{path}{verb}" not in page
    sent = {"grantee": "agency:UZ-BT", "scope": "full"}
    for name in ("partner", "owner_observer"):
        reader = getattr(readers, name)
        assert reader.send(f"{path}end-validity/").status_code == 403
        assert reader.send(f"{path}releases/", sent).status_code == 403
    assert readers.owner_observer.get("/intel/new/").status_code == 403
    assert readers.owner_observer.send("/intel/new/", FORM).status_code == 403


def test_text_is_text(world: World, readers: Readers) -> None:
    """Shown, not acted on."""
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    made = write(world, title=attack, body=attack, tear_line_text=attack)
    for path in ("/intel/", f"/intel/{made.pk}/", f"/intel/{made.pk}/edit/"):
        page = text(readers.owner.get(path))
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_administration_shows_no_source(
    shared: Report, world: World, readers: Readers
) -> None:
    """What the officer sees, read-only; nothing for the platform's administrator."""
    path = "/admin/intel/report/"
    assert shared.ref in text(readers.owner_admin.get(path))
    detail = text(readers.owner_admin.get(f"{path}{shared.pk}/change/"))
    assert "CANARY-BODY" in detail
    assert "CANARY-SOURCE" not in detail
    world.officers["admin"] = world.admin_officer
    assert shared.ref not in text(readers.admin.get(path))
