"""How far a device went: jitter, jumps and standing still do not count."""

import random
from array import array
from math import cos, radians

import pytest

from patrols import odometer

LAT = 40.0
DEGREE_M = 111_195.0


def at(metres: float, seconds: float, aside: float = 0.0) -> odometer.Point:
    """Return a fix so many metres east of a place, and some aside of the way."""
    east = metres / (DEGREE_M * cos(radians(LAT)))
    return 70.0 + east, LAT + aside / DEGREE_M, seconds


def walk(
    seconds: int, *, speed: float = 1.4, jitter: float = 0.0
) -> list[odometer.Point]:
    """Return a fix every ten seconds of a walk eastwards."""
    dice = random.Random(7)
    return [
        at(n * speed + dice.gauss(0, jitter), n, dice.gauss(0, jitter))
        for n in range(0, seconds, 10)
    ]


def test_a_way_is_as_long_as_it_is() -> None:
    assert odometer.travelled(walk(3601)) == pytest.approx(3600 * 1.4, abs=30)
    assert odometer.travelled([]) == odometer.travelled([at(0, 0)]) == 0


def test_jitter_adds_little_to_a_way_and_nothing_to_standing() -> None:
    jittery = walk(7200, jitter=5.0)
    raw = sum(map(odometer.distance, jittery, jittery[1:]))
    assert raw > 1.1 * 7200 * 1.4
    assert odometer.travelled(jittery) == pytest.approx(7200 * 1.4, rel=0.05)
    night = walk(8 * 3600, speed=0.0, jitter=5.0)
    assert sum(map(odometer.distance, night, night[1:])) > 20_000
    assert odometer.travelled(night) < 50


def test_jumps_are_left_out_and_a_wrong_first_place_too() -> None:
    way = walk(1801)
    true = odometer.travelled(way)
    spiked = [*way[:60], at(90_000, way[60][2] - 5), *way[60:]]
    assert odometer.travelled(spiked) == pytest.approx(true, abs=1)
    assert odometer.travelled([at(-500_000, -10), *way]) == pytest.approx(true, abs=60)
    # Carried on elsewhere: the gap is not counted, what follows is.
    far = [at(m + 80_000, t + 1900) for m, t in ((0, 0), (600, 300), (1200, 600))]
    assert odometer.travelled([*walk(1801), *far]) == pytest.approx(true + 600, abs=60)


def test_a_fix_of_the_same_moment_elsewhere_is_a_jump() -> None:
    assert odometer.travelled([at(0, 0), at(500, 0), at(100, 60)]) == pytest.approx(
        100, abs=1
    )


def test_a_track_is_read_from_what_postgis_writes() -> None:
    way = walk(100)
    line = b"\x01" + (2002).to_bytes(4, "little") + len(way).to_bytes(4, "little")
    line += array("d", [number for point in way for number in point]).tobytes()
    assert odometer.points(line) == way
