"""One text, whatever the system: which of them it is, and what it says."""

import re
import unicodedata
from collections.abc import Sequence

from patrols.coordinates.angles import degrees_in, read_degrees
from patrols.coordinates.bearings import Described, described, moved
from patrols.coordinates.grids import read_grid
from patrols.coordinates.readings import (
    Fault,
    Known,
    Lookup,
    NotAPlace,
    Reading,
    System,
    metres,
)

MAX_LENGTH = 120
# Characters that mean the same as one on a keyboard.
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u00ba\u02da", "°"),
        **dict.fromkeys("\u2018\u2019\u2032\u02b9`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
        **dict.fromkeys("\u2212\u2010\u2011\u2013\u2014", "-"),
        "№": "#",
    }
)
_MARKER = re.compile(
    r"(?:BORDER\s+MARKER|MARKER|PILLAR|BM|ПОГРАНИЧНЫЙ\s+ЗНАК|ПОГРАНЗНАК|МАРКЕР|СТОЛБ)"
    r"(?!\w)\s*#?\s*"
)
_SHOWN = 6


def read(text: str, *, markers: Lookup, names: Lookup) -> Reading:
    """Return what a text means; raise ``NotAPlace`` where it means nothing, or two.

    ``markers`` is asked for what stands after the word "marker", perhaps with the
    section before the number; ``names`` for the name of a place as it was written.
    """
    source = text.strip()
    if len(source) > MAX_LENGTH:
        raise NotAPlace(Fault.TOO_LONG, most=str(MAX_LENGTH))
    tidy = unicodedata.normalize("NFKC", source.translate(_SAME)).replace("''", '"')
    tidy = re.sub(r"\s+", " ", tidy).upper()
    if marked := _MARKER.match(tidy):
        found = described(tidy[marked.end() :], of_marker=True)
        return _from(found, markers, System.MARKER, source)
    if grid := read_grid(tidy, source):
        return grid
    if degrees := degrees_in(tidy):
        return read_degrees(degrees, source)
    if re.search(r"[^\W\d_]{2}", tidy):
        return _from(described(tidy), names, System.NAME, source)
    raise NotAPlace(Fault.NOTHING, read=source)


def _from(found: Described, lookup: Lookup, system: System, source: str) -> Reading:
    """Return the point that lies from the one known one where the text says."""
    candidates = lookup(found.name) if found.name else []
    if not candidates:
        is_marker = system == System.MARKER
        fault = Fault.UNKNOWN_MARKER if is_marker else Fault.UNKNOWN_NAME
        raise NotAPlace(fault, read=found.name or "–")
    if len(candidates) > 1:
        raise NotAPlace(
            Fault.AMBIGUOUS, read=found.name, candidates=_listed(candidates)
        )
    (known,) = candidates
    point, uncertainty = moved(known, found.vector)
    return Reading(source, point, system, metres(uncertainty))


def _listed(rows: Sequence[Known]) -> str:
    """Return what a name may stand for, in words."""
    told = [
        f"{one.label} [{one.point.latitude:.3f}, {one.point.longitude:.3f}]"
        for one in rows[:_SHOWN]
    ]
    return "; ".join([*told, "…"] if len(rows) > _SHOWN else told)
