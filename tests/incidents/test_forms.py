"""The forms in which officers report and edit incidents."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agencies.context import acting
from patrols import actions as patrols
from tests.incidents.conftest import FORM, Readers, newest, report, text
from tests.world import AREA, World, soon


def test_reporting_in_a_form(world: World, readers: Readers) -> None:
    """The clock is the agency's; grantees are chosen; then the page is there."""
    page = text(readers.owner.get("/incidents/new/"))
    assert "Asia/Bishkek" in page
    assert 'data-map-picker="place"' in page
    sent = readers.owner.send("/incidents/new/", FORM | {"release_to": "agency:TJ-BT"})
    made = newest(world)
    assert (sent.status_code, sent["Location"]) == (302, f"/incidents/{made.pk}/")
    # Bishkek is six hours ahead of UTC.
    assert made.occurred_at == datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert made.place.coords == (70.54321, 40.12345)
    assert made.author_id == world.officers["owner"].pk
    page = text(readers.partner.get(f"/incidents/{made.pk}/"))
    assert "Packages in a culvert" in page
    assert 'data-map-point="40.12345, 70.54321"' in page
    assert "Asia/Dushanbe" in page


def test_choices_are_those_that_one_may_know(readers: Readers) -> None:
    """Own agreements, visible officers; nothing of others (L16)."""
    page = text(readers.outsider.get("/incidents/new/"))
    assert "agreement:KZ-UZ" in page
    assert "agency:KG-BS" in page
    assert "agency:KZ-BS" not in page
    for hidden in ("agreement:KG-TJ", "officer:owner", "officer:partner"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "required"),
        ("place", "Atlantis", "No place of the name"),
        ("place", "140.1, 70.6", "Latitude is -90..90"),
        ("occurred_at", "yesterday", "valid date/time"),
        ("occurred_at", "2099-01-01T00:00", "lies ahead"),
        ("category", "piracy", "valid choice"),
        ("release_to", "agreement:KZ-UZ", "valid choice"),
        ("level", "7", "valid choice"),
    ],
)
def test_a_form_says_what_is_wrong(
    readers: Readers, field: str, value: str, words: str
) -> None:
    """At the field, and what was written is still there."""
    page = text(readers.owner.send("/incidents/new/", FORM | {field: value}))
    assert words in page
    assert "has-error" in page
    assert "Found on the morning patrol." in page
    assert "No incidents yet" in text(readers.owner.get("/incidents/"))


def test_the_actions_refusal_stands_at_its_field(readers: Readers) -> None:
    """TLP:RED to an agency: the rule's own words."""
    sent = FORM | {"tlp": "red", "release_to": "agency:TJ-BT"}
    page = text(readers.owner.send("/incidents/new/", sent))
    assert "does not allow a release to this grantee" in page


def test_places_in_the_ways_people_write_them(world: World, readers: Readers) -> None:
    """A comma as decimal sign, a semicolon or a blank between."""
    for written in ("40,5; 70,25", "40.5 70.25", " 40.5,70.25 "):
        readers.owner.send("/incidents/new/", FORM | {"place": written})
        assert newest(world).place.coords == (70.25, 40.5)


def stored(page: str) -> set[str]:
    """Return what a refused form says of the record as it is now."""
    return {found.strip() for found in re.findall(r"Now stored: ([^<]*)", page)}


def test_editing_keeps_what_is_not_touched(world: World, readers: Readers) -> None:
    """Seconds and the sixth decimal survive a form that cannot show them."""
    at = datetime(2026, 1, 31, 7, 0, 42, tzinfo=UTC)
    made = report(world, occurred_at=at)
    path = f"/incidents/{made.pk}/edit/"
    assert "2026-01-31T13:00" in text(readers.owner.get(path))
    sent = FORM | {
        "place": "40.10000, 70.60000",
        "version": "1",
        "severity": "moderate",
        "category": "smuggling",
        "narrative": "CANARY-NARRATIVE",
    }
    assert readers.owner.send(path, sent).status_code == 302
    now = newest(world)
    assert (now.title, now.version) == ("Packages in a culvert", 2)
    assert (now.occurred_at, now.place) == (at, made.place)
    stale = text(readers.owner.send(path, sent | {"title": "Older"}))
    assert "Somebody changed this in the meantime" in stale
    # What is stored, at each field that was sent otherwise; at no other.
    assert stored(stale) == {"Packages in a culvert"}
    stale = text(readers.owner.send(path, sent | {"severity": "minor"}))
    assert stored(stale) == {"moderate"}
    assert newest(world).title == "Packages in a culvert"
    gone = text(readers.owner.send(path, sent | {"version": ""}))
    assert "Somebody changed this in the meantime" in gone


def test_patrols_are_offered_by_what_tells_them_apart(
    world: World, readers: Readers
) -> None:
    """Under way first, then the next, then the latest over; far ones not at all."""
    hours = {"now": -1, "next": 20, "later": 40, "early": -40, "far": 24 * 6}
    made = {}
    with acting(world.owner):
        zone = patrols.create_zone(by=world.owner, code="Z1", name="Zone", area=AREA)
        for name, start in hours.items():
            made[name] = patrols.plan(
                by=world.owner,
                lead=world.agencies["KG-BS"],
                participants=["KG-BS"],
                title="Batken patrol",
                zone=zone,
                starts_at=soon(start),
                ends_at=soon(start + 6),
            )
        patrols.agree(patrol=made["now"], by=world.owner)
        patrols.start(patrol=made["now"], by=world.owner)
    report(world)
    row = newest(world)
    offered = {}
    for path in ("/incidents/new/", f"/incidents/{row.pk}/"):
        page = text(readers.owner.get(path))
        [select] = re.findall(r'<select name="patrol".*?</select>', page, re.DOTALL)
        offered[path] = re.findall(r">([^<]*· Batken patrol ·[^<]*)<", select)
        assert [label.split(" · ")[0] for label in offered[path]] == [
            made[name].ref for name in ("now", "next", "later", "early")
        ]
    clock = ZoneInfo(world.agencies["KG-BS"].time_zone)
    at = made["now"].starts_at.astimezone(clock)
    label = f"{made['now'].ref} · Batken patrol · {at:%-d %b %H:%M} · under way"
    assert offered["/incidents/new/"][0] == label
