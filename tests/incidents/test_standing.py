"""Standing releases: by rule, traceable, and never wider than the marking."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Release
from incidents.actions import life, standing
from incidents.models import Incident, StandingRelease
from incidents.standing_trial import tried
from live.models import Event
from tests.incidents.conftest import report
from tests.live.test_api import login
from tests.patrols.series import a_zone
from tests.world import AREA, NOW, PLACE, World

API = "/api/v1/standing-releases/"
JSON = "application/json"


def a_rule(world: World, by: str = "owner", **values: Any) -> StandingRelease:
    actor = world.actor(by)
    given = {"name": "Drugs to the partner", "grantee": "agency:TJ-BT"}
    with acting(actor):
        return standing.set_standing(by=actor, **given | values)


def seen_by(world: World, name: str, row: Incident) -> Incident | None:
    actor = world.actor(name)
    with acting(actor):
        return Incident.objects.visible_to(actor).filter(pk=row.pk).first()


def releases_of(row: Incident) -> list[Release]:
    with system("test"):
        return list(Release.objects.filter(record_id=row.pk))


def test_what_fits_is_released_whoever_reports_it(world: World) -> None:
    """A crew without the right to release reports; the rule is the agency's word."""
    a_rule(world, categories=["drugs"], severity="moderate", hours=6)
    row = report(world, category="drugs", severity="severe")
    assert seen_by(world, "partner", row)
    assert not seen_by(world, "outsider", row)
    [made] = releases_of(row)
    assert made.reason == "standing release: Drugs to the partner, version 1"
    left = made.expires_at - timezone.now()
    assert timedelta(hours=5.9) < left <= timedelta(hours=6)


@pytest.mark.parametrize(
    "values",
    [
        {"category": "arms"},
        {"severity": "minor"},
        {"severity": "unknown"},
        {"tlp": "red"},
    ],
)
def test_what_does_not_fit_is_not(world: World, values: dict[str, Any]) -> None:
    a_rule(world, categories=["drugs"], severity="moderate")
    given = {"category": "drugs", "severity": "severe"} | values
    row = report(world, **given)
    assert releases_of(row) == []
    assert not seen_by(world, "partner", row)


def test_a_marking_is_stronger_than_a_rule(world: World) -> None:
    """AMBER+STRICT goes to no agreement; the report is made all the same."""
    a_rule(world, grantee="agreement:KG-TJ")
    row = report(world, tlp="amber+strict")
    assert releases_of(row) == []
    assert seen_by(world, "partner", report(world, tlp="green"))


def test_a_zone_binds_it(world: World) -> None:
    zone = a_zone(world.owner)
    a_rule(world, zone=zone)
    assert zone.area.covers(PLACE)
    assert seen_by(world, "partner", report(world))
    away = AREA.centroid.clone()
    away.x, away.y = 80.0, 45.0
    assert releases_of(report(world, place=away)) == []


def test_a_tear_line_by_rule(world: World) -> None:
    a_rule(world, scope="tearline")
    row = report(world, title="Nurlan was seen")
    assert not seen_by(world, "partner", row)
    with acting(world.partner):
        [torn] = Incident.objects.visible_to(world.partner)
    assert "Nurlan" not in torn.title


def test_by_hand_comes_first_and_the_fuller_rule(world: World) -> None:
    """One release to each, not one replaced by another."""
    a_rule(world, name="A", scope="tearline")
    a_rule(world, name="B", scope="full")
    [made] = releases_of(report(world))
    assert (made.scope, made.ended_at) == ("full", None)
    row = report(world, release_to=["agency:TJ-BT"])
    [made] = releases_of(row)
    assert made.reason == ""


def test_who_may_release_may_hold_back(world: World) -> None:
    a_rule(world)
    row = report(world, by_rule=False)
    assert releases_of(row) == []
    crew = world.actor("owner_observer")
    with pytest.raises(Forbidden), acting(crew):
        life.report(
            by=crew, by_rule=False, category="drugs", severity="minor", title="t",
            place=PLACE, occurred_at=NOW,
        )  # fmt: skip


