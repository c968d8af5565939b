"""The pages and fragments of patrols, and what holds for all pages."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.context import acting
from patrols import actions
from patrols.models import Patrol, PatrolState
from tests.live.test_api import login
from tests.patrols.conftest import Callers
from tests.patrols.consents import do, far
from tests.patrols.series import (
    a_patrol,
    a_programme,
    a_zone,
    agree,
    days_ahead,
    under_way,
)
from tests.world import World

PAGES = [
    "/patrols/", "/patrols/?show=past", "/patrols/under-way/", "/patrols/programmes/",
    "/patrols/zones/", "/patrols/routes/", "/patrols/sections/", "/patrols/map.geojson",
    "/patrols/tracks.geojson", "/patrols/places.geojson", "/patrols/new/",
    "/patrols/programmes/new/", "/patrols/zones/new/", "/patrols/routes/new/",
    "/patrols/checkpoints/new/", "/patrols/home.geojson",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_when_there_is_nothing(
    callers: Callers, client: Any, path: str
) -> None:
    assert callers.outsider.page(path).status_code == 200
    away = client.get(path)
    assert away.status_code == 302
    assert away["Location"].startswith("/accounts/login/")


def test_board_by_state_and_day(callers: Callers, world: World) -> None:
    out = under_way(world, title="Out now")
    a_patrol(world, title="To come", zone_code="Z-2")
    gone = far(world, days=0.5, title="Called off", zone_code="Z-3")
    with acting(world.owner):
        actions.cancel(patrol=gone, reason="Snow", by=world.owner)
    board = callers.partner.page("/patrols/").content.decode()
    order = [board.index(title) for title in ("Out now", "To come", "Called off")]
    assert order == sorted(order)
    assert "Out now" not in callers.outsider.page("/patrols/").content.decode()

    past = callers.partner.page("/patrols/", show="past").content.decode()
    assert "Called off" not in past
    assert "To come" not in past
    tomorrow = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    later = callers.partner.page("/patrols/", since=tomorrow).content.decode()
    assert "To come" not in later
    assert "No patrol here fits the filters." in later
    assert "Clear the filters" in later
    assert "Clear the filters" not in board
    assert "Out now" in callers.partner.page("/patrols/", lead="KG-BS").content.decode()
    assert (
        "Out now"
        not in callers.partner.page("/patrols/", lead="TJ-BT").content.decode()
    )
    for found, query in [
        (True, {"agency": "TJ-BT"}), (False, {"agency": "UZ-BT"}),
        (True, {"q": "out n"}), (True, {"q": out.ref}), (False, {"q": "elsewhere"}),
    ]:  # fmt: skip
        page = callers.partner.page("/patrols/", **query).content.decode()
        assert ("Out now" in page) == found, query
    # The zone stays with its owner: nobody else can filter by it.
    zone = {"zone": str(out.zone_id)}
    mine = callers.owner.page("/patrols/", **zone).content.decode()
    assert "Out now" in mine
    assert "To come" not in mine
    theirs = callers.partner.page("/patrols/", **zone).content.decode()
    assert "Zone Z-P" not in theirs
    assert "Select a valid choice" in theirs
    assert callers.partner.page("/patrols/", show="past", page="x").status_code == 400
    assert out.state == PatrolState.UNDER_WAY


def test_board_has_further_pages(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(60), by=world.owner)
    first = callers.partner.page("/patrols/")
    assert "show=ahead" in first.content.decode()
    first = callers.partner.page("/patrols/", show="ahead").content.decode()
    second = callers.partner.page("/patrols/", show="ahead", page=2).content.decode()
    assert "page=2" in first
    assert "page=1" in second
    refs = [set(re.findall(r"KG-BS-\d{4}-\d{5}", page)) for page in (first, second)]
    assert len(refs[0]) == 50
    assert not refs[0] & refs[1]


def test_patrol_says_why_its_lead_leads(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        opened = actions.open_patrols(
            programme=programme, upto=days_ahead(4), by=world.owner
        )
    assert [p.lead.code for p in opened[:3]] == ["KG-BS", "TJ-BT", "KG-BS"]
    page = callers.partner.page(f"/patrols/{opened[1].pk}/").content.decode()
    text = " ".join(page.split())
    assert "It was the turn of TJ-BT. It is due 1 of every 3 leads" in text
    assert "by this patrol its share is 0.67" in text
    assert "before it had led 0" in text
    # A third of a lead more than its share, of which it was owed two thirds.
    assert "−0.33" in text
    assert "Asia/Dushanbe" in text
    assert "UTC" in text
    # The zone stays with its owner.
    assert "not released to you" in text
    assert "Zone Z-1" not in text
    assert (
        "Zone Z-1" in callers.owner.page(f"/patrols/{opened[1].pk}/").content.decode()
    )


def test_patrol_is_run_from_its_page(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    page, step = f"/patrols/{patrol.pk}/", f"/patrols/{patrol.pk}/step/"

    def state() -> str:
        with acting(world.owner):
            return Patrol.objects.visible_to(world.owner).get(pk=patrol.pk).state

    assert 'value="propose"' in callers.owner.page(page).content.decode()
    assert 'value="propose"' not in callers.partner.page(page).content.decode()
    assert callers.partner.send(step, step="propose").status_code == 403
    for caller, name, after in [
        (callers.owner, "propose", "proposed"), (callers.partner, "accept", "agreed"),
        (callers.owner, "start", "under_way"), (callers.owner, "complete", "completed"),
    ]:  # fmt: skip
        assert caller.send(step, step=name).status_code == 302
        assert state() == after
    assert callers.owner.send(step, step="dance").status_code == 400
    # The address alone leads to the page, also of what one does not see.
    for caller in (callers.owner, callers.outsider):
        back = caller.page(step)
        assert (back.status_code, back["Location"]) == (302, page)
    assert callers.outsider.page(page).status_code == 404
    assert callers.outsider.send(step, step="accept").status_code == 404


def test_start_asks_first_and_names_a_far_plan(callers: Callers, world: World) -> None:
    """Weeks ahead with the planned time, near it without; without script, too."""
    soon = datetime.now(UTC) + timedelta(minutes=20)
    later = datetime(2027, 11, 24, 0, 0, tzinfo=UTC)
    for at, code in ((soon, "Z-N"), (later, "Z-F")):
        hours = timedelta(hours=4)
        patrol = a_patrol(world, zone_code=code, starts_at=at, ends_at=at + hours)
        agree(world, patrol)
        page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
        before, ask = page.split("Start now…")
        assert before.rsplit("<", 1)[1].startswith("summary")
        assert 'value="start"' in ask.split("</details>")[0]
        assert 'value="start"' not in before
        planned = "Planned for Wed 24 Nov 2027, 06:00 +06: start now all the same?"
        assert (planned in page) is (at == later)
        assert ("start now all the same" in page) is (at == later)


def test_commander_is_named(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    step = f"/patrols/{patrol.pk}/step/"
    assert (
        callers.owner.send(step, step="commander", commander="owner").status_code == 302
    )
    assert "Owner" in callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    callers.owner.send(step, step="commander", commander="outsider")
    with acting(world.owner):
        row = Patrol.objects.visible_to(world.owner).get(pk=patrol.pk)
        assert row.commander == world.officers["owner"]


def test_patrol_is_cancelled_with_a_reason(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    step = f"/patrols/{patrol.pk}/step/"
    callers.owner.send(step, step="cancel", reason="Snow on the pass")
    page = callers.partner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "Snow on the pass" in page
    assert "counts for nobody" in page


def test_patrol_is_planned_and_changed(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    given = {
        "title": "Bazaar day",
        "agreement": "KG-TJ",
        "purpose": "patrol",
        "zone": str(zone.pk),
        "starts_at": "2026-12-01T08:00",
        "ends_at": "2026-12-01T16:00",
        "lead": "TJ-BT",
        "participants": ["KG-BS", "TJ-BT"],
        "tlp": "amber",
        "level": "0",
    }
    wrong = callers.owner.send(
        "/patrols/new/", **(given | {"ends_at": "2026-12-01T07:00"})
    )
    assert "A patrol ends after it starts" in wrong.content.decode()
    made = callers.owner.send("/patrols/new/", **given)
    assert made.status_code == 302
    with acting(world.owner):
        (patrol,) = Patrol.objects.visible_to(world.owner)
    # By the clock of Bishkek.
    assert patrol.starts_at == datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert callers.partner.page(made["Location"]).status_code == 200

    edit = f"/patrols/{patrol.pk}/edit/"
    assert "Bazaar day" in callers.owner.page(edit).content.decode()
    assert callers.partner.page(edit).status_code == 403
    callers.owner.send(edit, **(given | {"title": "Market day"}), version="1")
    assert "Market day" in callers.partner.page(made["Location"]).content.decode()


def test_records_are_released_from_their_pages(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    path = f"/patrols/zones/{zone.pk}/"
    assert callers.partner.page(path).status_code == 404
    callers.owner.send(f"{path}releases/", grantee="agency:TJ-BT", scope="full")
    assert callers.partner.page(path).status_code == 200
    assert callers.partner.send(
        f"{path}releases/", grantee="agency:UZ-BT", scope="full"
    ).status_code == 403  # fmt: skip
    ends = re.findall(
        r'action="([^"]+/end/)"', callers.owner.page(path).content.decode()
    )
    assert len(ends) == 1
    callers.owner.send(ends[0])
    assert callers.partner.page(path).status_code == 404
    assert callers.owner.send("/patrols/zones/x/releases/").status_code == 404


def test_hidden_pages_are_as_if_they_were_not(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    programme = a_programme(world)
    for path in (
        f"/patrols/{patrol.pk}/", f"/patrols/{patrol.pk}/edit/",
        f"/patrols/{patrol.pk}/track.geojson", f"/patrols/programmes/{programme.pk}/",
        f"/patrols/programmes/{programme.pk}/edit/",
        f"/patrols/zones/{patrol.zone_id}/",
    ):  # fmt: skip
        none = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), path)
        answers = [callers.outsider.page(p) for p in (path, none)]
        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_under_way_fragment(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    callers.owner.send(
        f"/patrols/{patrol.pk}/step/", step="commander", commander="owner"
    )
    seen = callers.partner.page("/patrols/under-way/").content.decode()
    assert patrol.ref in seen
    assert "no position yet" in seen
    assert "<html" not in seen
    assert (
        "Nobody is out now."
        in callers.outsider.page("/patrols/under-way/").content.decode()
    )


@pytest.mark.parametrize(
    "path",
    [
        "/patrols/",
        "/patrols/under-way/",
        "/patrols/map.geojson",
        "/patrols/tracks.geojson",
    ],
)
def test_pages_ask_a_constant_number_of_queries(
    callers: Callers, world: World, path: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert callers.partner.page(path).status_code == 200
        return len(seen)

    def one_more(code: str) -> None:
        patrol = under_way(world, zone_code=code)
        now = datetime.now(UTC)
        ways = [
            actions.NewFix(now - timedelta(minutes=n), (70.3, 40.1)) for n in (1, 2)
        ]
        with acting(world.owner):
            actions.add_fixes(patrol=patrol, fixes=ways, by=world.owner)

    one_more("Z-1")
    queries()
    few = queries()
    for n in range(3):
        one_more(f"Z-X{n}")
    assert queries() == few


@pytest.mark.parametrize("who", ["owner", "owner_low", "owner_observer", "partner"])
def test_nothing_is_offered_that_is_refused(
    callers: Callers, world: World, who: str
) -> None:
    """No link or form on a page leads to a refusal for who sees it."""
    zone = a_zone(world.owner, release_to=["agency:TJ-BT"])
    programme = a_programme(world, zone=zone)
    patrol = a_patrol(world, zone=zone)
    out = under_way(world, zone_code="Z-O")
    caller = getattr(callers, who)
    seen = [
        "/patrols/", "/patrols/programmes/", "/patrols/zones/", "/patrols/routes/",
        f"/patrols/{patrol.pk}/", f"/patrols/{out.pk}/", f"/patrols/zones/{zone.pk}/",
        f"/patrols/programmes/{programme.pk}/",
    ]  # fmt: skip
    tried = set()
    for path in seen:
        answer = caller.page(path)
        if answer.status_code == 404:
            continue
        assert answer.status_code == 200, path
        main = answer.content.decode().partition("<main")[2]
        tried |= set(re.findall(r'href="(/patrols/[^"?#]+)"', main))
        for form in re.findall(r'<form method="post".*?</form>', main, re.DOTALL):
            action = re.search(r'action="([^"]+)"', form)
            if action is None:
                continue
            for step in re.findall(r'name="step"\s+value="(\w+)"', form):
                assert refused_at(action[1], step, caller) != 403, (path, step)
    for path in tried:
        assert caller.page(path).status_code in (200, 404), path


def refused_at(path: str, step: str, caller: Any) -> int:
    """Take a step and take it back: only whether it is refused counts."""
    with transaction.atomic():
        status = caller.send(path, step=step, reason="Snow").status_code
        transaction.set_rollback(True)
    return int(status)


def test_what_is_called_off_stands_where_its_day_is(world: World) -> None:
    """Next week's is ahead, so that "past" begins with what happened last."""
    off = far(world, days=7)
    do(world.owner, actions.cancel, off, reason="Snow")
    browser = login(world, "owner")
    assert off.ref in browser.get("/patrols/?show=ahead").content.decode()
    assert off.ref not in browser.get("/patrols/?show=past").content.decode()
