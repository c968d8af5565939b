"""Which radios can talk to each other: bands and modes that they have in common.

Two radios have a channel in common if both cover it and both speak its mode. Pure
functions on plain data; frequencies are megahertz.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

# The way a radio modulates; two radios of different modes do not hear each other.
MODES = {
    "fm": "FM",
    "am": "AM",
    "ssb": "SSB",
    "dmr": "DMR",
    "tetra": "TETRA",
    "p25": "P25",
    "nxdn": "NXDN",
    "dpmr": "dPMR",
}
# From long wave to the last band that hand-held radios use.
LOWEST, HIGHEST = 0.1, 6000.0
# The narrowest channel in use (dPMR, NXDN: 6.25 kHz): less in common is none.
CHANNEL = 0.00625
MOST_BANDS = 12
_NUMBER = r"(\d{1,5}(?:\.\d{1,6})?)"
_BAND = re.compile(rf"{_NUMBER}\s*[-–]\s*{_NUMBER}\s*(?:MHz\s*)?(\w+)", re.IGNORECASE)


@dataclass(frozen=True, order=True, slots=True)
class Band:
    """A range of frequencies in one mode."""

    low: float
    high: float
    mode: str

    def __str__(self) -> str:
        """Return it as people write it, such as ``136-174 FM``."""
        return f"{self.low:g}-{self.high:g} {MODES[self.mode]}"

    def as_json(self) -> dict[str, float | str]:
        """Return it as it is stored, and as the API has it."""
        return {"from_mhz": self.low, "to_mhz": self.high, "mode": self.mode}


def bands_of(stored: Iterable[Mapping[str, object]]) -> list[Band]:
    """Return stored bands; whatever is not one is left out."""
    found = []
    for one in stored:
        low, high, mode = one.get("from_mhz"), one.get("to_mhz"), one.get("mode")
        if isinstance(low, int | float) and isinstance(high, int | float):
            band = Band(float(low), float(high), str(mode))
            if is_band(band):
                found.append(band)
    return found


def is_band(band: Band) -> bool:
    """Whether a band is one that a radio can have."""
    return band.mode in MODES and LOWEST <= band.low < band.high <= HIGHEST


def parse(text: str) -> list[Band]:
    """Read ``136-174 FM, 380-400 TETRA``; raise ``ValueError`` for anything else."""
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        match = _BAND.fullmatch(part)
        if match is None:
            raise ValueError(part)
        band = Band(float(match[1]), float(match[2]), match[3].lower())
        if not is_band(band):
            raise ValueError(part)
        found.append(band)
    return merged(found)


def written(bands: Iterable[Band]) -> str:
    """Return bands as :func:`parse` reads them."""
    return ", ".join(map(str, bands))


def merged(bands: Iterable[Band]) -> list[Band]:
    """Return the same frequencies in as few bands as possible, by mode."""
    found: list[Band] = []
    for band in sorted(bands, key=lambda one: (one.mode, one.low)):
        last = found[-1] if found else None
        if last and last.mode == band.mode and band.low <= last.high:
            found[-1] = Band(last.low, max(last.high, band.high), band.mode)
        else:
            found.append(band)
    return sorted(found)


def shared(one: Iterable[Band], other: Iterable[Band]) -> list[Band]:
    """Return what two sets of bands have in common, mode by mode."""
    right = list(other)
    common = (
        Band(max(a.low, b.low), min(a.high, b.high), a.mode)
        for a in one
        for b in right
        if a.mode == b.mode
        and min(a.high, b.high) - max(a.low, b.low) >= CHANNEL - 1e-9
    )
    return merged(common)


def shared_by_all(fleets: Sequence[Sequence[Band]]) -> list[Band]:
    """Return what all have in common: one net for everybody."""
    if not fleets:
        return []
    found = merged(fleets[0])
    for fleet in fleets[1:]:
        found = shared(found, fleet)
    return found


@dataclass(frozen=True, slots=True)
class Link:
    """What two parties have in common, and what helps if that is nothing."""

    one: str
    other: str
    bands: list[Band]
    # Frequencies that both cover, though in other modes.
    other_modes: list[tuple[Band, Band]]
    # Who has channels in common with both, and could pass messages on.
    relays: list[str]


def links(fleets: Mapping[str, Sequence[Band]]) -> list[Link]:
    """Return the link between each two parties; ``fleets`` are their bands by name."""
    names = sorted(fleets)
    common = {
        frozenset(pair): shared(fleets[pair[0]], fleets[pair[1]])
        for pair in combinations(names, 2)
    }
    return [
        Link(
            one,
            other,
            bands,
            [] if bands else _other_modes(fleets[one], fleets[other]),
            []
            if bands
            else [
                name
                for name in names
                if name not in (one, other)
                and common[frozenset((one, name))]
                and common[frozenset((other, name))]
            ],
        )
        for one, other in combinations(names, 2)
        for bands in [common[frozenset((one, other))]]
    ]


def _other_modes(one: Iterable[Band], other: Iterable[Band]) -> list[tuple[Band, Band]]:
    right = list(other)
    return [
        (a, b)
        for a in merged(one)
        for b in merged(right)
        if a.mode != b.mode and min(a.high, b.high) - max(a.low, b.low) >= CHANNEL
    ]