def test_a_change_is_the_next_version(world: World) -> None:
    """The words of each day stay; what was released stays released."""
    first = a_rule(world)
    row = report(world)
    by = world.owner
    with acting(by):
        second = standing.change_standing(standing=first, by=by, categories=["arms"])
        same = standing.change_standing(standing=second, by=by, categories=["arms"])
    assert same.pk == second.pk
    assert (second.rule, second.version) == (first.rule, 2)
    assert releases_of(report(world, category="drugs")) == []
    assert seen_by(world, "partner", row)
    with acting(by):
        with pytest.raises(Conflict):
            standing.change_standing(standing=first, by=by, hours=1)
        standing.end_standing(standing=second, by=by)
        versions = StandingRelease.objects.visible_to(by).filter(rule=first.rule)
        assert [one.ended_at is None for one in versions] == [False, False]
    assert releases_of(report(world, category="arms")) == []
    with system("test"):
        kinds = Event.objects.filter(subject_type="standingrelease")
        said = list(kinds.order_by("at").values_list("kind", flat=True))
    assert said == [
        "standingrelease.set", "standingrelease.set", "standingrelease.ended",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"grantee": "agency:NOBODY"}, "unknown_grantee"),
        ({"grantee": "agreement:KZ-UZ"}, "unknown_grantee"),
        ({"grantee": "officer:owner_low"}, "not_an_officer"),
        ({"categories": ["weather"]}, "invalid_choice"),
        ({"severity": "mild"}, "invalid_choice"),
        ({"scope": "half"}, "invalid_choice"),
        ({"hours": 0}, "bad_hours"),
    ],
)
def test_bad_rules_are_refused(world: World, values: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_rule(world, **values)
    assert refused.value.code == code
    with system("test"):
        assert not StandingRelease.objects.exists()


def test_nobody_else_learns_of_a_rule(world: World) -> None:
    row = a_rule(world)
    for name in ("partner", "outsider"):
        browser = login(world, name)
        assert browser.get(f"{API}{row.pk}/").status_code == 404
        assert browser.get(f"/incidents/standing/{row.pk}/").status_code == 404
        assert browser.get(API).json()["results"] == []
    with pytest.raises(Forbidden):
        a_rule(world, by="owner_observer")


def test_a_trial_changes_nothing(world: World) -> None:
    fits = report(world, category="drugs")
    shared = report(world, category="drugs", release_to=["agency:TJ-BT"])
    kept = report(world, category="drugs", tlp="red")
    report(world, category="arms")
    report(world, by="outsider", category="drugs")
    row = a_rule(world, categories=["drugs"])
    with acting(world.owner):
        found = tried(row, world.owner)
    assert found.looked_at == 4
    by_id = {one.incident.pk: one for one in found.fitting}
    assert set(by_id) == {fits.pk, shared.pk, kept.pk}
    assert by_id[shared.pk].is_released
    assert by_id[kept.pk].refused == "TLP:RED"
    assert releases_of(fits) == []


def test_pages(world: World) -> None:
    """Tried, set, told on the form of a report, held back, changed, ended."""
    browser = login(world, "owner")
    assert b"made by hand" in browser.get("/incidents/standing/").content
    given = {
        "name": "All to TJ", "grantee": "agency:TJ-BT", "scope": "full",
        "severity": "unknown",
    }  # fmt: skip
    report(world, title="Seen before")
    trial = browser.post("/incidents/standing/new/", given | {"try": "1"})
    assert b"Seen before" in trial.content
    with system("test"):
        assert not StandingRelease.objects.exists()
    browser.post("/incidents/standing/new/", given)
    assert b"All to TJ" in browser.get("/incidents/standing/").content
    form = browser.get("/incidents/new/").content.decode()
    assert "All to TJ: to TJ-BT · " in form
    with system("test"):
        row = StandingRelease.objects.get()
    browser.post(f"/incidents/standing/{row.pk}/", given | {"hours": "5"})
    page = browser.get("/incidents/standing/").content.decode()
    assert "version 2" in page
    assert "for 5 hours" in page
    with system("test"):
        row = StandingRelease.objects.get(ended_at=None)
    browser.post(f"/incidents/standing/{row.pk}/end/")
    assert b"made by hand" in browser.get("/incidents/standing/").content


def test_api(world: World) -> None:
    browser = login(world, "owner")
    given = {"name": "N", "grantee": "agency:TJ-BT", "categories": ["drugs"]}
    made = browser.post(API, given, JSON)
    assert made.status_code == 201, made.content
    at = made["Location"]
    sent = {
        "category": "drugs", "severity": "minor", "title": "t",
        "place": {"type": "Point", "coordinates": [70.6, 40.1]},
        "occurred_at": "2026-06-01T12:00:00Z",
    }  # fmt: skip
    told = browser.post("/api/v1/incidents/", sent, JSON).json()
    assert [one["grantee"] for one in told["releases"]] == ["agency:TJ-BT"]
    held = browser.post("/api/v1/incidents/", sent | {"by_rule": False}, JSON).json()
    assert held["releases"] == []
    found = browser.post(f"{at}trial/", {}, JSON).json()
    assert [one["is_released"] for one in found["fitting"]] == [False, True]
    changed = browser.post(f"{at}change/", {"hours": 3}, JSON)
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    assert browser.post(f"{at}end/", {}, JSON).json()["code"] == "standing_ended"
    rows = browser.get(API, {"is_ended": "false"}).json()["results"]
    assert [one["version"] for one in rows] == [2]
