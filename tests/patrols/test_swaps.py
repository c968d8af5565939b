"""Wishes before a roster is published, swaps after: between colleagues alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.accounts import actor_of
from agencies.actions import personnel, releases
from agencies.context import acting, system
from agencies.errors import Conflict, Refused
from agencies.models import Officer, Release
from agencies.policy import NOBODY_KEY, Actor
from live.models import Event
from patrols import actions, tasks
from patrols.models import Assignment, Patrol, Swap, Wish
from patrols.roster_problem import build
from tests.database import at_once
from tests.patrols.conftest import BACKEND, Caller, Callers, code_of
from tests.patrols.rosters import (
    active,
    again,
    away,
    force,
    opened,
    patrols,
    publish,
    ready,
    recruit,
)
from tests.patrols.series import a_patrol
from tests.world import World


class Station:
    """KG-BS with a published roster: who goes where, and who plans."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = force(world)
        self.planner = recruit(world, "KG-BS", "kg-planner", "planner")
        self.other_planner = recruit(world, "KG-BS", "kg-chief", "planner")
        opened(world)
        self.roster = publish(world, ready(world))
        self.kg = world.agencies["KG-BS"]
        # A duty without command, and somebody who is free for it.
        self.duty = active(agency=self.kg, is_commander=False)[0]
        self.asker = self.duty.officer
        self.free = self.free_for(self.duty)

    def free_for(self, duty: Assignment) -> Officer:
        """Return a colleague who does not go on a duty's patrol."""
        names = ("kg-three", "kg-two", "kg-one")
        return next(
            self.people[name]
            for name in names
            if self.people[name].pk != duty.officer_id
        )

    def actor(self, officer: Officer) -> Actor:
        with system("test"):
            found = Officer.objects.select_related("agency").get(pk=officer.pk)
            return actor_of(found)

    @contextmanager
    def as_(self, officer: Officer) -> Iterator[Actor]:
        by = self.actor(officer)
        with acting(by):
            yield by

    def ask(self, duty: Assignment | None = None, **values: Any) -> Swap:
        duty = duty or self.duty
        given = {"colleague": self.free_for(duty)} | values
        with self.as_(duty.officer) as by:
            return actions.ask_swap(assignment=duty, by=by, **given)

    def do(self, verb: str, swap: Swap, officer: Officer, **values: Any) -> Swap:
        with self.as_(officer) as by:
            done: Swap = getattr(actions, verb)(swap=swap, by=by, **values)
            return done

    def refused(self, *args: Any, **values: Any) -> Refused:
        with pytest.raises(Refused) as refusal:
            self.do(*args, **values)
        return refusal.value


def caller_of(officer: Officer) -> Caller:
    client = Client()
    with system("log in"):
        client.force_login(officer, backend=BACKEND)
    return Caller(client)


@pytest.fixture
def station(world: World) -> Station:
    return Station(world)


def stored(swap: Any) -> Swap:
    with system("test"):
        return Swap.objects.get(pk=getattr(swap, "pk", swap))


# --- swaps -------------------------------------------------------------------------


def test_a_duty_is_handed_over_by_three_who_agree(station: Station) -> None:
    asker, colleague = caller_of(station.asker), caller_of(station.free)
    planner = caller_of(station.planner)
    duty = station.duty
    body = {
        "assignment": str(duty.pk),
        "colleague": f"officer:{station.free.username}",
        "note": "A wedding",
    }
    made = asker.post("swaps/", body)
    assert made.status_code == 201, made.content
    at = f"swaps/{made.json()['id']}/"
    assert made.json()["state"] == "asked"
    assert code_of(asker.post("swaps/", body)) == "asked_already"
    # The asker cannot accept it, a third colleague does not see it.
    assert code_of(asker.post(f"{at}accept/")) == "not_yours"
    assert asker.post(f"{at}approve/").status_code == 403
    third = caller_of(station.world.officers["owner_observer"])
    assert third.get(at).status_code == 404
    assert code_of(planner.post(f"{at}approve/")) == "wrong_state"
    assert colleague.post(f"{at}accept/").json()["state"] == "accepted"
    assert active(pk=duty.pk)[0].officer_id == station.asker.pk
    before = patrols()[patrols().index(duty.patrol)]
    done = planner.post(f"{at}approve/").json()
    assert (done["state"], done["decided_by"]) == ("approved", "officer:kg-planner")
    now = active(pk=duty.pk)[0]
    assert now.officer_id == station.free.pk
    after = patrols()[patrols().index(duty.patrol)]
    # What partners see follows, and nothing else does.
    assert after.crew["TJ-BT"] == before.crew["TJ-BT"]
    assert after.crew["KG-BS"][0]["call_sign"] == station.free.call_sign
    assert after.commander_id == before.commander_id
    # Those concerned, and nobody else, hear of it.
    with system("test"):
        events = Event.objects.filter(subject_id=done["id"]).order_by("at")
        told = {one.kind: set(one.audience) for one in events}
        kept = build(again(station.roster), patrols()).published
    assert list(told) == ["swap.asked", "swap.accepted", "swap.approved"]
    for officer in (station.asker, station.free, station.planner):
        assert f"officer:{officer.pk}/0" in told["swap.approved"]
    assert not told["swap.asked"] & set(station.world.actor("owner_observer").keys)
    # A repair begins with the swapped crew.
    assert (str(duty.patrol_id), str(station.free.pk), False) in set(kept)


