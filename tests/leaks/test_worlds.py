"""An outsider's session reads the same, whatever it was not released (L9, L14, L42).

``make leaks`` hides thousands of records; ``make test`` dozens.
"""

import difflib
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.leaks import worlds
from tests.leaks.extent import HIDDEN
from tests.leaks.worlds import Pair, transcript


@pytest.fixture(scope="module")
def pair(django_db_setup: None, django_db_blocker: Any) -> Iterator[Pair]:
    """Return both worlds."""
    with worlds.pair(django_db_blocker, hidden=HIDDEN) as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_both_worlds_read_the_same(pair: Pair) -> None:
    """Status, headers, cookies, bodies and frames are equal, byte for byte."""
    logging.disable(logging.ERROR)
    try:
        without = transcript(pair.without, pair.asked)
        within = transcript(pair.within, pair.asked)
    finally:
        logging.disable(logging.NOTSET)
    assert [one.asked for one in without] == [one.asked for one in within]
    found = differences(without, within)
    assert not found, f"{len(found)} differ: {sorted(found)[:40]}\n" + "\n".join(
        f"{asked}\n{how}" for asked, how in list(found.items())[:6]
    )
    assert len(without) > 500
    told = "\n".join(one.answer for one in without)
    assert "Ours" in told
    assert '"incident.reported"' in without[-2].answer, "the feed told nothing"


def differences(
    one: list[worlds.Exchange], other: list[worlds.Exchange]
) -> dict[str, str]:
    """Return where two transcripts part, and how."""
    return {
        a.asked: "\n".join(
            difflib.unified_diff(
                a.answer.splitlines(), b.answer.splitlines(), "without", "within",
                n=1, lineterm="",
            )
        )[:2000]
        for a, b in zip(one, other, strict=True)
        if a.answer != b.answer
    }  # fmt: skip
