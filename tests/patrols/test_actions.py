"""Actions on places, programmes and patrols: who may, when, and what comes of it."""

from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from agencies.accounts import actor_of
from agencies.actions import agreements, releases
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from agencies.policy import Actor
from live.models import Event
from patrols import actions, leads, rules
from patrols.models import BorderSection, Patrol, PatrolState, Programme
from patrols.rotation import deviations
from tests.patrols.series import (
    INSIDE,
    OUTSIDE,
    a_line,
    a_patrol,
    a_programme,
    a_zone,
    agree,
    days_ahead,
    under_way,
)
from tests.world import PLACE, World


def kinds(subject: Any) -> list[str]:
    """Return the kinds of a record's events, in order."""
    with system("test"):
        rows = Event.objects.filter(subject_id=subject.pk).order_by("at")
        return list(rows.values_list("kind", flat=True))


def refusal(kind: type[Refused], action: Any, by: Actor, **values: Any) -> str:
    """Return the code with which an action refuses."""
    with acting(by), pytest.raises(kind) as refused:
        action(by=by, **values)
    return refused.value.code


def worst(world: World, programme: Programme) -> Fraction:
    """Return the largest deviation in a programme's ledger."""
    with acting(world.owner):
        rows = leads.seen_entries(programme, world.owner)
    ledger = [one.slot for one in rows]
    return max(abs(d) for after in deviations(ledger) for d in after.values())


# --- places -------------------------------------------------------------------


def test_places_are_created_changed_and_released(world: World) -> None:
    by = world.owner
    with acting(by):
        made = [
            actions.create_zone(
                by=by, code="Z", name="Z", area=INSIDE[0], release_to=["agency:TJ-BT"]
            ),
            actions.create_route(by=by, code="R", name="R", line=a_line()),
            actions.create_checkpoint(by=by, code="C", name="C", place=PLACE),
        ]
        assert made[0].area.geom_type == "MultiPolygon"
        changed = [
            actions.change_zone(zone=made[0], by=by, area=OUTSIDE),
            actions.change_route(route=made[1], by=by, name="Road"),
            actions.change_checkpoint(checkpoint=made[2], by=by, code="C2"),
        ]
    assert [row.version for row in changed] == [2, 2, 2]
    assert kinds(made[0]) == ["zone.created", "zone.changed"]
    assert kinds(made[2]) == ["checkpoint.created", "checkpoint.changed"]
    with acting(world.partner):
        assert type(made[0]).objects.visible_to(world.partner).count() == 1
    code = refusal(
        Forbidden, actions.change_zone, world.partner, zone=made[0], name="Mine"
    )
    assert code == "not_owner"
    assert refusal(NotFound, actions.change_zone, world.late, zone=made[0]) == (
        "not_found"
    )


def test_raising_a_marking_withdraws_the_place(world: World) -> None:
    zone = a_zone(world.owner, release_to=["agency:TJ-BT"])
    with acting(world.owner):
        actions.change_zone(zone=zone, by=world.owner, tlp="red")
    with acting(world.partner):
        assert not type(zone).objects.visible_to(world.partner).exists()
    assert "zone.withdrawn" in kinds(zone)


def test_places_need_the_planners_role(world: World) -> None:
    by = world.actor("owner_observer")
    code = refusal(Forbidden, actions.create_zone, by, code="Z", name="Z", area=INSIDE)
    assert code == "permission"


def test_twin_codes(world: World) -> None:
    a_zone(world.owner, "Z-1")
    a_zone(world.partner, "Z-1")
    other = a_zone(world.owner, "Z-2")
    assert refusal(
        Conflict, actions.create_zone, world.owner, code="Z-1", name="", area=INSIDE
    ) == "code_taken"  # fmt: skip
    assert refusal(
        Conflict, actions.change_zone, world.owner, zone=other, code="Z-1"
    ) == "code_taken"  # fmt: skip


# --- programmes ---------------------------------------------------------------