def test_partners_cannot_tell(station: Station, callers: Callers) -> None:
    paths = [
        f"patrols/{station.duty.patrol_id}/", "assignments/", "swaps/", "wishes/",
    ]  # fmt: skip
    pages = [f"/patrols/{station.duty.patrol_id}/", "/patrols/duties/"]

    def read() -> list[bytes]:
        seen = [callers.partner.get(path).content for path in paths]
        with acting(station.world.partner):
            heard = Event.objects.visible_to(station.world.partner).count()
        return [*seen, str(heard).encode()]

    before = read()
    swap = station.do("accept_swap", station.ask(), station.free)
    assert read() == before
    for at in (f"swaps/{swap.pk}/", f"/patrols/swaps/{swap.pk}/"):
        none = at.replace(str(swap.pk), str(uuid4()))
        get = callers.partner.page if at.startswith("/") else callers.partner.get
        assert get(at).status_code == get(none).status_code == 404
    for verb in ("accept", "approve"):
        real = callers.partner.post(f"swaps/{swap.pk}/{verb}/")
        none = callers.partner.post(f"swaps/{uuid4()}/{verb}/")
        assert (real.status_code, real.content) == (404, none.content)
    for page in pages:
        assert str(swap.pk) not in callers.partner.page(page).content.decode()


def test_the_rules_are_judged_at_both_steps(station: Station) -> None:
    officers = station.world.officers
    theirs = active(agency=station.world.agencies["TJ-BT"])[0]
    mine = active(officer=station.asker)[0]
    for given, code in [
        ({"colleague": officers["partner"]}, "cannot_be_sent"),
        ({"colleague": officers["owner_observer"]}, "cannot_be_sent"),
        ({"colleague": station.asker}, "cannot_be_sent"),
        ({"wanted": theirs}, "unknown"),
        ({"wanted": mine}, "not_theirs"),
    ]:
        with pytest.raises(Refused) as no:
            station.ask(**given)
        assert no.value.code == code
    swap = station.ask()
    leave = away(station.world, station.free)
    refusal = station.refused("accept_swap", swap, station.free)
    assert (refusal.status, refusal.code) == (409, "swap_refused")
    assert station.duty.patrol.ref in str(refusal)
    assert f"{station.free} – absence" in str(refusal)
    with acting(station.world.owner):
        personnel.cancel_absence(absence=leave, by=station.world.owner)
    station.do("accept_swap", swap, station.free)
    away(station.world, station.free)
    refusal = station.refused("approve_swap", swap, station.planner)
    assert refusal.code == "swap_refused"
    # Nothing is half written.
    assert stored(swap).state == "accepted"
    assert active(pk=station.duty.pk)[0].officer_id == station.asker.pk
    done = station.do("refuse_swap", swap, station.planner, reason="Wait for May")
    assert (done.state, done.reason) == ("refused", "Wait for May")


def test_nobody_decides_on_a_swap_of_their_own(station: Station) -> None:
    both = recruit(station.world, "KG-BS", "kg-both", "crew", "planner")
    swap = station.do("accept_swap", station.ask(colleague=both), both)
    assert station.refused("approve_swap", swap, both).code == "own_swap"
    refusal = station.refused("refuse_swap", swap, both, reason="No")
    assert (refusal.status, refusal.code) == (403, "own_swap")
    # Nor may a system, which could stand for one of the two.
    client = station.world.client("KG-BS", "patrols:read", "patrols:write")
    by = station.world.client_actor(client)
    with acting(by), pytest.raises(Refused) as no:
        actions.approve_swap(swap=swap, by=by)
    assert (no.value.status, no.value.code) == (403, "officer_needed")
    assert station.do("approve_swap", swap, station.planner).state == "approved"


