"""The preview: what would stand in the way, of what the reader may know."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiLineString
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.actions import accounts, assets, personnel
from agencies.context import acting
from agencies.models import Asset, Officer
from agencies.policy import Role
from patrols import actions
from patrols.models import BorderSection, Programme, Zone
from tests.api.http import system
from tests.patrols.conftest import Callers, programme_form
from tests.patrols.rosters import certify, recruit
from tests.patrols.series import (
    OUTSIDE,
    a_line,
    a_patrol,
    a_programme,
    a_zone,
    agree,
    days_ahead,
)
from tests.patrols.test_api import body_of_patrol, body_of_programme
from tests.patrols.test_legal_basis import signed
from tests.world import World

AT = days_ahead(3).replace(hour=4, minute=0, second=0, microsecond=0)
UNTIL = AT + timedelta(hours=8)


@pytest.fixture
def zone(world: World) -> Zone:
    """A zone that the partner sees, too."""
    return a_zone(world.owner, release_to=["agency:TJ-BT"])


def one_off(zone: Zone, **values: Any) -> dict[str, Any]:
    """Return the body of a patrol three days ahead."""
    hours = {"starts_at": AT.isoformat(), "ends_at": UNTIL.isoformat()}
    return body_of_patrol(str(zone.pk), **(hours | values))


def found(answer: Any) -> dict[str, dict[str, Any]]:
    """Return the conflicts of a preview of one patrol, by their codes."""
    assert answer.status_code == 200, answer.content
    told = answer.json()
    (date,) = told["dates"]
    return {one["code"]: one for one in [*told["conflicts"], *date["conflicts"]]}


def test_nothing_is_saved_and_each_clause_is_told(
    callers: Callers, world: World
) -> None:
    """All that are broken, not the first alone."""
    outside = a_zone(world.owner, "Z-9", area=OUTSIDE)
    wrong = one_off(
        outside, purpose="rescue", participants=["KG-BS", "UZ-BT"], lead="KG-BS"
    )
    told = found(callers.owner.post("patrols/preview/", wrong))
    clauses = {code: (one["kind"], one["clause"], one["pointer"])
               for code, one in told.items()}  # fmt: skip
    assert (
        clauses
        | {
            "purpose_not_permitted": ("agreement", "purposes", "/purpose"),
            "not_a_party": ("agreement", "parties", "/participants"),
            "outside_agreement": ("agreement", "area", "/zone"),
        }
        == clauses
    )
    alone = one_off(outside)
    del alone["agreement"]
    told = found(callers.owner.post("patrols/preview/", alone))
    assert told["agreement_needed"]["kind"] == "agreement"
    assert callers.owner.get("patrols/").json()["results"] == []


def test_dates_of_a_programme_have_their_own(
    callers: Callers, world: World, zone: Zone
) -> None:
    """The term's end, a clash, a day left out: on each date its own."""
    today = timezone.localdate()
    day = [today + timedelta(days=n) for n in range(8)]
    short = signed(world, in_force_until=day[3])
    a_patrol(
        world, world.partner, zone=zone, lead=world.agencies["TJ-BT"],
        starts_at=_noon(day[2]), ends_at=_noon(day[2]) + timedelta(hours=1),
    )  # fmt: skip
    body = body_of_programme(
        str(zone.pk), agreement=short.code, recurrence="FREQ=DAILY", time_zone="UTC",
        start_time="10:00", duration="04:00:00", first_on=day[1].isoformat(),
        excepted_on=[day[4].isoformat()],
    )  # fmt: skip
    told = callers.owner.post("programmes/preview/", body).json()
    assert told["conflicts"] == []
    shown = {
        date["starts_at"][:10]: [c["code"] for c in date["conflicts"] if _is_not_own(c)]
        for date in told["dates"]
    }
    assert shown == {
        day[1].isoformat(): [],
        day[2].isoformat(): ["same_zone"],
        day[3].isoformat(): [],
        day[4].isoformat(): ["left_out"],
        day[5].isoformat(): ["not_in_force"],
        day[6].isoformat(): ["not_in_force"],
        day[7].isoformat(): ["not_in_force"],
    }
    assert [date["lead"] for date in told["dates"] if not date["is_left_out"]]
    # The same on the page, in words.
    form = programme_form(
        zone, agreement="SHORT", repeats="daily", time_zone="UTC", start_time="10:00",
        duration="4", first_on=day[1].isoformat(), excepted_on=day[4].isoformat(),
    )  # fmt: skip
    page = callers.owner.send("/patrols/programmes/new/", **form, preview="yes")
    text = page.content.decode()
    assert text.count("clause “term”: it is not in force then") == 3
    assert "led by TJ-BT, is in the same zone at that time" in text
    assert "Left out: no patrol on this day." in text


