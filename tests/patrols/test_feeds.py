"""Calendar feeds: secret, minimal, of one officer's rights as they stand now."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from icalendar import Calendar

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import IdempotencyKey, Release
from live.models import Event
from patrols import actions
from patrols.actions.feeds import MOST
from patrols.models import FeedKey, Patrol
from tests.api.http import token
from tests.patrols.conftest import Callers, code_of
from tests.patrols.series import a_patrol, a_programme, a_zone
from tests.world import World

WORDS = ["Night watch", "Zone Z-P", "Owner"]


def a_feed(world: World, name: str = "partner", **values: Any) -> str:
    """Open a feed as an officer; return its address."""
    by = world.actor(name)
    with acting(by):
        _feed, secret = actions.create_feed(by=by, **values)
    return f"/feeds/ical/{secret}.ics"


def read(address: str, **headers: str) -> Any:
    """Read a feed as a calendar does: without a session."""
    return Client().get(address, headers=headers)


def events(address: str) -> list[Any]:
    answer = read(address)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def missing() -> bytes:
    answer = read("/feeds/ical/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics")
    assert answer.status_code == 404
    return seen(answer)


def seen(answer: Any) -> bytes:
    """Return all of an answer but the request's own id."""
    headers = {k: v for k, v in answer.headers.items() if k != "X-Request-ID"}
    return f"{answer.status_code} {headers}".encode() + bytes(answer.content)


def a_duty(world: World, name: str = "partner", **values: Any) -> Patrol:
    """Plan a patrol that an officer of the lead agency commands."""
    officer = world.officers[name]
    assert officer.agency
    patrol = a_patrol(world, lead=officer.agency, **values)
    by = world.actor(name)
    with acting(by):
        return actions.name_commander(patrol=patrol, officer=officer, by=by)


def test_a_feed_of_duties_says_as_little_as_a_calendar_needs(world: World) -> None:
    duty = a_duty(world)
    a_patrol(world, zone_code="Z-2")
    address = a_feed(world)
    [event] = events(address)
    assert event["SUMMARY"] == f"Patrol {duty.ref}, {duty.get_state_display()}"
    assert event["UID"] == f"{duty.pk}@karaul"
    start = event.decoded("DTSTART")
    assert start == duty.starts_at.replace(microsecond=0)
    assert start.utcoffset() == timedelta()
    assert event["STATUS"] == "TENTATIVE"
    text = read(address).content.decode()
    assert not [word for word in WORDS if word in text]
    lines = {line.partition(";")[0].partition(":")[0] for line in text.splitlines()}
    assert lines == {
        "BEGIN", "PRODID", "VERSION", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL",
        "X-PUBLISHED-TTL", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART",
        "DTEND", "SUMMARY", "STATUS", "CLASS", "END",
    }  # fmt: skip


def test_the_zone_stands_in_it_if_the_officer_wants_and_sees_it(world: World) -> None:
    zone = a_zone(world.owner, "Z-S", release_to=["agency:TJ-BT"])
    a_duty(world, zone=zone)
    a_duty(world, zone_code="Z-H", starts_at=datetime.now(UTC) + timedelta(days=2),
           ends_at=datetime.now(UTC) + timedelta(days=2, hours=6))  # fmt: skip
    told = [event.get("LOCATION") for event in events(a_feed(world, with_zone=True))]
    assert told == ["Z-S Zone Z-S", None]