def test_command_is_not_handed_to_whoever_may_not(station: Station) -> None:
    command = active(agency=station.kg, is_commander=True)[0]
    crew = station.people["kg-three"]
    swap = station.ask(command, colleague=crew)
    refusal = station.refused("accept_swap", swap, crew)
    assert refusal.code == "swap_refused"
    assert "commander" in str(refusal)
    # What is locked stays.
    with acting(station.world.owner):
        by = station.world.owner
        actions.lock_assignment(assignment=station.duty, is_locked=True, by=by)
    refusal = station.refused("accept_swap", station.ask(), station.free)
    assert "locked assignment" in str(refusal)
    # Two commanders exchange theirs, and command with them.
    mine = active(agency=station.kg, is_commander=True)
    given = mine[0]
    taken = next(one for one in mine if one.officer_id != given.officer_id)
    swap = station.ask(given, colleague=taken.officer, wanted=taken)
    station.do("accept_swap", swap, taken.officer)
    station.do("approve_swap", swap, station.planner)
    after = {one.pk: one for one in active(pk__in=[given.pk, taken.pk])}
    assert after[given.pk].officer_id == taken.officer_id
    assert after[taken.pk].officer_id == given.officer_id
    rows = {one.pk: one for one in patrols()}
    assert rows[given.patrol_id].commander_id == taken.officer_id
    assert rows[taken.patrol_id].commander_id == given.officer_id
    assert station.refused("take_back_swap", swap, given.officer).code == "wrong_state"


def test_what_is_overtaken_lapses(station: Station) -> None:
    first, swap = station.ask(), station.ask(active(is_commander=True)[0])
    station.do("accept_swap", first, station.free)
    assert tasks.watch_swaps() == 0
    publish(station.world, ready(station.world))
    refusal = station.refused("approve_swap", first, station.planner)
    assert (refusal.status, refusal.code) == (409, "swap_overtaken")
    assert tasks.watch_swaps() == 2
    assert stored(first).state == stored(swap).state == "lapsed"
    assert tasks.watch_swaps() == 0


def test_of_two_at_once_one_is_done(committed: World) -> None:
    station = Station(committed)
    swap = station.do("accept_swap", station.ask(), station.free)
    later = ready(committed)
    planners = iter([station.planner, station.other_planner])

    def approve() -> str:
        try:
            station.do("approve_swap", swap, next(planners))
        except Conflict as refusal:
            return refusal.code
        return "done"

    assert sorted(at_once(approve, approve)) == ["done", "wrong_state"]
    # The roster that was worked out before the swap is not published over it.
    with pytest.raises(Conflict) as refusal:
        publish(committed, later)
    assert refusal.value.code == "published_meanwhile"
    swap = station.ask(active(pk=station.duty.pk)[0], colleague=station.asker)
    station.do("accept_swap", swap, station.asker)
    anew, planners = ready(committed), iter([station.planner])

    def republish() -> str:
        try:
            publish(committed, anew)
        except Conflict as refusal:
            return refusal.code
        return "published"

    ends = at_once(approve, republish)
    assert ends in (["done", "published_meanwhile"], ["swap_overtaken", "published"])


def test_who_hears_of_a_swap_could_see_it(station: Station) -> None:
    world, by = station.world, station.world.owner
    # The patrol that is wanted is of a higher level than the one that is given.
    ours = active(agency=station.kg)
    sent = {(one.patrol_id, one.officer_id) for one in ours}
    wanted = next(
        one
        for one in ours
        if (one.patrol_id, station.asker.pk) not in sent
        and (station.duty.patrol_id, one.officer_id) not in sent
    )
    pair = [station.asker.pk, wanted.officer_id]
    with system("test"):
        Officer.objects.filter(pk__in=pair).update(clearance=2)
    with acting(by):
        actions.change(patrol=wanted.patrol, level=2, by=by)
    swap = station.ask(colleague=wanted.officer, wanted=wanted)
    cleared = {*pair, world.officers["owner"].pk}
    assert told(swap, "swap.asked") == {f"officer:{pk}/2" for pk in cleared}
    # A release ends, and a swap that hangs on it lapses: nobody there can tell.
    theirs = active(agency=world.agencies["TJ-BT"])
    duty = next(one for one in theirs if one.patrol_id != wanted.patrol_id)
    there = {one.officer for one in theirs if one.patrol_id == duty.patrol_id}
    free = {station.people["tj-one"], station.people["tj-two"]} - there
    swap = station.ask(duty, colleague=free.pop())
    assert f"officer:{duty.officer_id}/0" in told(swap, "swap.asked")
    with acting(by):
        end_releases(duty.patrol, by)
        actions.cancel(patrol=duty.patrol, reason="Snow", by=by)
    tasks.watch_swaps()
    assert told(swap, "swap.lapsed") == {NOBODY_KEY}


