"""GPX and GeoJSON in and out; and files that mean no good."""

import json
import time
import uuid
from math import sin
from typing import Any

import gpxpy
import pytest
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.context import acting
from agencies.errors import Invalid, Refused
from patrols import actions, place_rules
from patrols.models import Checkpoint, Place, Route, Zone
from patrols.place_exports import as_geojson, as_gpx
from patrols.place_files import DENSE, MAX_BYTES, read
from tests.patrols.conftest import Callers, code_of
from tests.patrols.series import a_line, a_zone
from tests.world import PLACE, World

AREAS = ("MultiPolygon", "Polygon")
WITH_HOLE = MultiPolygon(
    Polygon(
        ((70, 40), (71, 40), (71, 41), (70, 41), (70, 40)),
        ((70.4, 40.4), (70.4, 40.6), (70.6, 40.6), (70.6, 40.4), (70.4, 40.4)),
    ),
    Polygon.from_bbox((72, 40, 72.1, 40.1)),
    srid=4326,
)
MARKED = {"code": "P", "name": "Pass", "tlp": "amber", "level": "0"}


def gpx(*tracks: str, tag: str = "trk") -> bytes:
    """Return a GPX file."""
    inner = "".join(f"<{tag}>{track}</{tag}>" for track in tracks)
    return f'<gpx xmlns="urn:x" version="1.1">{inner}</gpx>'.encode()


def segment(*points: tuple[float, float]) -> str:
    inner = "".join(
        f'<trkpt lat="{y}" lon="{x}"><ele>9</ele></trkpt>' for x, y in points
    )
    return f"<trkseg>{inner}</trkseg>"


def places(world: World) -> list[tuple[Place, tuple[str, ...]]]:
    """Return one place of each kind, and what it is in GeoJSON."""
    by = world.owner
    with acting(by):
        return [
            (
                actions.create_zone(by=by, code="Z/1", name="Z <&>", area=WITH_HOLE),
                AREAS,
            ),
            (
                actions.create_route(by=by, code="R", name="R", line=a_line()),
                ("LineString",),
            ),
            (
                actions.create_checkpoint(by=by, code="C", name="C", place=PLACE),
                ("Point",),
            ),
        ]


def test_what_goes_out_comes_in_again(world: World) -> None:
    for place, types in places(world):
        for written in (as_geojson(place), as_gpx(place)):
            found = read(written, *types)
            shape = place_rules.settled(found.shape, pointer="/shape")
            assert shape.equals(place.geometry), written
            assert found.tolerance_m == 0
        told = json.loads(as_geojson(place))
        assert told["properties"]["tlp"] == "amber"
        assert gpxpy.parse(as_gpx(place).decode()).name == f"{place.code} {place.name}"


def test_files_are_saved_under_their_readers_rights(
    callers: Callers, world: World
) -> None:
    kinds = {Zone: "zone", Route: "route", Checkpoint: "checkpoint"}
    for place, _types in places(world):
        kind = kinds[type(place)]
        for name, media in (("geojson", "geo+json"), ("gpx", "gpx+xml")):
            page = f"/patrols/{kind}s/{{}}/{kind}.{name}"
            rest = f"/api/v1/{kind}s/{{}}/{name}/"
            for path in (page, rest):
                answer = callers.owner.page(path.format(place.pk))
                assert answer.status_code == 200
                assert answer["Content-Type"] == f"application/{media}"
                saved = answer["Content-Disposition"]
                code = place.code.replace("/", "_")
                assert saved == f'attachment; filename="KG-BS_{code}.{name}"'
                hidden, none = (
                    callers.partner.page(path.format(pk))
                    for pk in (place.pk, uuid.uuid4())
                )
                assert hidden.status_code == none.status_code == 404
                assert hidden.content == none.content
    media = callers.owner.client.get(
        f"/api/v1/zones/{place.pk}/gpx/", headers={"Accept": "application/gpx+xml"}
    )
    assert media.status_code == 404
    assert code_of(media) == "not_found"


@pytest.mark.parametrize(
    ("data", "types", "shape"),
    [
        (
            gpx(segment((70, 40), (70.1, 40)), tag="trk"),
            ("LineString",),
            "LINESTRING (70 40, 70.1 40)",
        ),
        # A lost signal cuts a track in two; it is one way.
        (
            gpx(segment((70, 40), (70.1, 40)) + segment((70.2, 40), (70.3, 40))),
            ("LineString",),
            "LINESTRING (70 40, 70.1 40, 70.2 40, 70.3 40)",
        ),
        # Walked around an area, and not quite back.
        (
            gpx(segment((70, 40), (71, 40), (71, 41))),
            AREAS,
            "POLYGON ((70 40, 71 40, 71 41, 70 40))",
        ),
        (
            b'\xef\xbb\xbf<gpx><wpt lat="40" lon="70"><name>x</name></wpt></gpx>',
            ("Point",),
            "POINT (70 40)",
        ),
        (
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [
                        {
                            "type": "Feature",
                            "geometry": {"type": "Point", "coordinates": [1, 2, 3]},
                        },
                        {"type": "Feature", "geometry": None},
                        {
                            "type": "Feature",
                            "geometry": {
                                "type": "GeometryCollection",
                                "geometries": [
                                    {
                                        "type": "MultiLineString",
                                        "coordinates": [[[70, 40, 900], [71, 40, 8]]],
                                    }
                                ],
                            },
                        },
                    ],
                }
            ).encode(),
            ("LineString",),
            "LINESTRING (70 40, 71 40)",
        ),
    ],
)
def test_shapes_are_found(data: bytes, types: tuple[str, ...], shape: str) -> None:
    assert read(data, *types).shape.equals(GEOSGeometry(shape, srid=4326))


