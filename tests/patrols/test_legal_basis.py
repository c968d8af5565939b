"""What patrols rest on: each clause of an agreement is held, and named if it fails."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.actions import agreements
from agencies.context import acting
from agencies.errors import Invalid
from agencies.models import Agreement
from patrols import actions
from patrols.models import Patrol
from tests.patrols.conftest import Callers, code_of, faults
from tests.patrols.series import (
    OUTSIDE,
    a_patrol,
    a_programme,
    a_zone,
    agree,
    days_ahead,
)
from tests.patrols.test_api import body_of_patrol
from tests.patrols.test_crossing import a_section, box
from tests.world import World


def signed(world: World, code: str = "SHORT", **values: Any) -> Agreement:
    """Sign another agreement of the two agencies."""
    parties = {world.agencies["KG-BS"]: 2, world.agencies["TJ-BT"]: 1}
    with acting(world.admin):
        return agreements.create_agreement(
            by=world.admin,
            **(
                {
                    "code": code,
                    "name": "Another one",
                    "signed_on": date(2020, 1, 1),
                    "in_force_from": date(2020, 1, 1),
                    "purposes": ["patrol"],
                    "max_crossing_m": 100_000,
                    "parties": parties,
                }
                | values
            ),
        )


def test_one_agency_at_home_needs_no_agreement(world: World) -> None:
    """Two do, and so does one that enters another state."""
    alone = a_patrol(world, agreement=None, participants=["KG-BS"])
    assert alone.agreement is None
    abroad = {"places": {"KG-BS": 1}, "territories": ["TJ"]}
    for values in (
        {},
        {"participants": ["TJ-BT"], "lead": world.agencies["TJ-BT"]},
        {"participants": ["KG-BS"], "demand": abroad},
    ):
        with pytest.raises(Invalid) as refused:
            a_patrol(world, agreement=None, zone=alone.zone, **values)
        assert (refused.value.code, refused.value.pointer) == (
            "agreement_needed", "/agreement",
        )  # fmt: skip
    home = {"places": {"KG-BS": 1}, "territories": ["KG"]}
    with acting(world.owner):
        changed = actions.change(patrol=alone, by=world.owner, demand=home)
        with pytest.raises(Invalid) as refused:
            actions.change(patrol=changed, by=world.owner, demand=abroad)
    assert refused.value.code == "agreement_needed"


@pytest.mark.parametrize(
    ("values", "code", "pointer", "clause"),
    [
        ({"starts_at": datetime(2019, 12, 31, 20, tzinfo=UTC),
          "ends_at": datetime(2020, 1, 1, 4, tzinfo=UTC)},
         "not_in_force", "/agreement", "KG-TJ, clause “term”"),
        ({"purpose": "rescue"},
         "purpose_not_permitted", "/purpose", "KG-TJ, clause “purposes”"),
        ({"participants": ["KG-BS", "UZ-BT"]},
         "not_a_party", "/participants", "clause “parties”: UZ-BT is not one"),
        ({"area": OUTSIDE},
         "outside_agreement", "/zone", "KG-TJ, clause “area”"),
    ],
)  # fmt: skip
def test_a_patrol_names_the_clause_that_it_breaks(
    callers: Callers, world: World, values: Any, code: str, pointer: str, clause: str
) -> None:
    """The same for a page, the API and a programme."""
    area = {"area": values.pop("area")} if "area" in values else {}
    zone = a_zone(world.owner, "Z-P", **area)
    # In Bishkek it is 2020 already four hours before the day ends in UTC.
    if code == "not_in_force":
        values["starts_at"] -= timedelta(hours=4)
    with pytest.raises(Invalid, match=clause) as refused:
        a_patrol(world, zone=zone, **values)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    sent = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    answer = callers.owner.post("patrols/", body_of_patrol(str(zone.pk), **sent))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_the_last_day_counts_to_its_midnight(world: World) -> None:
    """By the owner's clock: what goes on after it is outside the term."""
    until = (timezone.now() + timedelta(days=3)).date()
    short = signed(world, in_force_until=until)
    midnight = datetime(until.year, until.month, until.day, 18, tzinfo=UTC)
    zone, begin = a_zone(world.owner), midnight - timedelta(hours=6)
    a_patrol(world, zone=zone, agreement=short, starts_at=begin, ends_at=midnight)
    with pytest.raises(Invalid, match="SHORT, clause “term”"):
        a_patrol(
            world, zone=zone, agreement=short, starts_at=begin,
            ends_at=midnight + timedelta(minutes=1),
        )  # fmt: skip
    # A programme under it opens no patrol that would go on after it.
    night = a_programme(
        world, zone=zone, agreement=short, start_time=begin.time(),
        time_zone="UTC", duration=timedelta(hours=7),
    )  # fmt: skip
    by = world.owner
    with acting(by):
        made = actions.open_patrols(programme=night, upto=days_ahead(9), by=by)
    assert made
    assert max(one.ends_at for one in made) < midnight