# --- wishes ------------------------------------------------------------------------


def test_a_wish_is_its_agency_s_as_long_as_the_patrol(
    callers: Callers, world: World
) -> None:
    force(world)
    opened(world, days=2)
    patrol, by, partner = patrols()[0], world.owner, callers.partner
    body = {"patrol": str(patrol.pk), "is_wanted": True}
    made = partner.post("wishes/", body).json()["id"]
    # Released to an officer alone: no colleague could see a wish, nor its author.
    with acting(by):
        end_releases(patrol, by)
        releases.release(record=patrol, to="officer:partner", by=by)
    refused = partner.post("wishes/", body)
    assert (refused.status_code, code_of(refused)) == (409, "not_shared")
    # Released anew until a time, the wish that was hidden is said again, until then.
    end = timezone.now() + timedelta(days=1)
    with acting(by):
        releases.release(record=patrol, to="agency:TJ-BT", expires_at=end, by=by)
    assert partner.get(f"wishes/{made}/").status_code == 404
    anew = partner.post("wishes/", body)
    assert (anew.status_code, anew.json()["id"]) == (201, made), anew.content
    with system("test"):
        event = Event.objects.get(subject_id=made, kind="wish.changed")
    ends = dict.fromkeys(event.audience, end.timestamp())
    assert f"officer:{world.partner.officer_id}/0" in ends
    assert event.expiring == ends
    # Whoever wishes and whoever takes back lock the same row first.
    for path, given in (("wishes/", body), (f"wishes/{made}/withdraw/", {})):
        with CaptureQueriesContext(connection) as queries:
            assert partner.post(path, given).status_code < 300
        first = next(q["sql"] for q in queries if "FOR UPDATE" in q["sql"])
        assert 'OF "patrols_patrol"' in first


def test_wishes_are_heeded_and_told_to_nobody_else(
    callers: Callers, world: World
) -> None:
    people = force(world)
    opened(world)
    first = patrols()[0]
    # Nobody of KG-BS has to command it.
    second = next(p for p in patrols() if p.lead_id != world.agencies["KG-BS"].pk)
    kg, tj = world.agencies["KG-BS"], world.agencies["TJ-BT"]
    names = [*people.values(), world.officers["owner"], world.officers["owner_low"],
             world.officers["partner"], world.officers["partner_low"]]  # fmt: skip
    before = callers.owner.get(f"patrols/{first.pk}/").content
    # All of TJ-BT would rather not: somebody has to.
    for officer in names:
        if officer.agency_id == tj.pk:
            _wish(officer, first, is_wanted=False, reason="My own affair")
    liking = people["kg-three"]
    for officer in names:
        if officer.agency_id == kg.pk and officer != liking:
            _wish(officer, second, is_wanted=False)
    _wish(liking, second, is_wanted=True, reason="Near home")
    assert callers.owner.get(f"patrols/{first.pk}/").content == before
    assert "My own affair" not in callers.owner.get("wishes/").content.decode()
    roster = ready(world)
    crew = active_draft(roster, second, kg)
    assert [one.officer for one in crew] == [liking]
    # The owner's sums hold its own people's wishes alone, and so does all else.
    shown = callers.owner.get(f"rosters/{roster.pk}/").json()
    terms, weights = shown["summary"]["terms"], _weights(roster)
    assert terms["wishes"] == 0
    assert shown["summary"]["cost"] == sum(terms[n] * weights[n] for n in terms)
    assert set(shown["progress"]) & {"cost", "bound"} == set()
    assert _cost(roster) > shown["summary"]["cost"]
    page = callers.owner.page(f"/patrols/rosters/{roster.pk}/").content.decode()
    assert "Near home" in page
    assert "not met" not in page
    assert "My own affair" not in page
    publish(world, roster)
    with pytest.raises(Conflict) as refusal:
        _wish(liking, first, is_wanted=False)
    assert refusal.value.code == "crew_published"


