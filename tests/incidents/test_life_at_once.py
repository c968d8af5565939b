"""Two officers move one incident at once, with real transactions: one result."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.incidents.conftest import BASE, body
from tests.incidents.test_at_once import send
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def at_once(stack: Stack, token: str, *calls: tuple[str, Any]) -> list[Any]:
    """Send all at the same time; return the answers in order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        sent = [pool.submit(send, stack, token, path, data) for path, data in calls]
        return [one.result() for one in sent]


def steps(stack: Stack, token: str, path: str) -> list[tuple[str, str]]:
    """Return the steps that were kept."""
    rows = stack.get(f"{path}transitions/", token=token).json()["results"]
    return [(row["from_state"], row["to_state"]) for row in rows]


@pytest.mark.parametrize(
    ("verb", "data", "state"),
    [
        ("confirm", {}, "confirmed"),
        ("contain", {}, "contained"),
        ("close", {"reason": "handled"}, "closed"),
    ],
)
def test_a_step_is_taken_once(
    stack: Stack, verb: str, data: dict[str, str], state: str
) -> None:
    """The lock of the incident decides; who comes later is told so."""
    token = stack.token("KG-BS")
    path = f"{BASE}{send(stack, token, BASE, body()).json()['id']}/"
    answers = at_once(stack, token, *[(f"{path}{verb}/", data)] * 4)
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert steps(stack, token, path) == [("reported", state)]


def test_two_that_are_merged_crosswise(stack: Stack) -> None:
    """One goes into the other; neither waits for ever, and there is no circle."""
    token = stack.token("KG-BS")
    one, two = (send(stack, token, BASE, body()).json()["id"] for _ in range(2))
    calls = [
        (f"{BASE}{row}/merge/", {"into": into})
        for row, into in [(one, two), (two, one)]
    ]
    answers = at_once(stack, token, *calls * 2)
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    found = [stack.get(f"{BASE}{pk}/", token=token).json() for pk in (one, two)]
    assert sorted(row["state"] for row in found) == ["closed", "reported"]
    assert sorted(row["merged_into"] is None for row in found) == [False, True]


def test_a_merge_and_a_closing(stack: Stack) -> None:
    """Whichever comes first counts; there is one step out of "reported"."""
    token = stack.token("KG-BS")
    one, two = (send(stack, token, BASE, body()).json()["id"] for _ in range(2))
    answers = at_once(
        stack,
        token,
        (f"{BASE}{one}/merge/", {"into": two}),
        (f"{BASE}{one}/close/", {"reason": "handled"}),
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    row = stack.get(f"{BASE}{one}/", token=token).json()
    assert (row["close_reason"] == "duplicate") == (row["merged_into"] == two)
    assert steps(stack, token, f"{BASE}{one}/") == [("reported", "closed")]


def test_a_task_ends_once(stack: Stack) -> None:
    token = stack.token("KG-BS")
    path = f"{BASE}{send(stack, token, BASE, body()).json()['id']}/tasks/"
    task = {"what": "Look", "due_at": "2099-01-01T00:00:00Z"}
    made = send(stack, token, path, task).json()["id"]
    ends = [(f"{path}{made}/{end}/", {}) for end in ("done", "cancel")]
    answers = at_once(stack, token, *ends * 2)
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