BOMB = (
    '<!DOCTYPE g [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9)
    )
    + "]><gpx>&a8;</gpx>"
).encode()
OUTSIDE_FILE = b'<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>'
OUTSIDE_TYPE = b'<!DOCTYPE g SYSTEM "http://127.0.0.1:1/x.dtd"><gpx/>'
LINE = ("LineString",)


@pytest.mark.parametrize(
    ("data", "types", "code"),
    [
        (BOMB, LINE, "forbidden_xml"),
        (OUTSIDE_FILE, LINE, "forbidden_xml"),
        (OUTSIDE_TYPE, LINE, "forbidden_xml"),
        (gpx(*["<trkpt/>" * 1_000_000]), LINE, "too_large"),
        (gpx("<trkseg>" + "<trkpt/>" * 101_000 + "</trkseg>"), LINE, "too_many_points"),
        (b"<gpx><trk>", LINE, "not_xml"),
        (b"<gpx>" * 100_000, LINE, "not_xml"),
        (b"<kml/>", LINE, "not_gpx"),
        (gpx("<trkseg><trkpt/><trkpt/></trkseg>"), LINE, "not_gpx"),
        (gpx(segment((70, 40), (71, float("nan")))), LINE, "not_gpx"),
        (b'{"type": "LineString", "coordinates": [[1, NaN], [2, 3]]}', LINE,
         "not_geojson"),
        (b'{"type": "Point", "coordinates": [1' + b"0" * 400 + b", 2]}", ("Point",),
         "not_geojson"),
        (gpx(segment((70, 40), (71, 400))), LINE, "out_of_range"),
        (gpx(segment((70, 40))), LINE, "not_geojson"),
        (gpx(segment((70, 40), (71, 40)), segment((70, 41), (71, 41))), LINE,
         "several_shapes"),
        (gpx(), LINE, "no_shape"),
        (gpx(segment((70, 40), (71, 40))), ("Point",), "no_shape"),
        (b"\xff\xfe\x00", LINE, "not_text"),
        (b"", LINE, "not_json"),
        (b"[" * 100_000, LINE, "not_json"),
        (b"[]", LINE, "not_geojson"),
        (b'{"type": "FeatureCollection", "features": 7}', LINE, "no_shape"),
        (b'{"type": "LineString", "coordinates": [[1, "2"]]}', LINE, "not_geojson"),
        (b'{"type": "LineString", "coordinates": [[1, true], [2, 3]]}', LINE,
         "not_geojson"),
        (b'{"type": "LineString", "coordinates": 7}', LINE, "not_geojson"),
        (b'{"type": "MultiLineString", "coordinates": 7}', LINE, "no_shape"),
        (b'{"type": ["LineString"], "coordinates": []}', LINE, "no_shape"),
        (b'{"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 7]]]}', AREAS,
         "not_geojson"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_code(
    data: bytes, types: tuple[str, ...], code: str
) -> None:
    """At once, whatever they hold."""
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        read(data, *types)
    assert refused.value.code == code
    assert time.monotonic() - began < 5


def test_a_dense_track_is_eased_and_told(callers: Callers, world: World) -> None:
    """Every point that was left out lies within the tolerance."""
    way = [(70 + n / 1e5, 40 + sin(n / 100) / 1e3) for n in range(20_000)]
    found = read(gpx(segment(*way)), "LineString")
    assert found.points == 20_000
    assert found.shape.num_coords <= DENSE
    assert 0 < found.tolerance_m <= 50
    off = max(found.shape.distance(Point(x, y, srid=4326)) for x, y in way[::97])
    assert off * place_rules.METRES_PER_DEGREE <= found.tolerance_m + 0.2
    file = SimpleUploadedFile("walk.gpx", gpx(segment(*way)))
    answer = callers.owner.send("/patrols/routes/read/", file=file)
    assert answer.status_code == 200
    assert "The file has 20000 points." in answer.json()["note"]
    assert not Route.objects.exists()


def refusal(answer: Any) -> tuple[int, str]:
    """Return status and code of a problem document."""
    return answer.status_code, code_of(answer)


def test_reading_needs_the_right_and_stores_nothing(
    callers: Callers, world: World
) -> None:
    at = "/patrols/zones/read/"

    def send(name: str, data: bytes) -> Any:
        file = SimpleUploadedFile("x.gpx", data)
        return getattr(callers, name).send(at, file=file)

    square = gpx(segment((70, 40), (70.1, 40), (70.1, 40.1)))
    told = send("owner", square).json()
    assert told["geometry"]["type"] == "Polygon"
    assert told["note"] == ""
    assert refusal(send("owner", BOMB)) == (400, "forbidden_xml")
    assert refusal(send("owner", b" " * (MAX_BYTES + 1))) == (413, "too_large")
    assert refusal(callers.owner.send(at)) == (400, "no_file")
    assert callers.owner.page(at).status_code == 405
    assert send("owner_observer", square).status_code == 403
    with acting(world.owner):
        assert not Zone.objects.exists()


def test_a_file_does_without_scripts(callers: Callers, world: World) -> None:
    """It goes along with the form, and takes the place of what is drawn."""
    walk = gpx(segment((70.2, 40), (70.3, 40.1)))
    sent = MARKED | {"line": "{broken", "file": SimpleUploadedFile("w.gpx", walk)}
    made = callers.owner.send("/patrols/routes/new/", **sent)
    assert made.status_code == 302, made.content.decode()
    with acting(world.owner):
        route = Route.objects.get()
    assert route.line.coords == ((70.2, 40.0), (70.3, 40.1))
    other = gpx(segment((70.2, 40), (70.4, 40.1)))
    sent = MARKED | {
        "version": "1", "line": route.line.json,
        "file": SimpleUploadedFile("w.gpx", other),
    }  # fmt: skip
    edit = f"/patrols/routes/{route.pk}/edit/"
    assert callers.owner.send(edit, **sent).status_code == 302
    with acting(world.owner):
        route.refresh_from_db()
    assert route.line.coords[1] == (70.4, 40.1)
    for data in (BOMB, b"{}"):
        bad = SimpleUploadedFile("w.gpx", data)
        sent = MARKED | {"version": "2", "line": route.line.json, "file": bad}
        refused = callers.owner.send(edit, **sent)
        assert refused.status_code == 200
        assert 'id="id_file_error"' in refused.content.decode()
    with acting(world.owner):
        route.refresh_from_db()
    assert route.version == 2


@pytest.mark.parametrize(
    ("wkt", "code", "said"),
    [
        ("POLYGON ((70 40, 71 41, 71 40, 70 41, 70 40))", "invalid_geometry",
         "40.50000, 70.50000"),
        ("POLYGON ((70 40, 70.00001 40, 70 40.00001, 70 40))", "too_small", "70.0000"),
        ("LINESTRING (70 40, 70.00001 40)", "too_small", "10 m"),
        ("LINESTRING (70 40, 40 70)", "outside_region", "70.00000, 40.00000"),
        ("POINT (40 70)", "outside_region", "swapped"),
        ("MULTIPOLYGON EMPTY", "empty_shape", ""),
    ],
)  # fmt: skip
def test_shapes_that_cannot_be(wkt: str, code: str, said: str) -> None:
    """And where they are wrong."""
    with pytest.raises(Invalid) as refused:
        place_rules.settled(GEOSGeometry(wkt, srid=4326), pointer="/area")
    assert (refused.value.code, refused.value.pointer) == (code, "/area")
    assert said in str(refused.value)


def test_a_shape_of_too_many_points_cannot_be() -> None:
    points = ", ".join(f"{70 + n / 1e4} 40" for n in range(5001))
    with pytest.raises(Invalid) as refused:
        place_rules.settled(GEOSGeometry(f"LINESTRING ({points})"), pointer="/line")
    assert refused.value.code == "too_many_points"


def test_rings_run_as_rfc_7946_says(callers: Callers, world: World) -> None:
    """Outer rings against the clock, holes with it; and it is no change of shape."""
    by = world.owner
    turned = MultiPolygon(
        *(Polygon(*(ring[::-1] for ring in part.coords)) for part in WITH_HOLE),
        srid=4326,
    )
    zones = []
    for n, area in enumerate((WITH_HOLE, turned)):
        zone = a_zone(by, f"Z-{n}", area=area)
        for part in zone.area:
            outer, *holes = part
            assert outer.is_counterclockwise
            assert not any(hole.is_counterclockwise for hole in holes)
        zones.append(zone)
    with acting(by):
        row = actions.change_zone(zone=zones[0], by=by, area=turned)
    assert row.version == 1


def test_a_line_may_cross_itself() -> None:
    """A patrol comes back over the way it went."""
    loop = GEOSGeometry("LINESTRING (70 40, 70.1 40.1, 70.1 40, 70 40.1)", srid=4326)
    assert place_rules.settled(loop, pointer="/line").equals(loop)


def test_rest_says_where_an_area_crosses_itself(callers: Callers, world: World) -> None:
    bow = [[70, 40], [71, 41], [71, 40], [70, 41], [70, 40]]
    body = {"code": "Z", "name": "Z", "area": {"type": "Polygon", "coordinates": [bow]}}
    (fault,) = callers.owner.post("zones/", body).json()["errors"]
    assert fault["code"] == "invalid_geometry"
    assert fault["pointer"] == "/area"
    assert "40.50000, 70.50000" in fault["detail"]