def test_wishes_on_one_s_own_page_and_over_rest(callers: Callers, world: World) -> None:
    people = force(world)
    opened(world)
    (first, *_rest) = patrols()
    station = caller_of(people["kg-three"])
    at = f"/patrols/{first.pk}/wish/"
    assert "rather not" in station.page("/patrols/duties/").content.decode()
    sent = station.send(at, wish="avoid", reason="School begins")
    back = f"/patrols/duties/#wish-of-{first.pk}"
    assert (sent.status_code, sent["Location"]) == (302, back)
    assert "School begins" in station.page("/patrols/duties/").content.decode()
    (one,) = station.get("wishes/").json()["results"]
    assert (one["is_wanted"], one["officer"]) == (False, "officer:kg-three")
    body = {"patrol": str(first.pk), "is_wanted": True}
    again_said = station.post("wishes/", body)
    assert (again_said.json()["id"], again_said.json()["version"]) == (one["id"], 2)
    # Planners of the agency read it, others do not; and nobody else takes it back.
    assert callers.owner.get(f"wishes/{one['id']}/").status_code == 200
    assert code_of(callers.owner.post(f"wishes/{one['id']}/withdraw/")) == "not_yours"
    for name in ("partner", "owner_observer", "outsider"):
        caller = getattr(callers, name)
        real, none = (caller.get(f"wishes/{pk}/") for pk in (one["id"], uuid4()))
        assert (real.status_code, real.content) == (404, none.content)
    assert station.send(at, wish="nothing").status_code == 302
    with system("test"):
        assert not Wish.objects.standing().exists()
    withdrawn = station.get("wishes/", is_withdrawn="true").json()["results"]
    assert [row["id"] for row in withdrawn] == [one["id"]]
    assert code_of(callers.owner_observer.post("wishes/", body)) == "not_sent"
    # Of no programme: no roster names its crew.
    single = {"patrol": str(a_patrol(world).pk), "is_wanted": True}
    assert code_of(station.post("wishes/", single)) == "nobody_asked"
    assert callers.outsider.send(at, wish="like").status_code == 404
    assert station.send(at, wish="dance").status_code == 400


# --- pages -------------------------------------------------------------------------


def test_a_swap_on_the_pages(station: Station) -> None:
    asker, colleague = caller_of(station.asker), caller_of(station.free)
    planner = caller_of(station.planner)
    form = f"/patrols/assignments/{station.duty.pk}/swap/"
    assert form in asker.page("/patrols/duties/").content.decode()
    assert colleague.page(form).status_code == 404
    assert str(station.free) in asker.page(form).content.decode()
    to = f"{form}?colleague={station.free.username}"
    sent = asker.send(to, wanted="over", note="A wedding")
    assert sent.status_code == 302
    at = sent["Location"]
    shown = colleague.page("/patrols/duties/").content.decode()
    assert "A wedding" in shown
    assert 'value="accept"' in shown
    assert 'value="accept"' not in asker.page(at).content.decode()
    # No without a word is none.
    colleague.send(f"{at}step/", step="decline", reason="")
    assert "Say why" in colleague.page(at).content.decode()
    colleague.send(f"{at}step/", step="accept")
    for path in ("/patrols/rosters/", f"/patrols/rosters/{station.roster.pk}/"):
        # The second is of the world's owner, a colleague.
        assert 'value="approve"' in planner.page(path).content.decode()
    planner.send(f"{at}step/", step="approve")
    assert "approved" in asker.page(at).content.decode()
    assert "exchange" in asker.page("/patrols/swaps/").content.decode()
    assert form not in asker.page("/patrols/duties/").content.decode()
    assert colleague.send(f"{at}step/", step="dance").status_code == 400
    third = caller_of(station.world.officers["owner_observer"])
    assert third.page(at).status_code == 404


def told(swap: Swap, kind: str) -> set[str]:
    with system("test"):
        return set(Event.objects.get(subject_id=swap.pk, kind=kind).audience)


def end_releases(patrol: Patrol, by: Actor) -> None:
    for one in Release.objects.visible_to(by).of(patrol).live():
        releases.revoke(record=patrol, release_id=one.pk, by=by)


def _wish(officer: Officer, patrol: Patrol, **values: Any) -> None:
    with system("test"):
        found = Officer.objects.select_related("agency").get(pk=officer.pk)
        by = actor_of(found)
    with acting(by):
        actions.wish(patrol=patrol, by=by, **values)


def active_draft(roster: Any, patrol: Patrol, agency: Any) -> list[Assignment]:
    with system("test"):
        rows = Assignment.objects.filter(roster=roster, patrol=patrol, agency=agency)
        return list(rows.select_related("officer"))


def _weights(roster: Any) -> dict[str, int]:
    with system("test"):
        found: dict[str, int] = again(roster).work.problem["weights"]
        return found


def _cost(roster: Any) -> int:
    with system("test"):
        return int(again(roster).work.plan["cost"])
