"""Which radios reach which: pure arithmetic on bands and modes."""

import pytest

from agencies.interoperability import (
    Band,
    bands_of,
    links,
    merged,
    parse,
    shared,
    shared_by_all,
    written,
)


def test_bands_are_read_and_written() -> None:
    bands = parse("380-400 tetra; 136 - 174 MHz FM, 170–180 fm")
    assert bands == [Band(136, 180, "fm"), Band(380, 400, "tetra")]
    assert written(bands) == "136-180 FM, 380-400 TETRA"
    assert parse(written(bands)) == bands
    assert bands_of([band.as_json() for band in bands]) == bands
    assert parse("") == []


@pytest.mark.parametrize(
    "text",
    ["174-136 FM", "136-174", "136-174 XX", "0.01-1 FM", "1-9999 FM", "FM", "5-5 FM"],
)
def test_what_is_no_band_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(f"136-174 FM, {text}")


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("136-174 FM", "146-180 FM", "146-174 FM"),
        ("136-174 FM", "136-174 DMR", ""),
        ("136-174 FM", "174-200 FM", ""),
        # A channel of 6.25 kHz fits in, half of one does not.
        ("136-174 FM", "173.99375-200 FM", "173.994-174 FM"),
        ("136-174 FM", "173.997-200 FM", ""),
        ("30-40 FM, 50-60 FM", "35-55 FM", "35-40 FM, 50-55 FM"),
        ("136-174 FM, 400-470 DMR", "400-410 DMR, 150-160 FM",
         "150-160 FM, 400-410 DMR"),
    ],
)  # fmt: skip
def test_what_two_have_in_common(one: str, other: str, common: str) -> None:
    assert written(shared(parse(one), parse(other))) == common
    assert written(shared(parse(other), parse(one))) == common


def test_one_net_for_all() -> None:
    fleets = [parse(t) for t in ("136-174 FM", "146-180 FM", "30-150 FM, 1-2 AM")]
    assert written(shared_by_all(fleets)) == "146-150 FM"
    assert shared_by_all([*fleets, parse("400-470 DMR")]) == []
    assert shared_by_all([]) == []


def test_what_helps_where_nothing_is_common() -> None:
    found = {
        (link.one, link.other): link
        for link in links(
            {
                "A": parse("136-174 FM"),
                "B": parse("136-174 DMR"),
                "C": parse("136-174 FM, 136-174 DMR"),
                "D": parse("380-400 TETRA"),
            }
        )
    }
    assert len(found) == 6
    assert written(found["A", "C"].bands) == "136-174 FM"
    apart = found["A", "B"]
    assert (apart.bands, apart.relays) == ([], ["C"])
    assert apart.other_modes == [(Band(136, 174, "fm"), Band(136, 174, "dmr"))]
    far = found["A", "D"]
    assert (far.bands, far.relays, far.other_modes) == ([], [], [])


def test_merging_keeps_modes_apart() -> None:
    bands = [Band(1, 3, "fm"), Band(2, 5, "fm"), Band(2, 5, "am"), Band(6, 7, "fm")]
    assert merged(bands) == [Band(1, 5, "fm"), Band(2, 5, "am"), Band(6, 7, "fm")]
