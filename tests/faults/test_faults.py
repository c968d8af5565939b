"""The fault run in a minute, and the proof that its verdict can be a bad one."""

import os
import signal
import subprocess
from collections import Counter

import pytest

from tests.faults.receivers import Frame
from tests.faults.verdict import Due, Findings, judge
from tests.stack import ROOT


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_nothing_is_lost_or_leaked_while_servers_die() -> None:
    """Each fault once; a random seed, which is printed."""
    with subprocess.Popen(
        [ROOT / "bin" / "faults", "--short", "--sockets", "100"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as run:
        try:
            said, _none = run.communicate(timeout=360)
        finally:
            # It cleans up behind itself.
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGTERM)
    assert run.returncode == 0, said


# --- the verdict

FEED = ["a", "b", "c"]
DUE = Due(Counter({("incident.reported", i): 1 for i in FEED}), {"canary-a"})


def frames(ids: str, kind: str = "incident.reported", mark: str = "") -> list[Frame]:
    """Return the frames of events that are named by one letter."""
    marks = frozenset({mark} if mark else ())
    return [Frame(one, kind, f"cursor-{one}", one, marks) for one in ids]


@pytest.mark.parametrize(
    ("connections", "found"),
    [
        (["abc"], Findings(frames=3)),
        (["ab", "bc"], Findings(frames=4, repeats=1)),
        (["ab", "", "abc"], Findings(frames=5, repeats=2)),
        (["ab"], Findings(frames=2, lost=2)),
        (["ac"], Findings(frames=2, lost=2, disordered=1)),
        (["acb"], Findings(frames=3, disordered=2)),
        (["aabc"], Findings(frames=4, repeats=1, disordered=1)),
        (["abcx"], Findings(frames=4, leaked=1)),
    ],
)
def test_a_verdict(connections: list[str], found: Findings) -> None:
    """Lost counts twice: against what was acknowledged, and against the list."""
    assert judge([frames(ids) for ids in connections], DUE, FEED) == found


def test_a_verdict_on_texts_and_ids() -> None:
    heard = frames("abc", mark="canary-a")
    assert judge([heard], DUE, FEED) == Findings(frames=3)
    heard = frames("abc", mark="canary-x")
    assert judge([heard], DUE, FEED).leaked == 3
    other = frames("c", kind="incident.closed")
    assert judge([frames("abc"), other], DUE, FEED).mistaken == 1


def test_a_verdict_on_what_was_written_twice() -> None:
    again = frames("c")[0]._replace(id="d", cursor="cursor-d")
    found = judge([[*frames("abc"), again]], DUE, [*FEED, "d"])
    assert found == Findings(frames=4, doubled=1)


def test_what_may_come_need_not() -> None:
    due = Due(DUE.events, DUE.marks, {("incident.released", "x")})
    released = frames("x", kind="incident.released")
    for heard in ([frames("abc")], [[*frames("abc"), *released]]):
        assert not any(judge(heard, due, FEED).faults.values())
