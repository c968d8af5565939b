"""Places in every system: what is read, what is refused, and there and back."""

from functools import cache
from math import radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from patrols.coordinates import (
    Fault,
    Known,
    NotAPlace,
    Point,
    Reading,
    System,
    from_known,
    read,
    show,
)
from patrols.coordinates.readings import apart
from patrols.place_words import in_words

GEOD = Geod(ellps="WGS84")
BATKEN = Known("Batken (KG)", Point(40.0625, 70.8194), 2_000)
MARKER = Known("marker KGTJ-01 127", Point(40.1, 70.6), 10)
# Central Asia, generously: what SK-42's zones 8 to 15 cover.
POINTS = st.builds(
    Point,
    st.floats(33, 57).map(lambda value: round(value, 6)),
    st.floats(42.001, 89.999).map(lambda value: round(value, 6)),
)
ANYWHERE = st.builds(Point, st.floats(-79.9, 83.9), st.floats(-179.99, 179.99))


def markers(text: str) -> list[Known]:
    return {
        "127": [MARKER],
        "KGTJ-01 127": [MARKER],
        "211/2": [MARKER],
        "9": [MARKER, Known("marker KGTJ-02 9", Point(39.9, 70.1), 10)],
    }.get(text, [])


def names(text: str) -> list[Known]:
    return [BATKEN] if text.casefold() in {"batken", "баткен", "batken (kg)"} else []


def reads(text: str) -> Reading:
    return read(text, markers=markers, names=names)


def fault(text: str) -> NotAPlace:
    with pytest.raises(NotAPlace) as caught:
        reads(text)
    return caught.value


# --- there and back ---------------------------------------------------------------

# Half of the last digit that each system is written with, both ways, in metres.
OWN = {
    System.DECIMAL: 0.8,
    System.DMS: 2.3,
    System.DM: 1.4,
    System.MGRS: 0.8,
    System.UTM: 0.8,
    System.SK42: 0.8,
}


@given(POINTS)
def test_what_is_shown_is_read_back(point: Point) -> None:
    """In every system, closer than its own last digit and than it says itself."""
    shown = show(point)
    assert {one.system for one in shown} == set(OWN)
    for one in shown:
        back = reads(one.text)
        assert back.system == one.system
        off = apart(point, back.point)
        assert off <= OWN[one.system], one
        assert off <= back.uncertainty, one


@given(ANYWHERE)
def test_wherever_a_system_reaches(point: Point) -> None:
    """Also in the south and the west; SK-42 only where it has zones."""
    for one in show(point):
        # A place south of the equator is written with its band, never with "S".
        back = reads(one.text)
        assert apart(point, back.point) <= OWN[one.system], one
    reaches = 42 <= point.longitude < 90 and 10 <= point.latitude <= 72
    assert (System.SK42 in {one.system for one in show(point)}) == reaches


@given(st.sampled_from([BATKEN, MARKER]), st.floats(1, 90_000), st.floats(0, 360))
def test_a_bearing_is_read_back(known: Known, metres: float, degrees: float) -> None:
    """By a marker and by a town, within what a tenth of a degree is there."""
    longitude, latitude, _back = GEOD.fwd(
        known.point.longitude, known.point.latitude, degrees, metres
    )
    point = Point(latitude, longitude)
    back = reads(from_known(known, point))
    off = apart(point, back.point)
    assert off <= 0.75 + metres * sin(radians(0.06))
    assert off <= back.uncertainty


def test_a_town_itself_is_told_by_its_name() -> None:
    assert from_known(BATKEN, BATKEN.point) == "Batken (KG)"
    back = reads("Batken (KG)")
    assert (back.point, back.uncertainty) == (BATKEN.point, 2_000)


@cache
def by_pyproj(zone: int) -> Transformer:
    """Return pyproj's way into a zone."""
    return Transformer.from_crs("EPSG:4326", f"EPSG:{28400 + zone}")


