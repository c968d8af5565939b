"""Degrees: decimal, with minutes, and with minutes and seconds.

Latitude comes first unless letters say otherwise. How many numbers there are says
which form it is: two, four or six.
"""

import re

from patrols.coordinates.readings import (
    Fault,
    NotAPlace,
    Point,
    Reading,
    System,
    apart,
    decimals,
    metres,
    number,
)

SYSTEMS = {2: System.DECIMAL, 4: System.DM, 6: System.DMS}
# Of one last digit, in degrees.
UNITS = {System.DECIMAL: 1.0, System.DM: 1 / 60, System.DMS: 1 / 3600}
LIMITS = {"N": 90, "S": 90, "E": 180, "W": 180}
# As Russian writes them; as they are, or with points.
RUSSIAN = [
    (re.compile(r"С\.?\s?Ш\.?"), "N"),
    (re.compile(r"Ю\.?\s?Ш\.?"), "S"),
    (re.compile(r"В\.?\s?Д\.?"), "E"),
    (re.compile(r"З\.?\s?Д\.?"), "W"),
]
_FORM = re.compile(r"""(?:[\d\s.,;:/°'"+-]|(?<![A-Z])[NSEW](?![A-Z]))*""")
# A sign stands before a number, not between the parts of one.
_TOKEN = re.compile(r"""[NSEW]|(?:(?<![\d'"°])[+-])?\d+(?:\.\d+)?""")
# A comma within a number: no point anywhere, and a digit right before and after.
_COMMA = re.compile(r"(?<=\d),(?=\d)")
# Without a blank, these can be nothing but two numbers; "40,5,70,25" could be more.
_TIGHT = re.compile(r"(\d+),(\d{3,}),(\d+),(\d{3,})")


def degrees_in(text: str) -> str | None:
    """Return a text's degrees in Latin letters; None if it is something else."""
    for pattern, letter in RUSSIAN:
        text = pattern.sub(letter, text)
    return text if re.search(r"\d", text) and _FORM.fullmatch(text) else None


def read_degrees(text: str, source: str) -> Reading:
    """Read latitude and longitude; ``text`` is of capitals."""
    tokens = _tokens(text)
    numbers = [token for token in tokens if token not in LIMITS]
    system = SYSTEMS.get(len(numbers))
    if system is None:
        raise NotAPlace(Fault.DEGREES_COUNT, read=", ".join(numbers) or "–")
    half = len(numbers) // 2
    letters = _letters(tokens, half)
    values = [_value(numbers[:half], letters[0]), _value(numbers[half:], letters[1])]
    if letters[0] in ("E", "W"):
        values.reverse()
    point = Point(*values)
    if abs(point.latitude) > 90 or abs(point.longitude) > 180:
        raise NotAPlace(
            Fault.DEGREES_RANGE,
            latitude=f"{point.latitude:g}",
            longitude=f"{point.longitude:g}",
        )
    digits = min(decimals(numbers[half - 1]), decimals(numbers[-1]))
    step = UNITS[system] / 10**digits / 2
    return Reading(source, point, system, metres(_diagonal(point, step)))


def _tokens(text: str) -> list[str]:
    """Return letters and numbers in order; numbers with a point."""
    if "." not in text:
        text = _COMMA.sub(".", _TIGHT.sub(r"\1.\2 \3.\4", text))
    if re.search(r"\d\.\d+\.\d", text):
        raise NotAPlace(Fault.DEGREES_COUNT, read=text)
    return [token.lstrip("+") for token in _TOKEN.findall(text)]


def _letters(tokens: list[str], half: int) -> list[str]:
    """Return the two hemispheres in order; empty ones if none is given."""
    found = [token for token in tokens if token in LIMITS]
    if not found:
        return ["", ""]
    places = [n for n, token in enumerate(tokens) if token in LIMITS]
    is_before = places == [0, half + 1]
    is_after = places == [half, 2 * half + 1]
    is_pair = len(found) == 2 and len({LIMITS[letter] for letter in found}) == 2
    if not is_pair or not (is_before or is_after):
        raise NotAPlace(Fault.HEMISPHERES, read=" ".join(found))
    return found


def _value(parts: list[str], letter: str) -> float:
    """Return degrees of one to three numbers; only the last may have decimals."""
    values = [number(part) for part in parts]
    is_whole = all(part.lstrip("-").isdigit() for part in parts[:-1])
    if not is_whole or any(not 0 <= value < 60 for value in values[1:]):
        raise NotAPlace(Fault.DEGREES_PARTS, read=" ".join(parts))
    is_negative = parts[0].startswith("-")
    if is_negative and letter:
        raise NotAPlace(Fault.HEMISPHERES, read=f"{' '.join(parts)} {letter}")
    value = sum(abs(part) / float(60**n) for n, part in enumerate(values))
    return -value if is_negative or letter in ("S", "W") else value


def _diagonal(point: Point, step: float) -> float:
    """Return the length of half a last digit both ways."""
    toward = -step if point.latitude > 0 else step
    return apart(
        point, Point(point.latitude + toward, min(180, point.longitude + step))
    )


def decimal_text(point: Point) -> str:
    """Write "40.12345, 70.12345"."""
    return f"{point.latitude:.5f}, {point.longitude:.5f}"


def dms_text(point: Point) -> str:
    """Write degrees, minutes and seconds to a tenth."""
    return " ".join(
        _dms(value, letters) for value, letters in zip(point, ("NS", "EW"), strict=True)
    )


def dm_text(point: Point) -> str:
    """Write degrees and minutes to a thousandth."""
    return " ".join(
        _dm(value, letters) for value, letters in zip(point, ("NS", "EW"), strict=True)
    )


def _dms(value: float, letters: str) -> str:
    # In tenths of a second, so that 59.96 becomes the next minute.
    tenths = round(abs(value) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    return f"{degrees:02d}°{minutes:02d}'{seconds / 10:04.1f}\"{letters[value < 0]}"


def _dm(value: float, letters: str) -> str:
    thousandths = round(abs(value) * 60_000)
    degrees, rest = divmod(thousandths, 60_000)
    return f"{degrees:02d}°{rest / 1000:06.3f}'{letters[value < 0]}"
