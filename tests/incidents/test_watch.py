"""Duty periods and the change of shift: who is accountable, and what is handed over."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.actions import posts, releases
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, Refused
from agencies.models import Post, Release
from incidents.actions import hand_overs, life, watch
from incidents.models import Duty, DutyHandOver, HandOverItem, Incident
from live.models import Event
from tests.database import at_once
from tests.incidents.conftest import Readers, assert_hidden, feed, report, text
from tests.world import PLACE, World

API = "/api/v1/duty-periods/"


def plan(world: World, officer: str = "owner", **more: Any) -> Duty:
    """Plan a duty of KG-BS by its administrator, eight hours from now."""
    start = more.pop("start", 0.0)
    hours = more.pop("hours", 8.0)
    begin = timezone.now() + timedelta(hours=start)
    by = world.actor("owner_admin")
    with acting(by):
        return watch.plan_duty(
            by=by,
            officer=world.officers[officer],
            starts_at=begin,
            ends_at=begin + timedelta(hours=hours),
            **more,
        )


def post(world: World, by: str = "owner") -> Post:
    """Register a post."""
    actor = world.actor(by)
    with acting(actor):
        return posts.create_post(code="P", name="P", place=PLACE, by=actor)


def again(row: Any) -> Any:
    """Read a row anew."""
    with system("test"):
        return type(row).objects.get(pk=row.pk)


def begin(world: World, row: Duty, name: str = "owner") -> Duty:
    """Take the watch."""
    by = world.actor(name)
    with acting(by):
        return watch.start_duty(duty=row, by=by)


def offered(world: World) -> DutyHandOver:
    """Let the first officer hand over to the second."""
    first = begin(world, plan(world))
    second = plan(world, "owner_low", start=8)
    by = world.owner
    with acting(by):
        return hand_overs.offer_hand_over(duty=first, to=second, remark="Fog", by=by)


def refused(call: Any, code: str) -> Refused:
    """Return the refusal of a call, which has this code."""
    with pytest.raises(Refused) as caught:
        call()
    assert caught.value.code == code
    return caught.value


def test_nobody_hands_over_to_oneself(world: World, readers: Readers) -> None:
    first, own = begin(world, plan(world)), plan(world, start=16)
    other = plan(world, "owner_low", start=8)
    by = world.owner
    with acting(by):
        refused(
            lambda: hand_overs.offer_hand_over(duty=first, to=own, by=by),
            "same_officer",
        )
    page = text(readers.owner.get(f"/incidents/watch/{first.pk}/"))
    assert f'value="{other.pk}"' in page
    assert f'value="{own.pk}"' not in page
    with acting(by):
        hand_overs.offer_hand_over(duty=first, to=other, by=by)
    page = text(readers.owner_low.get(f"/incidents/watch/{first.pk}/"))
    assert "By accepting you are on duty from now on." in page


def test_whom_it_is_handed_over_to_sees_it_everywhere(
    world: World, readers: Readers
) -> None:
    """In the bar of every page, until it is answered; nobody else does."""
    row, bar = offered(world), "/incidents/calls/"
    told = text(readers.owner_low.get(bar))
    assert "hands over to you" in told
    assert f"/incidents/watch/{row.duty_id}/" in told
    for name in ("owner", "owner_admin", "partner"):
        assert "hands over to you" not in text(getattr(readers, name).get(bar))
    by = world.actor("owner_low")
    with acting(by):
        hand_overs.refuse_hand_over(hand_over=row, reason="The list is old", by=by)
    assert "hands over to you" not in text(readers.owner_low.get(bar))


def test_what_is_being_handed_over_keeps_its_duty(world: World) -> None:
    """Until it is answered or taken back, who comes next is not called off."""
    row, by = offered(world), world.actor("owner_admin")
    other = world.officers["owner"]
    with acting(by):
        refused(lambda: watch.cancel_duty(duty=row.to, by=by), "handed_over")
        changed = {"officer": other}
        refused(lambda: watch.change_duty(duty=row.to, by=by, **changed), "handed_over")
        later = row.to.ends_at + timedelta(hours=1)
        watch.change_duty(duty=row.to, by=by, ends_at=later)
        hand_overs.take_back_hand_over(hand_over=row, by=by)
        watch.cancel_duty(duty=row.to, by=by)


# --- planned, started, ended ---------------------------------------------------


def test_periods_overlap_by_half_an_hour_and_no_more(world: World) -> None:
    plan(world)
    refused(lambda: plan(world, "owner_low", start=7.4), "duty_overlap")
    plan(world, "owner_low", start=7.6)
    refused(lambda: plan(world, start=2, post=post(world)), "officer_on_duty")
    refused(lambda: plan(world, start=40, hours=0.5), "too_short")
    refused(lambda: plan(world, start=-9), "in_the_past")


def test_only_ones_own_people_who_may_acknowledge(world: World) -> None:
    refused(lambda: plan(world, "partner"), "not_your_officer")
    refused(lambda: plan(world, "owner_observer"), "cannot_acknowledge")
    deputy = world.officers["owner"]
    refused(lambda: plan(world, "owner", deputy=deputy), "same_officer")
    by = world.actor("owner_observer")
    with acting(by), pytest.raises(Forbidden):
        watch.plan_duty(
            by=by,
            officer=world.officers["owner"],
            starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(hours=8),
        )


def test_an_officer_takes_the_watch_that_nobody_has(world: World) -> None:
    first, second = plan(world), plan(world, "owner_low", start=8)
    with pytest.raises(Forbidden):
        begin(world, first, "owner_low")
    assert begin(world, first).is_running
    refused(lambda: begin(world, second, "owner_low"), "somebody_on_duty")
    by = world.owner
    with acting(by):
        with pytest.raises(Invalid):
            watch.end_duty(duty=first, reason=" ", by=by)
        watch.end_duty(duty=first, reason="Ill", by=by)
    assert not again(first).is_running
    assert begin(world, second, "owner_low").is_running


def test_the_clock_ends_no_duty(world: World) -> None:
    row = begin(world, plan(world))
    with system("test"):
        long_ago = timezone.now() - timedelta(hours=20)
        Duty.objects.filter(pk=row.pk).update(
            starts_at=long_ago,
            alone_until=long_ago + timedelta(hours=1),
            ends_at=long_ago + timedelta(hours=2),
        )
        assert list(Duty.objects.running()) == [row]


def test_what_has_begun_changes_in_deputy_and_end_only(world: World) -> None:
    row = begin(world, plan(world))
    by = world.actor("owner_admin")
    with acting(by):
        deputy = world.officers["owner_low"]
        watch.change_duty(duty=row, deputy=deputy, by=by)
        with pytest.raises(Conflict):
            watch.change_duty(duty=row, officer=deputy, by=by)
        with pytest.raises(Conflict):
            watch.cancel_duty(duty=row, by=by)
    assert again(row).deputy_id == deputy.pk


# --- handed over ---------------------------------------------------------------


def test_the_outgoing_officer_is_accountable_until_it_is_accepted(world: World) -> None:
    row = offered(world)
    assert again(row.duty).is_running
    assert not again(row.to).is_running
    by = world.owner
    with acting(by), pytest.raises(Forbidden):
        hand_overs.accept_hand_over(hand_over=row, by=by)
    taker = world.owner_low
    with acting(taker):
        hand_overs.accept_hand_over(hand_over=row, by=taker)
    kept = again(row)
    assert (kept.state, kept.answered_by) == ("accepted", taker.label)
    assert again(row.duty).ended_at == again(row.to).started_at
    told = [kind for kind, _pk in heard(world, "owner_observer")]
    assert told[-3:] == ["duty.hand_over_offered", "duty.handed_over", "duty.started"]


def heard(world: World, name: str) -> list[Any]:
    """Return the events about duties that an officer is sent."""
    feed(world, name)
    actor = world.actor(name)
    with acting(actor):
        rows = Event.objects.visible_to(actor).filter(subject_type="duty")
        return list(rows.order_by("seq").values_list("kind", "subject_id"))


def test_it_is_refused_for_a_reason_or_taken_back(world: World) -> None:
    row = offered(world)
    taker, giver = world.owner_low, world.owner
    with acting(taker):
        with pytest.raises(Invalid):
            hand_overs.refuse_hand_over(hand_over=row, reason="", by=taker)
        hand_overs.refuse_hand_over(hand_over=row, reason="The list is old", by=taker)
    assert again(row.duty).is_running
    with acting(giver):
        second = hand_overs.offer_hand_over(duty=row.duty, to=row.to, by=giver)
        with pytest.raises(Conflict):
            hand_overs.offer_hand_over(duty=row.duty, to=row.to, by=giver)
        hand_overs.take_back_hand_over(hand_over=second, by=giver)
    with acting(taker), pytest.raises(Conflict):
        hand_overs.accept_hand_over(hand_over=second, by=taker)


def test_the_list_begins_with_the_worst(world: World, readers: Readers) -> None:
    first = begin(world, plan(world))
    steps = ("minor", "extreme", "unknown", "severe", "moderate")
    for step in steps:
        report(world, "owner", severity=step, title=f"Seen: {step}")
    by = world.owner
    with acting(by):
        second = plan(world, "owner_low", start=8)
        hand_overs.offer_hand_over(duty=first, to=second, by=by)
    worst_first = ["extreme", "severe", "moderate", "minor", "unknown"]
    [given] = readers.owner.get(f"{API}{first.pk}/").json()["hand_overs"]
    assert [one["severity"] for one in given["items"]] == worst_first
    page = text(readers.owner.get(f"/incidents/watch/{first.pk}/"))
    places = [page.index(f"Seen: {step}") for step in worst_first]
    assert places == sorted(places)


def test_the_list_holds_what_both_officers_see_and_stays(world: World) -> None:
    first = begin(world, plan(world))
    seen = report(world, "partner", release_to=["agency:KG-BS"], title="Seen")
    noted = report(world, "partner", release_to=["agency:KG-BS"], title="Noted")
    report(world, "owner", level=2, title="Too high for the next")
    over = report(world, "owner", title="Over")
    by = world.owner
    with acting(by):
        life.acknowledge(incident=noted, by=by)
        life.close(incident=over, reason="handled", by=by)
        second = plan(world, "owner_low", start=8)
        row = hand_overs.offer_hand_over(duty=first, to=second, by=by)
    with acting(world.owner_low):
        items = HandOverItem.objects.visible_to(world.owner_low).filter(hand_over=row)
        listed = {one.ref: (one.kind, one.state) for one in items}
    with system("test"):
        refs = dict(Incident.objects.values_list("title", "ref"))
    assert listed == {
        refs["Seen"]: ("waiting", "reported"),
        refs["Noted"]: ("open", "reported"),
        refs["Over"]: ("over", "closed"),
    }
    partner = world.partner
    with acting(partner):
        life.close(incident=seen, reason="no_action", by=partner)
    with acting(world.owner):
        kept = HandOverItem.objects.visible_to(world.owner).get(ref=refs["Seen"])
    assert kept.state == "reported"


def test_two_at_once_give_one_result(committed: World) -> None:
    """Two officers take the watch, two are planned, two answer: one each."""
    first, second = plan(committed), plan(committed, "owner_low", start=7.6)
    tries = [
        lambda: outcome(lambda: begin(committed, first)),
        lambda: outcome(lambda: begin(committed, second, "owner_low")),
    ]
    assert sorted(at_once(*tries)) == ["done", "somebody_on_duty"]
    plans = [lambda: outcome(lambda: plan(committed, "owner", start=20))] * 2
    assert sorted(at_once(*plans))[0] == "done"
    with system("test"):
        assert (
            Duty.objects.ahead().filter(starts_at__gt=again(second).ends_at).count()
            == 1
        )
        running = Duty.objects.running().get()
    name = "owner" if running == first else "owner_low"
    other = "owner_low" if name == "owner" else "owner"
    by = committed.actor(name)
    with acting(by):
        to = second if running == first else first
        row = hand_overs.offer_hand_over(duty=running, to=to, by=by)
    taker = committed.actor(other)

    def accept() -> None:
        with acting(taker):
            hand_overs.accept_hand_over(hand_over=row, by=taker)

    def withdraw() -> None:
        with acting(by):
            hand_overs.take_back_hand_over(hand_over=row, by=by)

    answers = at_once(lambda: outcome(accept), lambda: outcome(withdraw))
    assert sorted(answers) == ["done", "wrong_state"]
    with system("test"):
        assert Duty.objects.running().count() == 1


def outcome(call: Any) -> str:
    """Make a call and say what came of it."""
    try:
        call()
    except Refused as refusal:
        return refusal.code
    return "done"


# --- who knows -----------------------------------------------------------------


def test_the_watch_is_for_ones_own_agency(world: World, readers: Readers) -> None:
    row = offered(world)
    assert "Fog" in text(readers.owner_observer.get(f"/incidents/watch/{row.duty_id}/"))
    for name in ("partner", "outsider"):
        reader = getattr(readers, name)
        for method, path in [
            ("get", "/incidents/watch/{id}/"),
            ("send", "/incidents/watch/{id}/act/"),
            ("get", "/incidents/watch/{id}/edit/"),
            ("get", f"{API}{{id}}/"),
            ("post", f"{API}{{id}}/start/"),
        ]:
            assert_hidden(reader, method, path, row.duty_id)
        assert reader.get(API).json()["results"] == []
        assert not heard(world, name)


def test_who_loses_an_incident_loses_its_line_in_the_list(
    world: World, readers: Readers
) -> None:
    shown = report(world, "partner", release_to=["agency:KG-BS"], title="Seen")
    row = offered(world)
    assert "Seen" in text(readers.owner.get(f"/incidents/watch/{row.duty_id}/"))
    partner = world.partner
    with acting(partner):
        made = Release.objects.visible_to(partner).of(shown).live().get()
        releases.revoke(record=shown, release_id=made.pk, by=partner)
    page = text(readers.owner.get(f"/incidents/watch/{row.duty_id}/"))
    listed = readers.owner.get(f"{API}{row.duty_id}/").json()["hand_overs"][0]["items"]
    assert shown.ref not in page
    assert listed == []


# --- pages and API -------------------------------------------------------------


def test_a_shift_by_the_pages(world: World, readers: Readers) -> None:
    local = timezone.localtime() - timedelta(minutes=5)
    form = {
        "officer": "owner",
        "deputy": "owner_low",
        "post": "",
        "starts_at": local.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (local + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"),
    }
    assert readers.owner_observer.get("/incidents/watch/new/").status_code == 403
    assert readers.owner_admin.send("/incidents/watch/new/", form).status_code == 302
    later = form | {
        "officer": "owner_low",
        "deputy": "",
        "starts_at": form["ends_at"],
        "ends_at": (local + timedelta(hours=16)).strftime("%Y-%m-%dT%H:%M"),
    }
    assert readers.owner_admin.send("/incidents/watch/new/", later).status_code == 302
    again_page = readers.owner_admin.send("/incidents/watch/new/", later)
    assert "Somebody else is planned" in text(again_page)
    rows = {one["officer"]: one for one in readers.owner.get(API).json()["results"]}
    first, second = rows["officer:owner"]["id"], rows["officer:owner_low"]["id"]
    act = f"/incidents/watch/{first}/act/"
    assert readers.owner.send(act, {"step": "start"}).status_code == 302
    # The page's form goes where the offer is taken: its own address only reads.
    page = text(readers.owner.get(f"/incidents/watch/{first}/"))
    form = page[: page.index('value="offer"')].rpartition("<form")[2]
    assert f'action="{act}"' in form
    offer = {"step": "offer", "to": second, "remark": "Quiet"}
    assert readers.owner.send(act, offer).status_code == 302
    assert "hands over to you" in text(readers.owner_low.get("/incidents/watch/"))
    page = text(readers.owner_low.get(f"/incidents/watch/{first}/"))
    assert "Accept: I am on duty" in page
    [given] = readers.owner_low.get(f"{API}{first}/").json()["hand_overs"]
    answer = f"/incidents/watch/{first}/hand-overs/{given['id']}/"
    assert "required" in text(readers.owner_low.send(answer, {"step": "refuse"}))
    assert readers.owner_low.send(answer, {"step": "accept"}).status_code == 302
    shown = text(readers.owner.get("/incidents/watch/"))
    assert shown.index("On duty now") < shown.index("Owner_Low")


def test_a_shift_by_the_api(world: World, readers: Readers) -> None:
    now = timezone.now()
    body = {
        "officer": "officer:owner",
        "starts_at": (now - timedelta(minutes=5)).isoformat(),
        "ends_at": (now + timedelta(hours=8)).isoformat(),
    }
    assert readers.owner_observer.post(API, body).status_code == 403
    made = readers.owner.post(API, body)
    assert made.status_code == 201, made.content
    path = f"{API}{made.json()['id']}/"
    match = {"If-Match": made["ETag"]}
    deputy = {"deputy": "officer:owner_low"}
    assert readers.owner.patch(path, deputy).status_code == 428
    changed = readers.owner.patch(path, deputy, **match)
    assert changed.json()["deputy"] == "officer:owner_low"
    assert readers.owner.post(f"{path}start/").json()["started_at"]
    other = body | {
        "officer": "officer:owner_low",
        "starts_at": body["ends_at"],
        "ends_at": (now + timedelta(hours=16)).isoformat(),
    }
    second = readers.owner.post(API, other).json()["id"]
    offer = readers.owner.post(f"{path}hand-over/", {"to": second, "remark": "R"})
    assert offer.status_code == 201, offer.content
    way = f"{path}hand-overs/{offer.json()['id']}/"
    assert readers.owner.post(f"{way}accept/").json()["code"] == "not_yours"
    assert readers.owner_low.post(f"{way}accept/").json()["state"] == "accepted"
    assert readers.owner.post(f"{way}withdraw/").json()["code"] == "wrong_state"
    assert readers.owner.get(path).json()["ended_at"]
    wrong = body | {"officer": "officer:partner", "starts_at": "2030-01-01T00:00:00"}
    assert readers.owner.post(API, wrong).status_code == 400