@pytest.mark.parametrize("zone", range(8, 16))
@pytest.mark.parametrize("latitude", [36.5, 40.1, 43.3, 50.0])
@pytest.mark.parametrize("aside", [-2.9, -0.4, 0.0, 1.7, 2.9])
def test_sk42_is_what_pyproj_says(zone: int, latitude: float, aside: float) -> None:
    """Zones 8 to 15, EPSG:28408 to 28415, north before east."""
    longitude = zone * 6 - 3 + aside
    north, east = by_pyproj(zone).transform(latitude, longitude)
    assert int(east // 1e6) == zone
    point = Point(latitude, longitude)
    text = next(one.text for one in show(point) if one.system == System.SK42)
    assert text == f"X={north:.0f} Y={east:.0f}"
    for written in (text, f"{north:.0f} {east:.0f}", f"СК-42 {north:.0f}, {east:.0f}"):
        back = reads(written)
        assert back.system == System.SK42
        assert apart(point, back.point) < 1.0
        # The shift of the datum is sure to some metres only, and that is said.
        assert 2 <= back.uncertainty <= 60


def test_known_points() -> None:
    """The same place by other people's converters."""
    # The example of GeoTrans, and the White House.
    assert apart(reads("15TWG0000049776").point, Point(42, -93)) < 1.5
    assert apart(reads("18SUJ2339407396").point, Point(38.8977, -77.0365)) < 20
    kabul = reads("42S 512345 3820000")
    assert (kabul.system, round(kabul.point.latitude)) == (System.UTM, 35)
    # Zone 12 has its middle at 69 E, where the easting is half a million.
    middle = reads("X=4430000 Y=12500000").point
    assert middle.longitude == pytest.approx(69, abs=0.003)
    assert 39.9 < middle.latitude < 40.1


# --- ways of writing ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "40.5, 70.25", "40,5; 70,25", "40,5 70,25", " 40.5,70.25 ", "40.5 70.25",
        "40.5N 70.25E", "N40.5 E70.25", "70.25E 40.5N", "E 70.25, N 40.5",
        "40,500,70,250", "+40.5 +70.25", "40.5° 70.25°", "40.5 с.ш. 70.25 в.д.",
        "40°30'00\"N 70°15'00\"E", "40°30'N 70°15'E", "40 30 N, 70 15 E",
        "40 30 00, 70 15 00", "N 40 30.000 E 070 15.000", "40-30-00N 070-15-00E",
        "40º30′00″N 70º15′00″E", "40°30’00’’N 70°15’00’’E",
        "40° 30' с. ш. 70° 15' в. д.", "40:30:00N 70:15:00E",
    ],
)  # fmt: skip
def test_degrees_in_the_ways_people_write_them(text: str) -> None:
    found = reads(text)
    assert found.point == pytest.approx((40.5, 70.25))
    assert found.text == text.strip()


@pytest.mark.parametrize("text", ["-40.5, -70.25", "40.5S 70.25W", "70.25W 40.5S"])
def test_south_and_west(text: str) -> None:
    assert reads(text).point == pytest.approx((-40.5, -70.25))


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("40.12345, 70.12345", 1),
        ("40.12, 70.12", 701),
        ("40.1, 70.12345", 7001),
        ("40°07'24\"N 70°07'24\"E", 20),
        ("40°07.4'N 70°07.4'E", 117),
        ("42T WK 12345 67890", 1),
        ("42T WK 1234 6789", 8),
        ("42T WK 123 678", 71),
        ("42T WK 12 67", 708),
        ("42T WK 1 6", 7072),
        ("42TWK16", 7072),
        ("42twk 1234 6789", 8),
        ("42ТWК 1234 6789", 8),
        ("MGRS 42T WK 12345678", 8),
        ("42T 512345 4443210", 1),
    ],
)
def test_the_digits_say_how_sure_it_is(text: str, metres: int) -> None:
    assert reads(text).uncertainty == pytest.approx(metres, rel=0.01, abs=1)


def test_a_square_means_its_middle() -> None:
    fine = reads("42T WK 12500 67500").point
    coarse = reads("42T WK 12 67")
    assert apart(fine, coarse.point) < 2
    assert coarse.uncertainty >= 707