def test_programme_reaches_all_it_entitles(world: World) -> None:
    programme = a_programme(world)
    assert kinds(programme) == ["programme.created"]
    for actor, sees in [(world.partner, True), (world.late, False)]:
        with acting(actor):
            assert Programme.objects.visible_to(actor).exists() is sees


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"entitlements": {"UZ-BT": 1}}, "not_a_party"),
        ({"entitlements": {}}, "no_entitlements"),
        ({"entitlements": ["KG-BS"]}, "no_entitlements"),
        ({"entitlements": {"KG-BS": True}}, "bad_entitlement"),
        ({"entitlements": {"KG-BS": 1.5}}, "bad_entitlement"),
        ({"purpose": "rescue"}, "purpose_not_permitted"),
        ({"section_codes": ["KG-TJ-01", "NONE"]}, "unknown_section"),
        ({"recurrence": "FREQ=HOURLY"}, "bad_frequency"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20200101"}, "never"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"duration": timedelta(0)}, "bad_duration"),
        ({"duration": timedelta(days=31)}, "bad_duration"),
        ({"horizon_days": 0}, "bad_horizon"),
        ({"first_on": date(1999, 1, 1)}, "bad_day"),
        ({"level": 3}, ""),
        ({"tlp": "red"}, "tlp_forbids"),
    ],
)
def test_programmes_that_cannot_be(
    world: World, values: dict[str, Any], code: str
) -> None:
    BorderSection.objects.create(
        code="KG-TJ-01", name="S", states=["KG", "TJ"], status="agreed",
        line="SRID=4326;MULTILINESTRING((70 40, 71 40))",
    )  # fmt: skip
    if not code:
        assert a_programme(world, **values).level == 3
        return
    with pytest.raises(Invalid) as refused:
        a_programme(world, **values)
    assert refused.value.code == code


def test_zone_outside_the_agreement_names_the_clause(world: World) -> None:
    zone = a_zone(world.owner, area=OUTSIDE)
    with pytest.raises(Invalid) as refused:
        a_programme(world, zone=zone)
    assert refused.value.code == "outside_agreement"
    assert "KG-TJ" in str(refused.value)
    assert "area" in str(refused.value)
    assert refused.value.pointer == "/zone"


