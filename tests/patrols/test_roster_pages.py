"""Rosters on the pages and over REST: for planners of their owner alone."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from agencies.actions import personnel
from agencies.context import acting, system
from patrols.models import Assignment, Roster
from patrols.roster_run import run_next
from tests.patrols.conftest import Callers, code_of
from tests.patrols.rosters import (
    DAYS,
    again,
    asked,
    force,
    opened,
    patrols,
    publish,
    ready,
)
from tests.world import World


def form(**values: str) -> dict[str, str]:
    """Return what a planner sends."""
    today = timezone.localdate()
    return {
        "agreement": "KG-TJ",
        "from_on": today.isoformat(),
        "until_on": (today + timedelta(days=DAYS)).isoformat(),
        "seconds": "5",
        "level": "0",
    } | values


def test_a_planner_asks_watches_and_publishes(callers: Callers, world: World) -> None:
    people = force(world)
    opened(world)
    sent = callers.owner.send("/patrols/rosters/new/", **form())
    assert sent.status_code == 302
    at = sent["Location"]
    page = callers.owner.page(at).content.decode()
    assert "waits for its turn" in page
    progress = callers.owner.page(f"{at}progress/")
    assert "waits for its turn" in progress.content.decode()
    assert run_next()
    assert callers.owner.page(f"{at}progress/")["HX-Refresh"] == "true"
    page = callers.owner.page(at).content.decode()
    assert str(people["kg-one"]) in page
    assert str(people["tj-one"]) not in page
    assert "TJ-BT 1/1" in page
    assert callers.owner.send(f"{at}step/", step="publish").status_code == 302
    assert "published" in callers.owner.page(at).content.decode()
    assert "KG-TJ" in callers.owner.page("/patrols/rosters/").content.decode()


def test_each_side_sees_its_own_people_on_the_patrol(
    callers: Callers, world: World
) -> None:
    people = force(world)
    opened(world)
    publish(world, ready(world))
    (first, *_rest) = patrols()
    with system("test"):
        sent = Assignment.objects.filter(patrol=first).values_list(
            "officer__username", flat=True
        )
        names = [(world.officers | people)[name] for name in sent]
    own = next(o for o in names if o.agency_id == world.agencies["KG-BS"].pk)
    theirs = next(o for o in names if o.agency_id == world.agencies["TJ-BT"].pk)
    at = f"/patrols/{first.pk}/"
    for caller, known, unknown, code in [
        (callers.owner, own, theirs, "TJ-BT"),
        (callers.partner, theirs, own, "KG-BS"),
    ]:
        page = caller.page(at).content.decode()
        assert f"<div>\n                {known}" in page
        assert f"<div>\n                {unknown}" not in page
        assert unknown.call_sign in page
        shown = caller.get(f"patrols/{first.pk}/")
        assert str(unknown.username) not in shown.content.decode()
        crew = shown.json()["crew"]
        assert crew[code][0]["call_sign"] == unknown.call_sign
    assert callers.outsider.page(at).status_code == 404


def test_a_refusal_is_shown_where_one_stands(callers: Callers, world: World) -> None:
    people = force(world)
    opened(world)
    roster = ready(world)
    for name in ("tj-one", "tj-two"):
        with acting(world.partner):
            personnel.enter_absence(
                officer=people[name],
                kind="sick",
                starts_at=timezone.now(),
                ends_at=timezone.now() + timedelta(days=30),
                by=world.partner,
            )
    at = f"/patrols/rosters/{roster.pk}/"
    callers.owner.send(f"{at}step/", step="publish")
    page = callers.owner.page(at).content.decode()
    assert "The plan does not hold" in page
    assert "TJ-BT" in page
    assert "sick" not in page
    answer = callers.owner.post(f"rosters/{roster.pk}/publish/")
    assert (answer.status_code, code_of(answer)) == (409, "plan_refused")


def test_others_find_nothing(callers: Callers, world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    for caller in (callers.partner, callers.outsider):
        for at in ("rosters/{}/", "assignments/{}/"):
            with system("test"):
                pk = roster.pk if "rosters" in at else Assignment.objects.all()[0].pk
            real, none = caller.get(at.format(pk)), caller.get(at.format(uuid4()))
            assert real.status_code == none.status_code == 404
            assert real.content == none.content
        page = caller.page(f"/patrols/rosters/{roster.pk}/")
        assert page.status_code == 404
        assert caller.get("rosters/").json()["results"] == []
        assert caller.get("assignments/").json()["results"] == []
    # Colleagues who do not plan see a crew when it is published.
    assert callers.owner_observer.page("/patrols/rosters/").status_code == 403
    assert callers.owner_observer.get("rosters/").json()["results"] == []
    assert callers.owner_observer.get("assignments/").json()["results"] == []
    publish(world, roster)
    seen = callers.owner_observer.get("assignments/").json()["results"]
    assert len(seen) == len(patrols())
    assert {one["roster"] for one in seen} == {str(roster.pk)}


def test_over_rest(callers: Callers, world: World) -> None:
    force(world)
    opened(world)
    body = {k: v for k, v in form().items() if k not in {"seconds", "level"}}
    made = callers.owner.post("rosters/", body | {"seconds": 5})
    assert made.status_code == 201
    at = f"rosters/{made.json()['id']}/"
    assert made.json()["state"] == "queued"
    assert run_next()
    done = callers.owner.get(at).json()
    assert done["state"] == "ready"
    assert done["summary"]["missing"] == 0
    drafts = callers.owner.get("assignments/", roster=done["id"]).json()["results"]
    assert {one["is_active"] for one in drafts} == {False}
    lock = f"assignments/{drafts[0]['id']}/"
    assert callers.owner.post(f"{lock}lock/").json()["is_locked"] is True
    assert callers.owner.post(f"{lock}unlock/").json()["is_locked"] is False
    assert callers.owner.post(f"{at}stop/").status_code == 409
    assert callers.owner.post(f"{at}publish/").json()["state"] == "published"
    mended = callers.owner.post(f"{at}replan/", {"seconds": 6})
    assert mended.status_code == 201
    assert mended.json()["mends"] == done["id"]
    assert callers.owner.post(f"{at}replan/", {"seconds": 4}).status_code == 400
    assert callers.owner.post("rosters/", body | {"agreement": "NO"}).status_code == 400


def test_locks_on_the_page(callers: Callers, world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    with acting(world.owner):
        one = Assignment.objects.visible_to(world.owner).filter(roster=roster)[0]
    at = f"/patrols/assignments/{one.pk}/lock/"
    assert callers.owner.send(at, lock="yes").status_code == 302
    page = callers.owner.page(f"/patrols/rosters/{roster.pk}/").content.decode()
    assert 'aria-pressed="true"' in page
    assert callers.partner.send(at, lock="no").status_code == 404


def test_one_that_waits_is_called_off_on_the_page(
    callers: Callers, world: World
) -> None:
    roster = asked(world)
    at = f"/patrols/rosters/{roster.pk}/"
    callers.owner.send(f"{at}step/", step="stop")
    assert "called off" in callers.owner.page(at).content.decode()
    assert again(roster).state == "failed"
    assert callers.owner.send(f"{at}step/", step="dance").status_code == 400
    bad = callers.owner.send("/patrols/rosters/new/", **form(seconds="4000"))
    assert bad.status_code == 200
    with system("test"):
        assert Roster.objects.count() == 1