@pytest.mark.parametrize(
    ("text", "bearing", "metres", "within"),
    [
        ("marker 127", 0, 0, 10),
        ("маркер 127 + 045 deg 300 m", 45, 300, 52),
        ("marker KGTJ-01 127 + 045° 300 m", 45, 300, 52),
        ("Border marker №127, 300 m, 45°", 45, 300, 52),
        ("marker 127 045 300m", 45, 300, 52),
        ("marker 211/2 045 300m", 45, 300, 52),
        ("marker KGTJ-01 127 + 000, 300 m", 0, 300, 52),
        ("маркер 127 360/300 м", 0, 300, 52),
        ("погранзнак 127 800 mils 300 m", 45, 300, 51),
        ("маркер 127 750 тыс 300 м", 45, 300, 51),
        ("marker 127 + 045.0 deg true 305 m", 45, 305, 11),
        ("Batken, 3 km SW", 225, 3000, 2375),
        ("3 km SW of Batken", 225, 3000, 2375),
        ("Batken 3 km south-west", 225, 3000, 2375),
        ("Баткен, 3 км ЮЗ", 225, 3000, 2375),
        ("Баткен, 3 км юго-западнее", 225, 3000, 2375),
        ("3 км к северу от Баткен", 0, 3000, 2375),
        ("Баткен, 3,0 км В", 90, 3000, 2323),
        ("batken 3.5km wsw", 247.5, 3500, 2115),
        ("Batken + 225 deg 3 km", 225, 3000, 2062),
    ],
)
def test_from_a_marker_and_from_a_town(
    text: str, bearing: float, metres: float, within: float
) -> None:
    known = BATKEN if "tken" in text.lower() or "ткен" in text.lower() else MARKER
    longitude, latitude, _back = GEOD.fwd(
        known.point.longitude, known.point.latitude, bearing, metres
    )
    found = reads(text)
    assert apart(found.point, Point(latitude, longitude)) < 0.1
    assert found.uncertainty == pytest.approx(within, rel=0.02)
    system = System.NAME if known is BATKEN else System.MARKER
    assert (found.system, found.text) == (system, text)


