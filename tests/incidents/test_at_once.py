"""Two at once, with real transactions: one effect, one answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.incidents.conftest import BASE, body
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def send(stack: Stack, token: str, path: str, data: Any, **headers: str) -> Any:
    """POST from a thread of its own."""
    return httpx.request(
        headers.pop("method", "POST"),
        f"{stack.web_url}{path}",
        json=data,
        headers={"Host": "localhost", "Authorization": f"Bearer {token}", **headers},
        timeout=60,
    )


def test_one_key_in_two_threads_makes_one_incident(stack: Stack) -> None:
    """The second waits for the first and gets its answer, or is told to wait."""
    token = stack.token("KG-BS")
    given = body(title="Sent twice at once")
    key = {"Idempotency-Key": "at-once-1"}
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(send, stack, token, BASE, given, **key) for _ in range(4)]
        answers = [call.result() for call in calls]
    assert {a.status_code for a in answers} <= {201, 409}
    made = {a.json()["id"] for a in answers if a.status_code == 201}
    assert len(made) == 1
    # Of that day: other tests report to the same system, and later ones come first.
    day = {"occurred_before": "2026-02-01T00:00:00Z"}
    rows = stack.get(BASE, token=token, **day).json()["results"]
    assert [r["id"] for r in rows if r["title"] == "Sent twice at once"] == [*made]


def test_of_two_changes_of_one_version_one_is_refused(stack: Stack) -> None:
    """If-Match holds under a race: no last write wins unseen."""
    token = stack.token("KG-BS")
    path = f"{BASE}{send(stack, token, BASE, body()).json()['id']}/"
    match = {"If-Match": '"1"', "method": "PATCH"}
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(send, stack, token, path, {"title": f"Title {n}"}, **match)
            for n in range(4)
        ]
        statuses = sorted(call.result().status_code for call in calls)
    assert statuses == [200, 412, 412, 412]


def test_acknowledging_in_two_threads_counts_once(stack: Stack) -> None:
    """No constraint keeps it to one: the incident's lock does."""
    owner, partner = stack.token("KG-BS"), stack.token("TJ-BT")
    made = send(stack, owner, BASE, body(release_to=["agency:TJ-BT"])).json()["id"]
    path = f"{BASE}{made}/acknowledge/"
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(send, stack, partner, path, {}) for _ in range(4)]
        assert {call.result().status_code for call in calls} == {200}
    seen = stack.get(f"{BASE}{made}/", token=owner).json()
    assert [row["agency"] for row in seen["acknowledgements"]] == ["TJ-BT"]