def test_an_agreed_patrol_stays_on_a_day_that_is_left_out(
    callers: Callers, world: World
) -> None:
    """It is told once, and the day not again as left out."""
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        opened = actions.open_patrols(programme=programme, upto=days_ahead(3), by=by)
    agreed = agree(world, opened[1])
    day = agreed.starts_at.date().isoformat()
    told = callers.owner.post(
        f"programmes/{programme.pk}/preview/", {"excepted_on": [day]}
    ).json()["dates"]
    (there,) = [one for one in told if one["starts_at"].startswith(day)]
    assert there["patrol"] == str(agreed.pk)
    assert "kept" in {one["code"] for one in there["conflicts"]}
    with acting(by):
        assert Programme.objects.visible_to(by).get().excepted_on == []


def _noon(day: Any) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def _is_not_own(conflict: dict[str, Any]) -> bool:
    return bool(conflict["kind"] != "force")


def test_only_what_the_reader_sees_clashes(
    callers: Callers, world: World, zone: Zone
) -> None:
    """A patrol of the partner's alone in the shared zone is not told of."""
    hours = {"starts_at": AT, "ends_at": UNTIL}
    hidden = a_patrol(
        world, world.partner, zone=zone, agreement=None,
        lead=world.agencies["TJ-BT"], participants=["TJ-BT"], **hours,
    )  # fmt: skip
    ask = one_off(zone)
    before = callers.owner.post("patrols/preview/", ask).content
    assert "same_zone" not in found(callers.owner.post("patrols/preview/", ask))
    with acting(world.partner):
        actions.cancel(patrol=hidden, by=world.partner, reason="Snow")
    assert callers.owner.post("patrols/preview/", ask).content == before

    # Nor is an answer kept: what one sees now is told.
    once = {"Idempotency-Key": "one"}
    assert callers.owner.post("patrols/preview/", ask, **once).content == before
    shown = a_patrol(world, zone=zone, **hours)
    met = found(callers.owner.post("patrols/preview/", ask, **once))["same_zone"]
    assert met["patrol"]["ref"] == shown.ref
    later = ask | {"starts_at": UNTIL.isoformat(),
                   "ends_at": (UNTIL + timedelta(hours=1)).isoformat()}  # fmt: skip
    assert "same_zone" not in found(callers.owner.post("patrols/preview/", later))
    # What is previewed does not clash with itself.
    same = callers.owner.post(f"patrols/{shown.pk}/preview/", {"title": "Other"})
    assert "same_zone" not in found(same)