def test_the_same_patrols_give_the_same_bytes(world: World) -> None:
    duty = a_duty(world)
    address = a_feed(world)
    first = read(address)
    assert first["Cache-Control"] == "private, no-cache"
    again = read(address, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert read(address).content == first.content
    # A release to somebody else is none of its officer's business.
    with acting(world.owner):
        releases.release(record=duty, to="agency:UZ-BT", by=world.owner)
    assert read(address)["ETag"] == first["ETag"]
    with acting(world.owner):
        actions.cancel(patrol=duty, reason="Snow", by=world.owner)
    changed = read(address, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert b"VEVENT" not in changed.content


def test_a_feed_of_a_programme_ends_with_its_release(world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        upto = datetime.now(UTC) + timedelta(days=3)
        opened = actions.open_patrols(programme=programme, upto=upto, by=world.owner)
    address = a_feed(world, programme=programme)
    assert [event["UID"] for event in events(address)] == [
        f"{patrol.pk}@karaul" for patrol in opened if patrol.ends_at
    ]
    with acting(world.owner):
        actions.cancel(patrol=opened[0], reason="Snow", by=world.owner)
    assert events(address)[0]["STATUS"] == "CANCELLED"
    for record in (programme, opened[1]):
        with system("test"):
            made = record_release(record)
        with acting(world.owner):
            releases.revoke(record=record, release_id=made, by=world.owner)
    assert seen(read(address)) == missing()


def record_release(record: Any) -> Any:
    rows = Release.objects.of(record).live()
    return rows.get(agency__code="TJ-BT").pk


def test_what_opens_nothing_is_one_answer(world: World) -> None:
    """Revoked, officer locked out, moved to another agency, or never there."""
    nothing = missing()
    by = world.partner
    address = a_feed(world)
    with acting(by):
        feed = FeedKey.objects.visible_to(by).get()
        actions.revoke_feed(feed=feed, by=by)
    assert seen(read(address)) == nothing

    moved, locked = a_feed(world, "owner_low"), a_feed(world, "late")
    assert events(moved) == events(locked) == []
    with acting(world.admin):
        low, late = world.officers["owner_low"], world.officers["late"]
        other = world.agencies["TJ-BT"]
        accounts.change_officer(officer=low, by=world.admin, agency=other)
        accounts.change_officer(officer=late, by=world.admin, is_active=False)
    assert seen(read(moved)) == seen(read(locked)) == nothing


def test_a_session_that_comes_along_opens_nothing(
    callers: Callers, world: World
) -> None:
    duty = a_duty(world)
    address = a_feed(world, "outsider")
    answer = callers.partner.client.get(address)
    assert duty.ref not in answer.content.decode()
    theirs = a_feed(world, "partner")
    assert duty.ref in callers.outsider.client.get(theirs).content.decode()


def test_who_tries_many_secrets_is_told_to_wait(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """And the calendars of a whole post behind the same address go on."""
    address = a_feed(world)
    answers = [read(f"/feeds/ical/{n}.ics") for n in range(12)]
    codes = [answer.status_code for answer in answers]
    assert codes[:5] == [404] * 5
    assert codes[-1] == 429
    assert answers[-1]["Retry-After"]
    assert read(address).status_code == 200
    # A secret of before may open its feed again: neither log nor table repeats it.
    assert ".ics" not in caplog.text
    assert {row.path_info for row in AccessAttempt.objects.all()} == {"/feeds/ical/"}


def test_only_a_hash_is_kept_and_nobody_hears(world: World) -> None:
    address = a_feed(world)
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43
    with system("test"):
        row = FeedKey.objects.get()
        assert secret not in str(vars(row))
        told = Event.objects.filter(subject_id=row.pk)
        assert [event.audience for event in told] == [row.audience]
    for name, actor in world.everybody.items():
        with acting(actor):
            assert FeedKey.objects.count() == (name == "partner")


def test_an_officer_has_few_feeds_and_no_one_elses(world: World) -> None:
    hidden = a_programme(world, entitlements={"KG-BS": 1})
    with acting(world.partner), pytest.raises(Invalid) as unknown:
        actions.create_feed(by=world.partner, programme=hidden)
    assert unknown.value.pointer == "/programme"
    with acting(world.admin), pytest.raises(Forbidden):
        actions.create_feed(by=world.admin)
    by = world.partner
    with acting(by):
        for _n in range(MOST):
            actions.create_feed(by=by)
        with pytest.raises(Conflict) as refused:
            actions.create_feed(by=by)
    assert refused.value.code == "too_many_feeds"


def test_the_page_shows_the_address_once(callers: Callers, world: World) -> None:
    duty = a_duty(world)
    made = callers.partner.send("/patrols/feeds/", programme="", with_zone="on")
    [address] = re.findall(
        r'value="http://testserver(/feeds/ical/[^"]+)"', made.content.decode()
    )
    assert events(address)[0]["UID"] == f"{duty.pk}@karaul"
    page = callers.partner.page("/patrols/feeds/").content.decode()
    assert address not in page
    [at] = re.findall(r'action="(/patrols/feeds/[^"]+/revoke/)"', page)
    assert at not in callers.owner.page("/patrols/feeds/").content.decode()
    assert callers.owner.send(at).status_code == 404
    assert callers.partner.page(at)["Location"] == "/patrols/feeds/"
    assert callers.partner.send(at)["Location"] == "/patrols/feeds/"
    assert seen(read(address)) == missing()


def test_feeds_over_rest(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    body = {"programme": str(programme.pk)}
    made = callers.partner.post("feeds/", body, **{"Idempotency-Key": "once"})
    assert made.status_code == 201, made.content
    address = made.json()["url"].removeprefix("http://testserver")
    assert events(address) == []
    [row] = callers.partner.get("feeds/").json()["results"]
    assert row["programme"] == str(programme.pk)
    assert made["Location"] == f"/api/v1/feeds/{row['id']}/"
    assert set(row) == {"id", "programme", "with_zone", "created_at", "revoked_at"}
    with system("test"):
        assert not IdempotencyKey.objects.exists()

    assert callers.owner.get("feeds/").json()["results"] == []
    hidden = callers.owner.post(f"feeds/{row['id']}/revoke/")
    nowhere = callers.owner.post("feeds/00000000-0000-4000-8000-00000000dead/revoke/")
    assert (hidden.status_code, hidden.content) == (404, nowhere.content)
    gone = callers.partner.post(f"feeds/{row['id']}/revoke/")
    assert gone.json()["revoked_at"]
    assert seen(read(address)) == missing()

    refused = callers.outsider.post("feeds/", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (
        400,
        "unknown",
    )
    bearer = {"Authorization": f"Bearer {token(world, 'TJ-BT')}"}
    system_ = Client(headers=bearer).post("/api/v1/feeds/", {}, "application/json")
    assert (system_.status_code, code_of(system_)) == (403, "officers_only")