def test_agreement_must_be_ones_own_and_in_force(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        a_programme(world, agreement=world.other_agreement, zone_code="Z-1")
    assert refused.value.code == "not_a_party"
    with acting(world.admin):
        agencies = world.agencies
        old = agreements.create_agreement(
            code="OLD", name="Old", signed_on=date(2020, 1, 1),
            in_force_from=date(2020, 1, 1), in_force_until=date(2021, 1, 1),
            purposes=["patrol"], parties={agencies["KG-BS"]: 1}, by=world.admin,
        )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        a_programme(world, agreement=old, entitlements={"KG-BS": 1}, zone_code="Z-2")
    assert refused.value.code == "not_in_force"


def test_patrols_are_opened_once_and_in_turn(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        first = actions.open_patrols(programme=programme, upto=days_ahead(10), by=by)
        again = actions.open_patrols(programme=programme, upto=days_ahead(10), by=by)
        more = actions.open_patrols(programme=programme, upto=days_ahead(20), by=by)
    assert (len(first), again, len(more)) == (10, [], 10)
    leads = [p.lead.code for p in [*first, *more]]
    assert leads[:6] == ["KG-BS", "TJ-BT", "KG-BS"] * 2
    assert worst(world, programme) < 1
    assert kinds(first[0]) == ["patrol.planned"]
    assert first[0].participants == ["KG-BS", "TJ-BT"]
    assert first[0].starts_at.hour == 2
    assert first[0].ends_at - first[0].starts_at == timedelta(hours=8)
    with acting(world.partner):
        assert Patrol.objects.visible_to(world.partner).count() == 20
    assert refusal(
        Forbidden, actions.open_patrols, world.partner,
        programme=programme, upto=days_ahead(30),
    ) == "not_owner"  # fmt: skip


def test_past_patrols_are_entered_on_request_only(world: World) -> None:
    programme = a_programme(world, first_on=days_ahead(-30).date())
    by = world.owner
    with acting(by):
        assert (
            len(actions.open_patrols(programme=programme, upto=days_ahead(5), by=by))
            == 5
        )
        entered = actions.open_patrols(
            programme=programme, since=days_ahead(-5), upto=days_ahead(0), by=by
        )
    assert len(entered) == 5


def test_low_clearance_does_not_bend_the_rotation(world: World) -> None:
    programme = a_programme(world, level=2)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(4), by=world.owner)
        actions.change_programme(programme=programme, by=world.owner, level=0)
    low = world.owner_low
    with acting(low):
        assert Patrol.objects.visible_to(low).count() == 0
        opened = actions.open_patrols(programme=programme, upto=days_ahead(7), by=low)
    assert [p.lead.code for p in opened] == ["TJ-BT", "KG-BS", "KG-BS"]
    assert worst(world, programme) < 1


def test_cancelled_patrols_do_not_count(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        opened = actions.open_patrols(programme=programme, upto=days_ahead(6), by=by)
        theirs = [p for p in opened if p.lead.code == "TJ-BT"]
        actions.cancel(patrol=theirs[0], reason="Snow", by=by)
        # Not opened a second time.
        assert (
            actions.open_patrols(programme=programme, upto=days_ahead(6), by=by) == []
        )
        more = actions.open_patrols(programme=programme, upto=days_ahead(9), by=by)
    # TJ-BT lost a lead; it is made up for at once.
    assert more[0].lead.code == "TJ-BT"
    with acting(by):
        kept = Patrol.objects.visible_to(by).filter(pk__in=[p.pk for p in opened])
        assert {p.pk: p.lead.code for p in kept} == {p.pk: p.lead.code for p in opened}


def test_new_entitlements_hold_from_now_on(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        old = actions.open_patrols(programme=programme, upto=days_ahead(4), by=by)
        actions.change_programme(
            programme=programme, by=by, entitlements={"KG-BS": 1, "TJ-BT": 3}
        )
        new = actions.open_patrols(programme=programme, upto=days_ahead(8), by=by)
        kept = Patrol.objects.visible_to(by).filter(pk__in=[p.pk for p in old])
        assert [p.lead_id for p in kept.order_by("starts_at")] == [
            p.lead_id for p in old
        ]
    # 3:1 of four, and KG-BS had led a third too much.
    assert sorted(p.lead.code for p in new) == ["KG-BS", "TJ-BT", "TJ-BT", "TJ-BT"]
    assert worst(world, programme) < 1
    assert old[0].entitlements == {"KG-BS": 2, "TJ-BT": 1}


def test_owner_that_left_can_only_pause(world: World) -> None:
    programme = a_programme(world)
    world.leave("KG-BS")
    by = world.owner
    code = refusal(
        Invalid, actions.change_programme, by, programme=programme, name="New"
    )
    assert code == "not_a_party"
    with acting(by):
        paused = actions.change_programme(programme=programme, by=by, is_active=False)
    assert not paused.is_active


def test_newly_entitled_agency_is_released_the_programme(world: World) -> None:
    programme = a_programme(world)
    world.join("UZ-BT")
    with acting(world.owner):
        actions.change_programme(
            programme=programme, by=world.owner,
            entitlements={"KG-BS": 1, "TJ-BT": 1, "UZ-BT": 1},
        )  # fmt: skip
    with acting(world.late):
        assert Programme.objects.visible_to(world.late).exists()


def test_new_rule_cancels_what_it_no_longer_names(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        opened = actions.open_patrols(programme=programme, upto=days_ahead(6), by=by)
    agree(world, opened[1])
    with acting(by):
        actions.agree(patrol=opened[2], by=by)
        actions.change_programme(programme=programme, by=by, start_time=time(9, 0))
        states = {
            p.pk: p.state
            for p in Patrol.objects.visible_to(by).filter(programme=programme)
        }
        assert states.pop(opened[1].pk) == PatrolState.AGREED
        assert set(states.values()) == {PatrolState.CANCELLED}
        at_nine = actions.open_patrols(programme=programme, upto=days_ahead(6), by=by)
        assert len(at_nine) == 6
        # Back again: the old starts are free.
        actions.change_programme(programme=programme, by=by, start_time=time(8, 0))
        back = actions.open_patrols(programme=programme, upto=days_ahead(6), by=by)
        assert {p.starts_at for p in back} == {
            p.starts_at for p in opened if p.pk != opened[1].pk
        }


def test_paused_programme_opens_nothing(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        actions.change_programme(programme=programme, by=by, is_active=False)
        assert (
            actions.open_patrols(programme=programme, upto=days_ahead(9), by=by) == []
        )


def test_party_that_left_stops_the_programme(world: World) -> None:
    programme = a_programme(world)
    world.leave("TJ-BT")
    assert refusal(
        Conflict, actions.open_patrols, world.owner,
        programme=programme, upto=days_ahead(9),
    ) == "party_left"  # fmt: skip


# --- patrols ------------------------------------------------------------------

STEPS = {
    "start": (actions.start, {}),
    "complete": (actions.complete, {}),
    "cancel": (actions.cancel, {"reason": "Snow"}),
}


def in_state(world: World, state: str, code: str) -> Patrol:
    """Return a patrol that was brought to a state by actions."""
    patrol = a_patrol(world, zone_code=code)
    way = {
        "planned": [], "proposed": [], "agreed": [], "under_way": ["start"],
        "completed": ["start", "complete"], "cancelled": ["cancel"],
    }  # fmt: skip
    if state == "proposed":
        with acting(world.owner):
            actions.propose(patrol=patrol, by=world.owner)
    elif state not in ("planned", "cancelled"):
        agree(world, patrol)
    with acting(world.owner):
        for step in way[state]:
            action, values = STEPS[step]
            action(patrol=patrol, by=world.owner, **values)
    return patrol


@pytest.mark.parametrize("state", list(PatrolState.values))
def test_every_step_from_every_state(world: World, state: str) -> None:
    for n, (step, (action, values)) in enumerate(STEPS.items()):
        patrol = in_state(world, state, f"Z-{n}")
        with acting(world.owner):
            row = Patrol.objects.visible_to(world.owner).get(pk=patrol.pk)
            offered = step in rules.possible(row, world.owner)
            if offered:
                done = action(patrol=patrol, by=world.owner, **values)
                assert done.state != state
                assert done.version == row.version + 1
                continue
            with pytest.raises(Conflict) as refused:
                action(patrol=patrol, by=world.owner, **values)
            assert refused.value.code == "wrong_state"


def test_lead_and_owner_run_a_patrol_others_do_not(world: World) -> None:
    patrol = agree(world, a_patrol(world, lead=world.agencies["TJ-BT"]))
    with acting(world.partner):
        actions.start(patrol=patrol, by=world.partner)
    with acting(world.owner):
        actions.complete(patrol=patrol, by=world.owner)
    assert kinds(patrol) == [
        "patrol.planned", "patrol.proposed", "patrol.consent_accepted",
        "patrol.agreed", "patrol.started", "patrol.completed",
    ]  # fmt: skip
    other = a_patrol(world, zone_code="Z-2")
    for action, values in STEPS.values():
        assert refusal(
            Forbidden, action, world.partner, patrol=other, **values
        ) == "not_lead"  # fmt: skip
        assert refusal(NotFound, action, world.late, patrol=other, **values) == (
            "not_found"
        )
        observer = world.actor("owner_observer")
        assert refusal(Forbidden, action, observer, patrol=other, **values) == (
            "permission"
        )


def test_times_of_a_patrol(world: World) -> None:
    patrol = in_state(world, "agreed", "Z")
    by = world.owner
    assert refusal(
        Invalid, actions.start, by, patrol=patrol, at=days_ahead(1)
    ) == "in_the_future"  # fmt: skip
    # Hours that nobody was out would count in the ledger.
    assert refusal(
        Invalid, actions.start, by, patrol=patrol, at=days_ahead(-1.1)
    ) == "too_early"  # fmt: skip
    begin = days_ahead(-0.5)
    with acting(by):
        started = actions.start(patrol=patrol, by=by, at=begin)
    assert started.started_at == begin
    assert refusal(
        Invalid, actions.complete, by, patrol=patrol, at=days_ahead(-1)
    ) == "before_start"  # fmt: skip
    with acting(by):
        assert actions.complete(patrol=patrol, by=by, at=days_ahead(-0.1)).ended_at


def test_cancelling_needs_a_reason(world: World) -> None:
    patrol = a_patrol(world)
    assert refusal(
        Invalid, actions.cancel, world.owner, patrol=patrol, reason="  "
    ) == "empty"  # fmt: skip


def test_commander_comes_from_the_lead_agency(world: World) -> None:
    patrol = a_patrol(world)
    officers = world.officers
    for name in ("partner", "owner_observer", "outsider"):
        assert refusal(
            Invalid, actions.name_commander, world.owner,
            patrol=patrol, officer=officers[name],
        ) == "not_a_commander"  # fmt: skip
    with acting(world.owner):
        named = actions.name_commander(
            patrol=patrol, officer=officers["owner"], by=world.owner
        )
    assert named.commander == officers["owner"]
    assert kinds(patrol)[-1] == "patrol.changed"


def test_one_off_patrol_is_released_to_those_who_take_part(world: World) -> None:
    patrol = a_patrol(world, release_to=["agency:UZ-BT", "agency:TJ-BT"])
    for actor, sees in [
        (world.partner, True),
        (world.late, True),
        (world.outsider, False),
    ]:
        with acting(actor):
            assert (
                Patrol.objects.visible_to(actor).filter(pk=patrol.pk).exists() is sees
            )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"participants": ["TJ-BT"]}, "lead_not_participant"),
        ({"participants": ["KG-BS", "XX"]}, "unknown_agency"),
        ({"ends_at": days_ahead(-1)}, "bad_duration"),
        ({"ends_at": days_ahead(40)}, "bad_duration"),
        ({"starts_at": days_ahead(-365 * 30)}, "bad_day"),
        ({"tlp": "red"}, "tlp_forbids"),
    ],
)
def test_patrols_that_cannot_be(world: World, values: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_patrol(world, **values)
    assert refused.value.code == code


def test_hidden_places_are_like_none(world: World) -> None:
    hidden = a_zone(world.partner)
    with pytest.raises(Invalid) as refused:
        a_patrol(world, zone=hidden)
    assert refused.value.code == "unknown_zone"
    with acting(world.partner):
        by = world.partner
        route = actions.create_route(by=by, code="R", name="R", line=a_line())
    with pytest.raises(Invalid) as refused:
        a_patrol(world, route=route)
    assert refused.value.code == "unknown_route"


def test_patrol_changes_until_it_leaves(world: World) -> None:
    patrol = a_patrol(world)
    by = world.owner
    with acting(by):
        assert actions.change(patrol=patrol, by=by, title="New").title == "New"
        actions.change(patrol=patrol, by=by, tlp="red")
    with acting(world.partner):
        assert not Patrol.objects.visible_to(world.partner).exists()
    gone = under_way(world, zone_code="Z-2")
    assert (
        refusal(Conflict, actions.change, by, patrol=gone, title="x") == "wrong_state"
    )
    opened = a_programme(world)
    with acting(by):
        (first, *_) = actions.open_patrols(programme=opened, upto=days_ahead(2), by=by)
    with acting(by):
        moved = actions.change(
            patrol=first, by=by, starts_at=first.starts_at - timedelta(hours=1)
        )
        assert moved.starts_at != moved.recurrence_at == first.starts_at
        # It is the same patrol still: its rule does not open it again.
        assert not actions.open_patrols(programme=opened, upto=days_ahead(2), by=by)


def test_nothing_happens_to_what_is_not_there(world: World) -> None:
    patrol = Patrol(pk=uuid4())
    for action, values in STEPS.values():
        assert refusal(NotFound, action, world.owner, patrol=patrol, **values) == (
            "not_found"
        )


def test_tear_line_follows_whoever_takes_the_step(world: World) -> None:
    patrol = a_patrol(world, lead=world.agencies["TJ-BT"])
    with acting(world.owner):
        releases.release(
            record=patrol, to="agency:UZ-BT", scope="tearline", by=world.owner
        )

    def seen() -> Patrol:
        with acting(world.late):
            return Patrol.objects.visible_to(world.late).get()

    assert (seen().state, seen().title) == ("planned", "Joint patrol")
    agree(world, patrol)
    with acting(world.partner):
        actions.start(patrol=patrol, by=world.partner)
    assert seen().state == "under_way"
    add = [actions.NewFix(days_ahead(0), (70.3, 40.1))]
    with acting(world.partner):
        actions.add_fixes(patrol=patrol, fixes=add, by=world.partner)
        actions.complete(patrol=patrol, by=world.partner)
    assert (seen().state, seen().last_place) == ("completed", None)


def test_inactive_officer_can_do_nothing(world: World) -> None:
    patrol = a_patrol(world)
    officer = world.officers["owner"]
    officer.is_active = False
    by = actor_of(officer)
    assert refusal(NotFound, actions.agree, by, patrol=patrol) == "not_found"
