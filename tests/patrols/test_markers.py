"""Border markers: kept by the platform, the same for everybody, named in places."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiLineString, Point
from django.test import Client
from django.utils import timezone

from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid
from patrols import actions
from patrols.coordinates import Fault, NotAPlace
from patrols.models import BorderMarker, BorderSection
from patrols.whereabouts import located, marked, written
from tests.patrols.conftest import BACKEND, Callers
from tests.patrols.series import a_line
from tests.world import World

HERE = Point(70.6, 40.1, srid=4326)


def a_section(world: World, code: str = "KGTJ-01") -> BorderSection:
    """Register a section between KG and TJ."""
    line = MultiLineString(a_line(), srid=4326)
    with acting(world.admin):
        return actions.register_section(
            by=world.admin, code=code, name=code, states=["KG", "TJ"],
            status="agreed", line=line,
        )  # fmt: skip


def a_marker(
    world: World, section: BorderSection, number: str = "127", **values: Any
) -> BorderMarker:
    """Register a marker."""
    with acting(world.admin):
        return actions.register_marker(
            by=world.admin, section=section, number=number, **{"place": HERE} | values
        )


@pytest.fixture
def marker(world: World) -> BorderMarker:
    """Marker 127 of KGTJ-01."""
    return a_marker(world, a_section(world))


@pytest.fixture
def platform(world: World) -> Client:
    """Log the platform administrator in."""
    client = Client()
    with system("log in"):
        client.force_login(world.admin_officer, backend=BACKEND)
    return client


def test_rules_of_markers(world: World, marker: BorderMarker) -> None:
    other = a_section(world, "KGTJ-02")
    a_marker(world, other)
    day = timezone.localdate()
    cases: list[tuple[Any, dict[str, Any], str]] = [
        (actions.register_marker,
         {"section": marker.section, "number": "127", "place": HERE}, "code_taken"),
        (actions.change_marker, {"marker": marker, "number": "128"}, "code_fixed"),
        (actions.change_marker, {"marker": marker, "section": other}, "code_fixed"),
        (actions.change_marker,
         {"marker": marker, "valid_from": day, "valid_until": day - timedelta(1)},
         "bad_period"),
    ]  # fmt: skip
    with acting(world.admin):
        for action, given, code in cases:
            with pytest.raises((Invalid, Conflict)) as refused:
                action(by=world.admin, **given)
            assert refused.value.code == code
    with acting(world.owner), pytest.raises(Forbidden):
        actions.change_marker(marker=marker, source="x", by=world.owner)
    marker.refresh_from_db()
    assert (marker.number, marker.source, marker.valid_until) == ("127", "", None)


def test_a_marker_that_was_moved(world: World, marker: BorderMarker) -> None:
    """The old one ends, and its number stands elsewhere; only that is meant."""
    day = timezone.localdate()
    with acting(world.admin):
        actions.change_marker(
            marker=marker, valid_until=day - timedelta(1), by=world.admin
        )
    assert marked("127") == []
    there = Point(70.7, 40.2, srid=4326)
    a_marker(world, marker.section, place=there, valid_from=day)
    (found,) = marked("127")
    assert found.point == (40.2, 70.7)
    a_marker(world, marker.section, "200", valid_from=day + timedelta(1))
    assert marked("200") == []


def test_a_number_of_two_sections_needs_its_section(
    world: World, marker: BorderMarker
) -> None:
    a_marker(world, a_section(world, "KGTJ-02"), place=Point(70.1, 39.9, srid=4326))
    with pytest.raises(NotAPlace) as caught:
        located("marker 127 + 045 deg 300 m")
    assert caught.value.fault == Fault.AMBIGUOUS
    assert "KGTJ-01 127 [40.100, 70.600]" in caught.value.given["candidates"]
    found = located("marker kgtj-02 127")
    assert found.point.coords == pytest.approx((70.1, 39.9))


def test_a_place_is_told_by_the_nearest_marker(
    world: World, marker: BorderMarker
) -> None:
    a_marker(world, marker.section, "128", place=Point(70.8, 40.1, srid=4326))
    place = Point(70.61, 40.1, srid=4326)
    texts = {one.system: one.text for one in written(place)}
    assert texts["marker"].startswith("marker KGTJ-01 127 + 090.0 deg 85")
    back = located(texts["marker"]).point
    assert back.distance(place) * 111_000 < 2
    far = {one.system for one in written(Point(72, 42, srid=4326))}
    assert "marker" not in far


def test_markers_are_the_same_for_all(callers: Callers, marker: BorderMarker) -> None:
    pages = {
        callers.owner.get("border-markers/", section="KGTJ-01").content,
        callers.outsider.get("border-markers/", number="127").content,
        callers.partner.get("border-markers/", is_standing="true").content,
    }
    assert len(pages) == 1
    row = callers.owner.get(f"border-markers/{marker.pk}/").json()
    assert row == {
        "id": str(marker.pk), "section": "KGTJ-01", "number": "127",
        "place": {"type": "Point", "coordinates": [70.6, 40.1]}, "source": "",
        "valid_from": None, "valid_until": None,
    }  # fmt: skip
    assert (
        callers.owner.get("border-markers/", is_standing="false").json()["results"]
        == []
    )
    assert callers.owner.post("border-markers/", {}).status_code == 405


def test_a_sections_page_lists_its_markers(
    callers: Callers, marker: BorderMarker
) -> None:
    listed = callers.outsider.page("/patrols/sections/").content.decode()
    assert "/patrols/sections/KGTJ-01/" in listed
    page = callers.outsider.page("/patrols/sections/KGTJ-01/").content.decode()
    assert "40.10000, 70.60000" in page
    assert callers.outsider.page("/patrols/sections/KGTJ-99/").status_code == 404


def test_platform_keeps_markers(platform: Client, world: World) -> None:
    """In the administration a place is written in any system, too."""
    a_section(world)
    sent = {"section": "KGTJ-01", "number": "7", "place": "40°06'N 70°36'E"}
    made = platform.post("/admin/patrols/bordermarker/add/", sent)
    assert made.status_code == 302, made.content.decode()
    row = BorderMarker.objects.get()
    assert row.place.coords == pytest.approx((70.6, 40.1))
    page = f"/admin/patrols/bordermarker/{row.pk}/change/"
    assert "40.10000, 70.60000" in platform.get(page).content.decode()
    changed = {"place": "40.10000, 70.60000", "source": "Protocol 7"}
    assert platform.post(page, changed).status_code == 302
    row.refresh_from_db()
    assert row.source == "Protocol 7"
    assert row.place.coords == pytest.approx((70.6, 40.1))
    wrong = platform.post(page, changed | {"place": "40.1"})
    assert "Read the numbers 40.1" in wrong.content.decode()
    twice = platform.post("/admin/patrols/bordermarker/add/", sent)
    assert twice.status_code == 200
    assert BorderMarker.objects.count() == 1


def test_agencies_only_look(callers: Callers, marker: BorderMarker) -> None:
    admin = callers.owner_admin
    assert admin.page("/admin/patrols/bordermarker/").status_code == 200
    assert admin.page("/admin/patrols/bordermarker/add/").status_code == 403