def test_a_clash_stands_on_both_pages(
    callers: Callers, world: World, zone: Zone
) -> None:
    """For whom it concerns: a reader that takes no part is told nothing."""
    to = ["agency:UZ-BT"]
    one = a_patrol(world, zone=zone, starts_at=AT, ends_at=UNTIL, release_to=to)
    other = a_patrol(world, zone=zone, starts_at=AT, ends_at=UNTIL, release_to=to)
    hidden = a_zone(world.partner, "Z-H")
    a_patrol(
        world, world.partner, zone=hidden, lead=world.agencies["TJ-BT"],
        starts_at=AT, ends_at=UNTIL,
    )  # fmt: skip
    for caller in (callers.owner, callers.partner):
        page = caller.page(f"/patrols/{one.pk}/").content.decode()
        assert "At the same time in the same place" in page
        assert other.ref in page
        (told,) = caller.get(f"patrols/{one.pk}/clashes/").json()["results"]
        assert (told["ref"], told["is_same_zone"]) == (other.ref, True)
    assert other.ref.encode() not in callers.late.page(f"/patrols/{one.pk}/").content
    late = callers.late.get(f"patrols/{one.pk}/clashes/")
    assert late.json() == {"results": []}
    with acting(world.owner):
        actions.cancel(patrol=other, by=world.owner, reason="Snow")
    assert callers.owner.get(f"patrols/{one.pk}/clashes/").json() == {"results": []}


def test_two_patrols_in_a_hidden_zone_are_not_compared(
    callers: Callers, world: World
) -> None:
    hidden = a_zone(world.partner, "Z-H")
    lead = world.agencies["TJ-BT"]
    for title in ("One", "Two"):
        patrol = a_patrol(
            world, world.partner, zone=hidden, lead=lead, title=title,
            starts_at=AT, ends_at=UNTIL,
        )  # fmt: skip
    path = f"patrols/{patrol.pk}/clashes/"
    assert callers.partner.get(path).json()["results"]
    assert callers.owner.get(path).json() == {"results": []}


def test_programmes_meet_on_a_section(
    callers: Callers, world: World, zone: Zone
) -> None:
    line = MultiLineString(a_line(), srid=4326)
    for code in ("S-1", "S-2"):
        BorderSection.objects.create(
            code=code, name=code, states=["KG", "TJ"], status="agreed", line=line
        )
    theirs = a_programme(
        world, world.partner, code="THEIRS", section_codes=["S-1", "S-2"],
        zone=a_zone(world.partner, "Z-T"),
    )  # fmt: skip
    by = world.partner
    with acting(by):
        actions.open_patrols(programme=theirs, upto=days_ahead(3), by=by)
    body = body_of_programme(
        str(zone.pk), recurrence="FREQ=DAILY", start_time="09:00",
        section_codes=["S-2"],
    )  # fmt: skip
    dates = callers.owner.post("programmes/preview/", body).json()["dates"]
    # Not the first: of the two one may have begun today, and the other not.
    (met,) = [c for c in dates[1]["conflicts"] if c["kind"] == "clash"]
    assert met["code"] == "same_section"
    assert "on S-2 at that time" in met["detail"]


@pytest.fixture
def crew(world: World) -> None:
    """KG-BS has three who can go, and one vehicle; those of ``world`` cannot."""
    with acting(world.admin):
        for name in ("owner", "owner_low"):
            accounts.change_officer(
                officer=world.officers[name], roles=[Role.PLANNER], by=world.admin
            )
    recruit(world, "KG-BS", "kg-one", Role.COMMANDER)
    recruit(world, "KG-BS", "kg-two", Role.CREW)
    recruit(world, "KG-BS", "kg-three", Role.CREW)
    recruit(world, "TJ-BT", "tj-one", Role.COMMANDER)
    with acting(world.owner):
        assets.create_asset(
            by=world.owner, code="UAZ-1", name="UAZ", kind="vehicle", release_to=[]
        )


DEMAND = {
    "places": {"KG-BS": 3, "TJ-BT": 1},
    "certificates": {"medic": 1},
    "languages": ["ru"],
    "equipment": {"KG-BS": {"vehicle": 1}, "TJ-BT": {"drone": 9}},
}


