"""Where incidents are: given in any system, kept as given, blunted in tear lines."""

from typing import Any

import pytest
from django.contrib.gis.geos import (
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.test import Client

from agencies.actions import releases
from agencies.context import acting, system
from incidents.actions import life
from incidents.models import Incident
from patrols import actions as patrols
from tests.api.http import token
from tests.incidents.conftest import FORM, Readers, body, newest, problem, report, text
from tests.world import World

MGRS = "42T XK 3637 4072"
BATKEN = Point(70.8194, 40.0625, srid=4326)
POINT = {"type": "Point", "coordinates": [70.6, 40.1]}


def given(**more: Any) -> dict[str, Any]:
    """Return a new incident whose place is a text."""
    values = body(**more)
    if "place" not in more:
        del values["place"]
    return values


def count(world: World) -> int:
    with system("test"):
        return Incident.objects.count()


def test_a_place_as_a_text(world: World, readers: Readers) -> None:
    """The point, how it was given and how sure it is come back, to partners too."""
    sent = given(place_text=f" {MGRS} ", release_to=["agency:TJ-BT"])
    answer = readers.owner.post("", sent)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["place_text"] == MGRS
    assert (made["place_system"], made["place_uncertainty"]) == ("mgrs", 8)
    longitude, latitude = made["place"]["coordinates"]
    assert 70 < longitude < 71
    assert 40 < latitude < 41
    theirs = readers.partner.get(f"{made['id']}/").json()
    assert theirs["place_text"] == MGRS
    (listed,) = readers.owner.get("").json()["results"]
    assert listed["place_text"] == MGRS
    assert readers.outsider.get(f"{made['id']}/").status_code == 404


def test_a_place_as_a_point_has_no_text(readers: Readers) -> None:
    made = readers.owner.post("", body()).json()
    assert made["place"] == POINT
    assert made["place_text"] == ""
    assert made["place_system"] == "geojson"
    assert made["place_uncertainty"] is None


@pytest.mark.parametrize(
    "wrong",
    ["42T XK 363 40728", "42T AK 36 40", "40.1", "Atlantis", "marker 9", "", "x" * 121],
)
def test_what_is_no_place_leaves_nothing(
    world: World, readers: Readers, wrong: str
) -> None:
    """A clear 400 that names the field; nothing is half-written."""
    answer = readers.owner.post("", given(place_text=wrong))
    assert problem(answer) == (400, "invalid", ["/place_text"])
    (fault,) = answer.json()["errors"]
    assert fault["code"] == {"": "blank", "x" * 121: "max_length"}.get(
        wrong, "not_a_place"
    )
    assert count(world) == 0


@pytest.mark.parametrize(
    "places", [{}, {"place": POINT, "place_text": MGRS}], ids=["none", "both"]
)
def test_one_place_and_no_more(
    world: World, readers: Readers, places: dict[str, Any]
) -> None:
    answer = readers.owner.post("", given(**places))
    assert problem(answer) == (400, "invalid", ["/place"])
    assert answer.json()["errors"][0]["code"] == "place_or_text"
    assert count(world) == 0


def test_a_change_of_place_takes_its_text_along(readers: Readers) -> None:
    """Another text replaces it; a bare point leaves none; the same point keeps it."""
    made = readers.owner.post("", given(place_text=MGRS)).json()
    at = f"{made['id']}/"
    same = readers.owner.patch(at, {"place": made["place"]}, **{"If-Match": "*"}).json()
    assert (same["place_text"], same["version"]) == (MGRS, made["version"])
    sent = {"place_text": "40.1 N, 70.6 E"}
    moved = readers.owner.patch(at, sent, **{"If-Match": "*"}).json()
    assert (moved["place"], moved["place_text"]) == (POINT, "40.1 N, 70.6 E")
    assert (moved["place_system"], moved["place_uncertainty"]) == ("decimal", 7001)
    same = readers.owner.patch(at, {"place": POINT}, **{"If-Match": "*"}).json()
    assert same["place_text"] == "40.1 N, 70.6 E"
    other = {"type": "Point", "coordinates": [70.61, 40.1]}
    bare = readers.owner.patch(at, {"place": other}, **{"If-Match": "*"}).json()
    assert (bare["place_text"], bare["place_system"]) == ("", "geojson")
    assert bare["place_uncertainty"] is None
    both = {"place": other, "place_text": MGRS}
    refused = readers.owner.patch(at, both, **{"If-Match": "*"})
    assert problem(refused) == (400, "invalid", ["/place"])


def test_a_tear_line_has_nothing_of_how_it_was_given(
    world: World, readers: Readers
) -> None:
    """Blunted to 0.1 degree, and said to be sure to 10 km, however sure it was."""
    made = readers.owner.post("", given(place_text=MGRS)).json()
    row = newest(world)
    with acting(world.owner):
        releases.release(
            record=row, to="agency:TJ-BT", scope="tearline", by=world.owner
        )
    (theirs,) = readers.partner.get("").json()["results"]
    assert theirs["id"] != made["id"]
    assert theirs["place_text"] == ""
    assert (theirs["place_system"], theirs["place_uncertainty"]) == ("geojson", 10_000)
    page = text(readers.partner.get(f"/incidents/{theirs['id']}/"))
    assert MGRS not in page
    assert "± 10.0 km" in page
    # It follows to another place, and still has nothing of the text.
    with acting(world.owner):
        where = {"place_text": "Batken", "place_system": "name"}
        life.edit(incident=row, place=BATKEN, by=world.owner, **where)
    (theirs,) = readers.partner.get("").json()["results"]
    assert theirs["place"]["coordinates"] == [70.8, 40.1]
    assert (theirs["place_text"], theirs["place_system"]) == ("", "geojson")


# --- pages --------------------------------------------------------------------------


def test_a_form_takes_every_system(world: World, readers: Readers) -> None:
    for written, kind in [
        (MGRS, "mgrs"),
        ("42T 636370 4440720", "utm"),
        ("40°07'24\"N 70°36'00\"E", "dms"),
        ("Batken, 3 km SW", "name"),
    ]:
        sent = readers.owner.send("/incidents/new/", FORM | {"place": written})
        assert sent.status_code == 302, sent.content.decode()
        made = newest(world)
        assert (made.place_text, made.place_system) == (written, kind)
        page = text(readers.owner.get(f"/incidents/{made.pk}/"))
        shown = written.replace("'", "&#x27;").replace('"', "&quot;")
        assert shown in page
        assert 'data-copy="X=' in page
        assert f'data-uncertainty="{made.place_uncertainty}"' in page
        form = text(readers.owner.get(f"/incidents/{made.pk}/edit/"))
        assert f'value="{shown}"' in form
        assert 'hx-get="/patrols/echo/"' in form


def test_editing_something_else_keeps_how_it_was_given(
    world: World, readers: Readers
) -> None:
    readers.owner.send("/incidents/new/", FORM | {"place": MGRS})
    made = newest(world)
    sent = FORM | {"place": MGRS, "version": "1", "title": "Other words"}
    assert readers.owner.send(f"/incidents/{made.pk}/edit/", sent).status_code == 302
    now = newest(world)
    assert (now.title, now.place_text, now.place) == ("Other words", MGRS, made.place)


def test_a_wrong_place_stands_at_its_field(world: World, readers: Readers) -> None:
    page = text(readers.owner.send("/incidents/new/", FORM | {"place": "42T XK 363"}))
    assert "Read the digits 363 of MGRS" in page
    assert 'value="42T XK 363"' in page
    assert count(world) == 0


# --- where that is ------------------------------------------------------------------


def a_section(world: World, status: str, code: str = "KGTJ-09") -> None:
    line = MultiLineString(LineString((70.0, 40.12), (71.2, 40.12)), srid=4326)
    with acting(world.admin):
        patrols.register_section(
            code=code, name="Isfara", states=["KG", "TJ"], status=status, line=line,
            by=world.admin,
        )  # fmt: skip


def test_ground_that_is_not_agreed_names_both_sides(
    world: World, readers: Readers
) -> None:
    a_section(world, "not_agreed")
    made = report(world, release_to=["agency:TJ-BT"])
    for reader in (readers.owner, readers.partner):
        found = reader.get(f"{made.pk}/").json()["jurisdiction"]
        assert {"KG", "TJ"} <= set(found["states"])
        assert (found["is_near"], found["is_agreed"]) == (True, False)
        assert found["section"] == "KGTJ-09"
        page = text(reader.get(f"/incidents/{made.pk}/"))
        assert "The border here is not agreed: KG · TJ" in page


def test_near_an_agreed_line_no_side_is_told(world: World, readers: Readers) -> None:
    a_section(world, "demarcated")
    made = report(world)
    found = readers.owner.get(f"{made.pk}/").json()["jurisdiction"]
    assert {"KG", "TJ"} <= set(found["states"])
    assert (found["is_near"], found["is_agreed"]) == (True, True)
    assert "Near the line: KG · TJ" in text(readers.owner.get(f"/incidents/{made.pk}/"))


def test_zones_are_those_that_the_reader_sees(world: World, readers: Readers) -> None:
    """The same incident: other zones for each, and no byte of the others."""
    area = MultiPolygon(Polygon.from_bbox((70.5, 40.0, 70.7, 40.2)), srid=4326)
    away = MultiPolygon(Polygon.from_bbox((71.5, 40.0, 71.7, 40.2)), srid=4326)
    with acting(world.owner):
        own = patrols.create_zone(by=world.owner, code="Z1", name="Sirdo", area=area)
        patrols.create_zone(by=world.owner, code="Z3", name="Elsewhere", area=away)
    with acting(world.partner):
        theirs = patrols.create_zone(
            by=world.partner, code="Z2", name="Vorukh", area=area
        )
    made = report(world, release_to=["agency:TJ-BT"])
    for reader, zone, other in [
        (readers.owner, own, "Vorukh"),
        (readers.partner, theirs, "Sirdo"),
    ]:
        found = reader.get(f"{made.pk}/").json()["jurisdiction"]["zones"]
        assert found == [{"id": str(zone.pk), "code": zone.code, "name": zone.name}]
        page = text(reader.get(f"/incidents/{made.pk}/"))
        assert zone.name in page
        assert other not in page
        assert "Elsewhere" not in page


def test_a_token_is_told_of_zones_by_its_scope(world: World, client: Client) -> None:
    area = MultiPolygon(Polygon.from_bbox((70.5, 40.0, 70.7, 40.2)), srid=4326)
    with acting(world.owner):
        patrols.create_zone(by=world.owner, code="Z1", name="Sirdo", area=area)
    made = report(world)
    told = {}
    for scopes in (["incidents:read"], ["incidents:read", "patrols:read"]):
        bearer = {"Authorization": f"Bearer {token(world, 'KG-BS', *scopes)}"}
        answer = client.get(f"/api/v1/incidents/{made.pk}/", headers=bearer)
        about = answer.json()["jurisdiction"]
        told[len(scopes)] = [zone["code"] for zone in about["zones"]]
    assert told == {1: [], 2: ["Z1"]}