# --- what is refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Fault.NOTHING),
        ("?!", Fault.NOTHING),
        ("x", Fault.NOTHING),
        ("9" * 121, Fault.TOO_LONG),
        ("40.5", Fault.DEGREES_COUNT),
        ("40,5", Fault.DEGREES_COUNT),
        ("40,5,70,25", Fault.DEGREES_COUNT),
        ("40.5, 70.25, 3", Fault.DEGREES_COUNT),
        ("40.5.2, 70.25", Fault.DEGREES_COUNT),
        ("140.1, 70.6", Fault.DEGREES_RANGE),
        ("40.1, 270.6", Fault.DEGREES_RANGE),
        ("40°61'N 70°10'E", Fault.DEGREES_PARTS),
        ("40.5°10'N 70°10'E", Fault.DEGREES_PARTS),
        ("40°10'75\"N 70°10'00\"E", Fault.DEGREES_PARTS),
        ("40.5N 70.25", Fault.HEMISPHERES),
        ("40.5N 70.25N", Fault.HEMISPHERES),
        ("N40.5 70.25E", Fault.HEMISPHERES),
        ("-40.5N 70.25E", Fault.HEMISPHERES),
        ("42T WK", Fault.MGRS_DIGITS),
        ("42T WK 123", Fault.MGRS_DIGITS),
        ("42T WK 123 4567", Fault.MGRS_DIGITS),
        ("42T WK 1 2 3 4", Fault.MGRS_DIGITS),
        ("42T WK 123456 123456", Fault.MGRS_DIGITS),
        ("42T AK 1234 5678", Fault.MGRS_SQUARE),
        ("42T WI 1234 5678", Fault.MGRS_SQUARE),
        ("99T WK 1234 5678", Fault.MGRS_SQUARE),
        ("42I WK 1234 5678", Fault.MGRS_SQUARE),
        ("MGRS WK 1234", Fault.MGRS_FORM),
        ("42T 51234 4443210", Fault.UTM_FORM),
        ("42T 512345", Fault.UTM_FORM),
        ("61T 512345 4443210", Fault.UTM_FORM),
        ("42O 512345 4443210", Fault.UTM_BAND),
        ("42R 512345 4443210", Fault.UTM_BAND),
        ("42S 512345 4443210", Fault.UTM_HEMISPHERE),
        ("12512345 4443210", Fault.SK42_ORDER),
        ("4443210 512345", Fault.SK42_ZONE),
        ("4443210 16512345", Fault.SK42_ZONE),
        ("4443210 12012345", Fault.SK42_RANGE),
        ("X=443210 Y=12512345", Fault.SK42_RANGE),
        ("СК-42 12345", Fault.SK42_FORM),
        ("marker 127 + 300 m", Fault.BEARING_MISSING),
        # Whose unit is missing may be mils, or the marker's own number.
        ("marker 127 0800 300 m", Fault.BEARING_MISSING),
        ("marker 127 45 300 m", Fault.BEARING_MISSING),
        ("marker 127 361 300 m", Fault.BEARING_MISSING),
        ("marker 127 300 m", Fault.BEARING_MISSING),
        ("marker KGTJ-01 127 300 m", Fault.BEARING_MISSING),
        ("marker 127 045,300 m", Fault.BEARING_MISSING),
        ("marker 127 045", Fault.UNKNOWN_MARKER),
        ("Batken 045 3 km", Fault.BEARING_MISSING),
        ("marker 127 + 045 deg", Fault.DISTANCE_MISSING),
        ("marker 127 + 361 deg 300 m", Fault.BEARING_RANGE),
        ("marker 127 + 6401 mils 300 m", Fault.BEARING_RANGE),
        ("marker 127 + 045 deg mag 300 m", Fault.MAGNETIC),
        ("marker 127 + 045 deg M 300 m", Fault.MAGNETIC),
        ("маркер 127 магн 045° 300 м", Fault.MAGNETIC),
        ("marker 127 + 045 deg 0 m", Fault.DISTANCE_RANGE),
        ("marker 127 + 045 deg 301 km", Fault.DISTANCE_RANGE),
        ("marker 128", Fault.UNKNOWN_MARKER),
        ("marker", Fault.UNKNOWN_MARKER),
        ("marker 9 + 045 deg 300 m", Fault.AMBIGUOUS),
        ("Atlantis", Fault.UNKNOWN_NAME),
        ("3 km SW of Atlantis", Fault.UNKNOWN_NAME),
        ("Batken, 3 km", Fault.BEARING_MISSING),
        ("в 3 км от Баткен", Fault.BEARING_MISSING),
    ],
)
def test_what_is_no_place_says_why(text: str, wanted: Fault) -> None:
    assert fault(text).fault == wanted


def test_units_are_told_as_they_are_written() -> None:
    assert fault("marker 127 300m").given["read"] == "300m"
    assert fault("marker 127 045 deg").given["read"] == "045 deg"


def test_candidates_are_listed() -> None:
    listed = fault("marker 9").given["candidates"]
    assert "KGTJ-01 127" in listed
    assert "KGTJ-02 9 [39.900, 70.100]" in listed


def means_something_or_says_why_not(text: str) -> None:
    """Hold that a text is a point, or is refused in whole sentences."""
    try:
        found = reads(text)
    except NotAPlace as error:
        words = in_words(error)
    else:
        words = "."
        assert abs(found.point.latitude) <= 90
        assert abs(found.point.longitude) <= 180
        assert found.uncertainty >= 1
    assert words
    assert "%(" not in words.replace(text.strip(), "")


@given(st.text(max_size=130))
def test_any_text_is_a_place_or_says_why_not(text: str) -> None:
    means_something_or_says_why_not(text)


@given(st.text("0123456789 ,.;:°'\"+-NSEWXYTKMmkdegСКВЮЗмк/()", max_size=40))
def test_nearly_a_place_breaks_nothing(text: str) -> None:
    means_something_or_says_why_not(text)