def test_a_patrol_keeps_to_the_crossing_depth(world: World) -> None:
    """Its zone, its route, and a zone that is drawn anew under it."""
    a_section()
    shallow = signed(world, "DEPTH", max_crossing_m=6000)
    by = world.owner
    near = a_zone(by, "NEAR", area=box(40.0, 40.05))
    far = a_zone(by, "FAR", area=box(40.0, 40.2))
    with pytest.raises(Invalid, match="DEPTH, clause “crossing depth”") as refused:
        a_patrol(world, zone=far, agreement=shallow)
    assert (refused.value.code, refused.value.pointer) == ("too_deep", "/zone")
    patrol = a_patrol(world, zone=near, agreement=shallow)
    with acting(by):
        with pytest.raises(Invalid) as refused:
            actions.change(patrol=patrol, by=by, zone=far)
        assert refused.value.code == "too_deep"
        with pytest.raises(Invalid, match=f"Patrol {patrol.ref}: Agreement"):
            actions.change_zone(zone=near, by=by, area=box(40.0, 40.2))
        actions.cancel(patrol=patrol, by=by, reason="Snow")
        actions.change_zone(zone=near, by=by, area=box(40.0, 40.2))


def test_a_counter_proposal_keeps_to_it_too(world: World) -> None:
    until = (timezone.now() + timedelta(days=3)).date()
    patrol = a_patrol(world, agreement=signed(world, in_force_until=until))
    with acting(world.owner):
        actions.propose(patrol=patrol, by=world.owner)
    with acting(world.partner):
        actions.counter(patrol=patrol, by=world.partner, ends_at=days_ahead(9))
    with acting(world.owner), pytest.raises(Invalid, match="clause “term”"):
        actions.adopt(patrol=patrol, agency="TJ-BT", by=world.owner)


def test_what_was_planned_before_keeps_none_until_it_is_changed(world: World) -> None:
    """And a title is corrected without one."""
    patrol = a_patrol(world)
    by = world.owner
    with acting(by):
        Patrol.objects.visible_to(by).update(agreement=None)
        assert actions.change(patrol=patrol, by=by, title="New").agreement is None
        later = patrol.ends_at + timedelta(hours=1)
        with pytest.raises(Invalid) as refused:
            actions.change(patrol=patrol, by=by, ends_at=later)
        assert refused.value.code == "agreement_needed"
        done = actions.change(
            patrol=patrol, by=by, ends_at=later, agreement=world.agreement
        )
    assert done.agreement == world.agreement
    # It is a matter for all: whoever had agreed is asked again.
    agreed = agree(world, a_patrol(world, zone_code="Z-2"))
    other = signed(world)
    with acting(by):
        again = actions.change(patrol=agreed, by=by, agreement=other)
    assert again.state == "proposed"


def test_a_patrol_of_a_programme_rests_on_its_agreement(
    callers: Callers, world: World
) -> None:
    programme = a_programme(world, purpose="incident")
    by = world.owner
    with acting(by):
        (first, *_) = actions.open_patrols(
            programme=programme, upto=days_ahead(2), by=by
        )
    told = callers.partner.get(f"patrols/{first.pk}/").json()
    assert (told["agreement"], told["purpose"]) == ("KG-TJ", "incident")
    page = callers.partner.page(f"/patrols/{first.pk}/").content.decode()
    assert "/agencies/agreements/KG-TJ/" in page


def test_an_agreement_is_told_to_its_parties_alone(
    callers: Callers, world: World
) -> None:
    patrol = a_patrol(world, release_to=["agency:UZ-BT"])
    path = f"patrols/{patrol.pk}/"
    assert callers.partner.get(path).json()["agreement"] == "KG-TJ"
    assert callers.late.get(path).json()["agreement"] is None
    for page in (f"/api/v1/{path}", f"/{path}"):
        assert b"KG-TJ" not in callers.late.page(page).content
    # One that is not one's own is like none, in a body and on the form.
    zone = a_zone(world.late)
    refused = [
        callers.late.post("patrols/", body_of_patrol(str(zone.pk), agreement=code))
        for code in ("KG-TJ", "NONE")
    ]
    assert [faults(one) for one in refused] == [{"/agreement": "unknown"}] * 2
    assert refused[0].content == refused[1].content
    assert b"KG-TJ" not in callers.late.page("/patrols/new/").content


def test_the_legal_basis_on_the_form(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    given = {
        "title": "Bazaar day", "purpose": "patrol", "zone": str(zone.pk),
        "starts_at": "2026-12-01T08:00", "ends_at": "2026-12-01T16:00",
        "lead": "KG-BS", "participants": ["KG-BS", "TJ-BT"], "tlp": "amber",
        "level": "0",
    }  # fmt: skip
    missing = callers.owner.send("/patrols/new/", **given).content.decode()
    assert "name the agreement that permits it" in missing
    wrong = given | {"agreement": "KG-TJ", "purpose": "rescue"}
    named = callers.owner.send("/patrols/new/", **wrong).content.decode()
    assert "clause “purposes”" in named
    made = callers.owner.send("/patrols/new/", **(given | {"agreement": "KG-TJ"}))
    # What was agreed on is not chosen again.
    edit = callers.owner.page(f"{made['Location']}edit/").content.decode()
    assert 'name="agreement"' not in edit
    assert 'name="purpose"' in edit


def test_a_hidden_patrol_has_no_preview(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    for path in ("preview/", "clashes/"):
        ask = callers.outsider.post if path == "preview/" else callers.outsider.get
        hidden, none = (ask(f"patrols/{pk}/{path}") for pk in (patrol.pk, uuid.uuid4()))
        assert hidden.status_code == none.status_code == 404
        assert hidden.content == none.content
    assert code_of(callers.partner.post(f"patrols/{patrol.pk}/preview/")) == "not_owner"
