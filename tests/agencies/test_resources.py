"""Absences, papers and assets: who keeps them, what is refused, what is told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from agencies import availability
from agencies.actions import accounts, assets, personnel
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from agencies.models import (
    Absence,
    Asset,
    Authorisation,
    Certification,
    Maintenance,
    State,
    certification_code,
)
from agencies.policy import Actor, Role
from agencies.tasks import notice_expiring_papers
from live.models import Event
from tests.database import at_once
from tests.world import PLACE, World, soon

DAY = date(2026, 5, 1)


def absence(world: World, by: Actor, **values: Any) -> Absence:
    given = {
        "officer": world.officers["owner_low"],
        "kind": "leave",
        "starts_at": soon(24),
        "ends_at": soon(72),
    }
    with acting(by):
        return personnel.enter_absence(by=by, **given | values)


def radio(by: Actor, **values: Any) -> Asset:
    given = {
        "code": "R-1",
        "name": "Set",
        "kind": "radio",
        "bands": [{"from_mhz": 136, "to_mhz": 174, "mode": "fm"}],
    }
    with acting(by):
        return assets.create_asset(by=by, **given | values)


def kinds_of(pk: Any) -> list[str]:
    with system("test"):
        rows = Event.objects.filter(subject_id=pk).order_by("at", "id")
        return list(rows.values_list("kind", flat=True))


def refusal(by: Actor, act: Callable[[], Any]) -> Refused:
    with acting(by), pytest.raises(Refused) as caught:
        act()
    return caught.value


# --- absences --------------------------------------------------------------------


def test_an_absence_is_entered_changed_and_cancelled(world: World) -> None:
    by = world.owner
    row = absence(world, by, note="Home")
    with acting(by):
        personnel.change_absence(absence=row, by=by, kind="training")
        personnel.change_absence(absence=row, by=by, kind="training")
        gone = personnel.cancel_absence(absence=row, by=by)
    assert (gone.version, gone.kind) == (3, "training")
    assert kinds_of(row.pk) == [
        "absence.entered",
        "absence.changed",
        "absence.cancelled",
    ]
    again = refusal(by, lambda: personnel.cancel_absence(absence=row, by=by))
    assert (type(again), again.code) == (Conflict, "over")


def test_only_colleagues_see_it(world: World) -> None:
    row = absence(world, world.owner)
    seen = set()
    for name, actor in world.everybody.items():
        with acting(actor):
            if Absence._base_manager.filter(pk=row.pk).exists():
                seen.add(name)
    assert seen == {"owner", "owner_low", "owner_admin", "owner_observer"}


def test_who_may_keep_them(world: World) -> None:
    row = absence(world, world.actor("owner_admin"))
    for name in ("owner_observer", "admin"):
        actor = world.everybody[name]
        given = {"officer": world.officers["owner_low"], "name": "Medic", "by": actor}
        found = refusal(actor, lambda: personnel.certify(**given))  # noqa: B023
        assert (type(found), found.code) == (Forbidden, "permission")
    for name in ("partner", "outsider"):
        actor = world.actor(name)
        change = refusal(actor, lambda: personnel.cancel_absence(absence=row, by=actor))  # noqa: B023
        assert type(change) is NotFound
    # A partner sees the liaison officer, but keeps nothing of them.
    partner = world.partner
    found = refusal(partner, lambda: absence_of_others(world, partner))
    assert (type(found), found.code) == (Forbidden, "not_owner")
    outsider = world.outsider
    assert type(refusal(outsider, lambda: absence_of_others(world, outsider))) is (
        NotFound
    )


def absence_of_others(world: World, by: Actor) -> Absence:
    return personnel.enter_absence(
        officer=world.officers["owner"],
        kind="leave",
        starts_at=soon(1),
        ends_at=soon(2),
        by=by,
    )


def test_two_of_a_kind_never_overlap(world: World) -> None:
    by = world.owner
    first = absence(world, by)
    overlapping = {"starts_at": soon(48), "ends_at": soon(96)}
    found = refusal(by, lambda: absence(world, by, **overlapping))
    assert (found.code, found.pointer) == ("overlaps", "/starts_at")
    # Of another kind, of another officer, right afterwards, or once it is cancelled.
    absence(world, by, **overlapping, kind="sick")
    absence(world, by, **overlapping, officer=world.officers["owner"])
    absence(world, by, starts_at=first.ends_at, ends_at=soon(200))
    with acting(by):
        personnel.cancel_absence(absence=first, by=by)
    absence(world, by, starts_at=soon(30), ends_at=soon(71))
    wrong = refusal(by, lambda: absence(world, by, starts_at=soon(9), ends_at=soon(8)))
    assert (wrong.code, wrong.pointer) == ("ends_too_early", "/ends_at")


def test_of_two_at_once_one_is_refused(committed: World) -> None:
    world = committed
    with system("test"):
        by = world.owner

    def enter() -> str:
        try:
            absence(world, by)
        except Conflict as conflict:
            return conflict.code
        return "entered"

    assert sorted(at_once(enter, enter, enter)) == ["entered", "overlaps", "overlaps"]


# --- papers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Commander", "commander"),
        (" drone  PILOT ", "drone-pilot"),
        ("Первая помощь", "первая-помощь"),
        ("First aid / level 2", "first-aid-level-2"),
        ("!?", ""),
    ],
)
def test_a_name_gives_its_code(name: str, code: str) -> None:
    assert certification_code(name) == code


def test_a_certification_is_held_once_and_renewed(world: World) -> None:
    by, officer = world.owner, world.officers["owner_low"]
    with acting(by):
        row = personnel.certify(
            officer=officer, name="commander", by=by, expires_on=DAY
        )
    found = refusal(
        by, lambda: personnel.certify(officer=officer, name="COMMANDER", by=by)
    )
    assert (found.code, found.pointer) == ("already_certified", "/name")
    with acting(by):
        assert availability.commanders([officer.pk], DAY) == {officer.pk}
        assert availability.commanders([officer.pk], DAY + timedelta(1)) == set()
        later = DAY + timedelta(400)
        personnel.change_certification(certification=row, by=by, expires_on=later)
        assert availability.commanders([officer.pk], later) == {officer.pk}
        personnel.revoke_certification(certification=row, by=by)
        assert availability.commanders([officer.pk], DAY) == set()
        personnel.certify(officer=officer, name="commander", by=by)
    nothing = refusal(by, lambda: personnel.certify(officer=officer, name="?", by=by))
    assert nothing.pointer == "/name"


def test_an_authorisation_rests_on_something(world: World) -> None:
    by, officer = world.owner, world.officers["owner_low"]
    given: dict[str, Any] = {
        "officer": officer,
        "territory": State.objects.get(code="TJ"),
        "valid_from": DAY,
        "by": by,
    }
    found = refusal(by, lambda: personnel.authorise(**given))
    assert (found.code, found.pointer) == ("no_ground", "/authority")
    early = {"expires_on": DAY - timedelta(1), "authority": "The ministry"}
    found = refusal(by, lambda: personnel.authorise(**given, **early))
    assert (found.code, found.pointer) == ("ends_too_early", "/expires_on")
    with acting(by):
        row = personnel.authorise(**given, agreement=world.agreement)
        held = availability.authorisations([officer.pk], DAY, DAY)
        assert [one.pk for one in held[officer.pk]] == [row.pk]
        before = DAY - timedelta(9)
        assert not availability.authorisations([officer.pk], before, before)
    double = refusal(by, lambda: personnel.authorise(**given, authority="Another"))
    assert (double.code, double.pointer) == ("already_authorised", "/valid_from")


def test_papers_go_with_their_officer_and_so_does_what_was_told(world: World) -> None:
    by, officer = world.owner, world.officers["owner_low"]
    row = absence(world, by)
    with acting(world.admin):
        accounts.change_officer(
            officer=officer, by=world.admin, agency=world.agencies["KZ-BS"]
        )
    for actor, sees in ((world.owner, False), (world.outsider, True)):
        with acting(actor):
            assert Absence._base_manager.filter(pk=row.pk).exists() is sees
            assert not Event._base_manager.filter(
                subject_id=row.pk, kind="absence.entered"
            ).exists()


@pytest.mark.parametrize(
    ("left", "told"), [(31, []), (30, [30]), (8, [30]), (7, [7]), (0, [0]), (-3, [])]
)
def test_notice_is_given_once_for_each_day(
    world: World, left: int, told: list[int]
) -> None:
    by, officer = world.owner, world.officers["owner_low"]
    with acting(by):
        paper = personnel.certify(officer=officer, name="Medic", by=by)
        with system("test"):
            today = personnel._today_of(world.agencies["KG-BS"])
        personnel.change_certification(
            certification=paper, by=by, expires_on=today + timedelta(left)
        )
    assert [notice_expiring_papers(), notice_expiring_papers()] == [len(told), 0]
    with system("test"):
        events = Event.objects.filter(kind="certification.expiry_noticed")
        assert [event.detail["days"] for event in events] == told
        # Nothing that anybody wrote has changed.
        assert Certification.objects.get(pk=paper.pk).version == 2


def test_a_renewed_paper_gives_notice_anew(world: World) -> None:
    by, officer = world.owner, world.officers["owner_low"]
    with system("test"):
        today = personnel._today_of(world.agencies["KG-BS"])
    with acting(by):
        paper = personnel.authorise(
            officer=officer,
            territory=State.objects.get(code="TJ"),
            valid_from=DAY,
            expires_on=today + timedelta(5),
            authority="A",
            by=by,
        )
    assert notice_expiring_papers() == 1
    with acting(by):
        personnel.change_authorisation(
            authorisation=paper, by=by, expires_on=today + timedelta(20)
        )
    assert notice_expiring_papers() == 1
    with acting(by):
        personnel.revoke_authorisation(authorisation=paper, by=by)
    assert notice_expiring_papers() == 0


# --- assets ----------------------------------------------------------------------


def test_an_asset_is_released_with_its_maintenance(world: World) -> None:
    by = world.owner
    row = radio(by, release_to=["agency:TJ-BT"])
    with acting(by):
        planned = assets.plan_maintenance(
            asset=row, starts_at=soon(1), ends_at=soon(9), reason="Service", by=by
        )
    for actor, sees in ((world.partner, True), (world.outsider, False)):
        with acting(actor):
            assert Asset.objects.visible_to(actor).filter(pk=row.pk).exists() is sees
            seen = Maintenance.objects.visible_to(actor).filter(pk=planned.pk)
            assert seen.exists() is sees
    partner = world.partner
    found = refusal(
        partner, lambda: assets.end_maintenance(maintenance=planned, by=partner)
    )
    assert (type(found), found.code) == (Forbidden, "not_owner")
    with acting(by):
        assert [one.pk for one in availability.assets([row.owner_id])] == [row.pk]
        out = availability.maintenances([row.pk], soon(2), soon(3))
        assert out == {row.pk: [planned]}
        assert availability.maintenances([row.pk], soon(9), soon(10)) == {}
        assets.end_maintenance(maintenance=planned, by=by)
        assert availability.maintenances([row.pk], soon(2), soon(3)) == {}
        assets.change_asset(asset=row, by=by, status="unserviceable")
        assert availability.assets([row.owner_id]) == []
    assert kinds_of(row.pk)[:2] == ["asset.created", "asset.maintenance_planned"]


def test_maintenance_that_has_begun_ends_now(world: World) -> None:
    by = world.owner
    row = radio(by)
    with acting(by):
        planned = assets.plan_maintenance(
            asset=row, starts_at=soon(-3), ends_at=soon(9), by=by
        )
        ended = assets.end_maintenance(maintenance=planned, by=by)
    assert ended.cancelled_at is None
    assert ended.ends_at < soon(0.1)
    over = refusal(by, lambda: assets.end_maintenance(maintenance=planned, by=by))
    assert over.code == "over"


def test_what_is_refused_of_assets(world: World) -> None:
    by = world.owner
    row = radio(by)
    with acting(by):
        assets.plan_maintenance(asset=row, starts_at=soon(1), ends_at=soon(9), by=by)
    more = {"asset": row, "starts_at": soon(8), "ends_at": soon(10), "by": by}
    assert refusal(by, lambda: assets.plan_maintenance(**more)).code == "overlaps"
    assert refusal(by, lambda: radio(by)).code == "code_taken"
    for bands in (
        [{"from_mhz": 9, "to_mhz": 5, "mode": "fm"}],
        [{"from_mhz": 5, "to_mhz": 9, "mode": "xx"}],
        [{"from_mhz": 5 + n, "to_mhz": 5.5 + n, "mode": "fm"} for n in range(13)],
    ):
        found = refusal(by, lambda: radio(by, code="R-2", bands=bands))  # noqa: B023
        assert (type(found), found.code) == (Invalid, "bad_bands")
    assert refusal(by, lambda: radio(by, code="R-2", kind="dog")).code == "no_radio"
    with acting(by):
        assets.change_asset(asset=row, by=by, status="retired")
    late = {"asset": row, "starts_at": soon(20), "ends_at": soon(21), "by": by}
    assert refusal(by, lambda: assets.plan_maintenance(**late)).code == "retired"


def test_a_post_is_ones_own(world: World) -> None:
    from agencies.actions import posts  # noqa: PLC0415

    with acting(world.partner):
        post = posts.create_post(
            by=world.partner,
            code="P",
            name="P",
            place=PLACE,
            release_to=["agency:KG-BS"],
        )
    found = refusal(world.owner, lambda: radio(world.owner, post=post))
    assert (found.code, found.pointer) == ("foreign_post", "/post")


def test_a_hidden_post_of_an_asset_stays_as_it_is(world: World) -> None:
    """Whoever is not cleared for the post changes the rest of the asset."""
    from agencies.actions import posts  # noqa: PLC0415

    by, low = world.owner, world.owner_low
    with acting(by):
        post = posts.create_post(by=by, code="P", name="P", place=PLACE, level=2)
    row = radio(by, post=post)
    with acting(low):
        changed = assets.change_asset(asset=row, by=low, name="Another")
        assert changed.post_id == post.pk
        assert assets.change_asset(asset=row, by=low, post=None).post_id is None


def test_an_agreement_that_others_left_is_not_read(world: World) -> None:
    by, officer = world.owner, world.officers["owner_low"]
    with acting(by):
        row = personnel.authorise(
            officer=officer,
            territory=State.objects.get(code="TJ"),
            valid_from=DAY,
            agreement=world.agreement,
            by=by,
        )
    world.leave("KG-BS")
    again = world.owner
    with acting(again):
        changed = personnel.change_authorisation(
            authorisation=row, by=again, agreement=None, authority="The ministry"
        )
        assert changed.agreement_id is None
        assert Authorisation.objects.visible_to(again).count() == 1


def test_observers_and_administrators_keep_no_assets(world: World) -> None:
    for name in ("owner_observer", "owner_admin"):
        actor = world.actor(name)
        assert Role.PLANNER not in actor.roles
        assert refusal(actor, lambda: radio(actor)).code == "permission"  # noqa: B023