def test_what_the_own_agency_lacks(
    callers: Callers, world: World, zone: Zone, crew: None
) -> None:
    by = world.owner
    with acting(by):
        officers = {o.username: o for o in Officer.objects.visible_to(by)}
        van = Asset.objects.visible_to(by).get()
    ask = one_off(zone, demand=DEMAND)

    def codes() -> dict[str, Any]:
        return found(callers.owner.post("patrols/preview/", ask))

    told = codes()
    assert set(told) == {"certificate_missing", "language_missing"}
    assert "“medic”: the crew needs 1" in told["certificate_missing"]["detail"]
    with acting(by):
        certify(world, officers["kg-two"])
        personnel.certify(officer=officers["kg-two"], name="medic", by=by)
        personnel.enter_absence(
            officer=officers["kg-one"], kind="leave", starts_at=AT,
            ends_at=AT + timedelta(hours=1), by=by,
        )  # fmt: skip
        assets.plan_maintenance(
            asset=van, starts_at=AT, ends_at=UNTIL, reason="Oil", by=by
        )
    told = codes()
    short = told["officers_short"]["given"]
    assert (short["wanted"], short["free"], short["away"], short["all"]) == (3, 2, 1, 3)
    # Who leads needs a commander, and the only one is on leave.
    assert set(told) == {
        "officers_short", "commander_missing", "language_missing", "equipment_short",
    }  # fmt: skip
    # Of partners' people nothing is told, to the partner nothing of ours.
    theirs = callers.partner.post("patrols/preview/", ask | {"lead": "TJ-BT"})
    assert set(found(theirs)) <= {"equipment_short", "language_missing",
                                  "certificate_missing"}  # fmt: skip
    assert "vehicle" not in theirs.content.decode()


def test_a_system_is_told_of_people_by_its_scope(world: World, zone: Zone) -> None:
    """Whoever may not read officers does not learn by a preview who is free."""
    ask = one_off(zone, demand=DEMAND | {"places": {"KG-BS": 50}})
    scopes = ["patrols:read", "patrols:write"]
    for scope, is_told in ((None, False), ("resources:read", True)):
        asked = system(world, "KG-BS", *scopes, *([scope] if scope else []))
        told = found(asked.post("patrols/preview/", ask))
        assert ("officers_short" in told) is is_told
        assert ("equipment_short" in told) is is_told


def test_queries_do_not_grow_with_the_dates(
    callers: Callers, world: World, zone: Zone, crew: None
) -> None:
    """Nor with the patrols that are met, or the officers."""
    body = body_of_programme(str(zone.pk), demand=DEMAND, recurrence="FREQ=DAILY")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert callers.owner.post("programmes/preview/", body).status_code == 200
        return len(queries)

    count()
    before = count()
    for day in range(1, 5):
        a_patrol(world, zone=zone, starts_at=AT + timedelta(days=day),
                 ends_at=UNTIL + timedelta(days=day))  # fmt: skip
    recruit(world, "KG-BS", "kg-four", Role.CREW)
    assert count() == before
    assert before < 60


def test_clocks_that_change_are_told(callers: Callers, zone: Zone) -> None:
    """Berlin's is set back on the last Sunday of October, forward in March."""
    body = body_of_programme(
        str(zone.pk), time_zone="Europe/Berlin", start_time="01:00",
        first_on="2027-03-27", duration="04:00:00", recurrence="FREQ=DAILY",
    )  # fmt: skip

    def dates(**values: Any) -> dict[str, list[Any]]:
        told = callers.owner.post("programmes/preview/", body | values).json()["dates"]
        return {
            date["starts_at"][:10]: [
                c for c in date["conflicts"] if c["kind"] == "clock"
            ]
            for date in told
        }

    (change,) = dates()["2027-03-28"]
    assert (change["code"], change["given"]["hours"]) == ("clock_change", "3")
    skipped = dates(start_time="02:30")["2027-03-28"][0]
    assert skipped["code"] == "start_skipped"
    assert "it starts at 03:30" in skipped["detail"]
    twice = dates(start_time="02:30", first_on="2027-10-30")["2027-10-31"][0]
    assert twice["code"] == "start_twice"
