"""What the planning pages say of rosters, remedies and wishes is so."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agencies.context import acting, system
from agencies.policy import Role
from patrols import actions, roster_words, tasks
from patrols.actions import roster_runs
from patrols.models import Patrol, RosterState
from patrols.roster_run import run_next
from tests.patrols.conftest import Caller, Callers
from tests.patrols.rosters import (
    again,
    asked,
    away,
    force,
    opened,
    publish,
    ready,
    recruit,
)
from tests.patrols.series import a_patrol, a_zone
from tests.patrols.test_roster_mending import published, sent
from tests.patrols.test_roster_remedies import short, stored
from tests.world import World


def shown(caller: Caller, path: str) -> str:
    """Return a page's text, in one line."""
    answer = caller.page(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("code", ["KG-BS", "TJ-BT"])
def test_whoever_cannot_go_any_more_is_missing(
    callers: Callers, world: World, code: str
) -> None:
    roster = published(world)
    at = f"/patrols/rosters/{roster.pk}/"
    assert "every place is filled" in shown(callers.owner, at)
    ill = sent(world, code)
    away(world, ill.officer, "sick")
    tasks.mend_rosters()
    page = shown(callers.owner, at)
    assert "every place is filled" not in page
    assert "there is no better plan" not in page
    assert f"{code} is short of 1 officer" in page
    assert f"{code} 0/1" in page
    if code == "KG-BS":
        assert "place" in shown(callers.owner, "/patrols/rosters/")
    else:
        assert "sick" not in page


def test_nobody_is_emptied_out_of_a_patrol(callers: Callers, world: World) -> None:
    people = force(world)
    opened(world, days=2)
    for name in ("kg-one", "kg-two", "kg-three"):
        away(world, people[name], "sick")
    for name in ("owner", "owner_low"):
        away(world, world.officers[name], "sick")
    roster = ready(world, days=2)
    assert roster.summary["missing"]
    assert stored(roster, code="fewer-places") == []
    assert stored(roster, code="move-leave") == []
    page = shown(callers.owner, f"/patrols/rosters/{roster.pk}/")
    assert "KG-BS takes part, so it sends one officer at least" in page
    assert "move the absence" not in page


def test_a_badge_follows_what_is_being_done(callers: Callers, world: World) -> None:
    force(world)
    opened(world)
    roster = asked(world)
    at = f"/patrols/rosters/{roster.pk}/"
    assert "progress/?state=queued" in shown(callers.owner, at)
    part = f"{at}progress/?state=queued"
    assert "HX-Refresh" not in callers.owner.page(part)
    with system("test") as by:
        roster_runs.claim(by=by)
    assert callers.owner.page(part)["HX-Refresh"] == "true"
    assert "being worked out" in shown(callers.owner, at)


def test_what_is_proven_is_not_said_to_be_improvable(
    callers: Callers, world: World
) -> None:
    roster = short(world)
    page = shown(callers.owner, f"/patrols/rosters/{roster.pk}/")
    assert "will be missing at least" in page
    assert "could save" not in page
    assert "Proven: no plan lacks less" in page or "there is no better plan" in page
    assert "4 places" in shown(callers.owner, "/patrols/rosters/")
    with system("test"):
        refs = set(Patrol.objects.values_list("ref", flat=True))
    table = page.partition('id="patrols-title"')[2]
    assert refs <= {ref for ref in refs if ref in table}


def test_older_drafts_are_superseded_by_what_is_published(world: World) -> None:
    force(world)
    opened(world)
    drafts = [ready(world), ready(world)]
    publish(world, drafts[1])
    tasks.mend_rosters()
    assert again(drafts[0]).state == RosterState.SUPERSEDED
    assert again(drafts[1]).state == RosterState.PUBLISHED
    # One that was worked out since is a choice again.
    later = ready(world)
    tasks.mend_rosters()
    assert again(later).state == RosterState.READY
    assert not run_next()


@pytest.mark.parametrize(
    ("code", "one", "many"),
    [
        ("hours-elsewhere", "has a full week elsewhere", "have a full week elsewhere"),
        ("week-is-full", "has a full week", "have a full week"),
        ("no-authorisation", "not authorised or not cleared", ""),
        ("away.sick", "sick", ""),
    ],
)
def test_one_has_and_several_have(code: str, one: str, many: str) -> None:
    assert roster_words.funnel([(code, 1)]) == [(one, 1)]
    assert roster_words.funnel([(code, 3)]) == [(many or one, 3)]


def test_a_wish_is_answered_where_it_was_said(callers: Callers, world: World) -> None:
    officer = recruit(world, "KG-BS", "kg-wish", Role.COMMANDER)
    world.officers["kg-wish"] = officer
    me = getattr(callers, "kg-wish")
    opened(world)
    with acting(world.owner):
        first, second = Patrol.objects.visible_to(world.owner).order_by("starts_at")[:2]
    told = me.send(f"/patrols/{first.pk}/wish/", wish="like")
    assert told["Location"] == f"/patrols/duties/#wish-of-{first.pk}"
    page = shown(me, "/patrols/duties/")
    assert "Noted: you would like to go." in page
    assert f'id="wish-of-{first.pk}"' in page
    # What one commands already is nothing to wish for.
    with acting(world.owner):
        led = next(p for p in (first, second) if p.lead.code == "KG-BS")
        actions.name_commander(patrol=led, officer=officer, by=world.owner)
    assert f'id="wish-of-{led.pk}"' not in shown(me, "/patrols/duties/")


def test_no_code_is_shown_for_a_file_of_another_kind(
    callers: Callers, world: World
) -> None:
    file = SimpleUploadedFile("ridge.gpx", b"not a track at all")
    told = callers.owner.send("/patrols/routes/new/", code="R-9", name="R", file=file)
    text = told.content.decode()
    assert "neither GPX nor GeoJSON" in text
    assert "This is not GeoJSON." not in text


def test_a_form_that_was_not_saved_says_so_by_its_button(
    callers: Callers, world: World
) -> None:
    told = callers.owner.send("/patrols/programmes/new/", name="", code="X")
    text = " ".join(told.content.decode().split())
    assert re.search(r"Not saved: \d+ fields need your attention\.", text)
    assert "how many of its officers go on each patrol" in text


def test_a_night_goes_on_the_day_after(callers: Callers, world: World) -> None:
    begin = datetime.combine(timezone.localdate(), time(22), ZoneInfo("Asia/Bishkek"))
    begin += timedelta(days=1)
    a_patrol(world, starts_at=begin, ends_at=begin + timedelta(hours=7))
    day = f"{begin:%Y-%m-%d}"
    page = shown(callers.owner, f"/patrols/calendar/?view=month&on={day}")
    assert "22:00–05:00" in page
    if begin.weekday() != 6 or begin.month == (begin + timedelta(days=1)).month:
        assert "until 05:00" in page


def test_patrols_at_one_place_are_named_once(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner, "Z-ONE")
    first, second = a_patrol(world, zone=zone), a_patrol(world, zone=zone)
    page = shown(callers.owner, f"/patrols/{first.pk}/")
    assert second.ref in page
    # What a page says has changed: a card's list goes by the card's title alone.
    assert page.count("At the same time") == 1
