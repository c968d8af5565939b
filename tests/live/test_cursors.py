"""Cursors: opaque, the same for everybody, not to be made up."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.errors import Invalid
from live import cursors

PLACES = st.integers(min_value=0, max_value=2**63)


@given(PLACES)
def test_round_trip(seq: int) -> None:
    cursor = cursors.encode(seq)
    assert cursors.decode(cursor) == seq
    assert len(cursor) == 22


def test_empty_is_the_beginning() -> None:
    assert cursors.decode("") == 0


def test_neighbours_look_unrelated() -> None:
    """Two cursors do not tell how many events lie between them."""
    first, second = (base64.urlsafe_b64decode(cursors.encode(n) + "==") for n in (1, 2))
    same = sum(a == b for a, b in zip(first, second, strict=True))
    assert same <= 4


@given(st.text(max_size=40))
def test_made_up(text: str) -> None:
    if text:
        with pytest.raises(Invalid) as refused:
            cursors.decode(text)
        assert refused.value.code == "bad_cursor"


@given(PLACES, st.integers(min_value=0, max_value=20), st.sampled_from("AZaz09-_"))
def test_tampered(seq: int, at: int, letter: str) -> None:
    cursor = cursors.encode(seq)
    changed = cursor[:at] + letter + cursor[at + 1 :]
    if changed != cursor:
        with pytest.raises(Invalid):
            cursors.decode(changed)
