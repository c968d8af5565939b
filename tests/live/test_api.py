"""``/api/v1/events/``: the feed by asking."""

from typing import Any

import pytest
from django.test import Client as Browser

from agencies.actions import releases
from agencies.context import acting, system
from agencies.models import Release
from live import cursors, sequencer
from tests.live.test_journal import report
from tests.world import World

URL = "/api/v1/events/"


def login(world: World, name: str) -> Browser:
    browser = Browser()
    with system("test"):
        browser.force_login(
            world.officers[name], "agencies.authentication.OfficerBackend"
        )
    return browser


def ask(world: World, name: str, **params: Any) -> Any:
    sequencer.sequence()
    return login(world, name).get(URL, params)


def kinds(answer: Any) -> list[str]:
    return [frame["kind"] for frame in answer.json()["results"]]


def test_pages(world: World) -> None:
    """Page after page gives each event once, in order, and then nothing."""
    for _n in range(5):
        report(world.owner, "agency:TJ-BT")
    everything = ask(world, "partner").json()
    found, cursor = [], ""
    while True:
        page = ask(world, "partner", after=cursor, limit=2).json()
        if not page["results"]:
            break
        assert len(page["results"]) <= 2
        found += page["results"]
        cursor = page["cursor"]
    assert found == everything["results"]
    assert page["cursor"] == cursor == everything["cursor"]


def test_cursor_does_not_move_for_others_events(world: World) -> None:
    """Hidden activity leaves no trace, not even in the cursor."""
    before = ask(world, "outsider")
    cursor = before.json()["cursor"]
    incident = report(world.owner, "agency:TJ-BT")
    with acting(world.owner):
        found = Release.objects.visible_to(world.owner).of(incident).get()
        releases.revoke(record=incident, release_id=found.pk, by=world.owner)
    assert ask(world, "outsider").content == before.content
    after = ask(world, "outsider", after=cursor)
    assert after.json() == {"results": [], "cursor": cursor}


def test_what_is_left_out_is_stepped_over(world: World) -> None:
    cursor = ask(world, "partner").json()["cursor"]
    incident = report(world.owner, "agency:TJ-BT")
    with acting(world.owner):
        for _round in range(3):
            rows = Release.objects.visible_to(world.owner).of(incident).live()
            releases.revoke(
                record=incident, release_id=rows.get().pk, by=world.owner
            )  # fmt: skip
            releases.release(record=incident, to="agency:TJ-BT", by=world.owner)
    answer = ask(world, "partner", after=cursor, limit=1)
    assert kinds(answer) == ["incident.released"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"after": "nonsense"}, "bad_cursor"),
        ({"after": "é"}, "bad_cursor"),
        ({"limit": "0"}, "bad_limit"),
        ({"limit": "201"}, "bad_limit"),
        ({"limit": "-1"}, "bad_limit"),
        ({"limit": "²"}, "bad_limit"),
        ({"limit": "9" * 5000}, "bad_limit"),
        ({"kind": "incident.reported"}, "unknown_filter"),
        ({"without": "incident.invented"}, "unknown_kind"),
        ({"order": "oldest"}, "bad_order"),
        ({"before": cursors.encode(9)}, "bad_order"),
        ({"order": "newest", "before": "nonsense"}, "bad_cursor"),
    ],
)
def test_bad_input(world: World, params: dict[str, str], code: str) -> None:
    answer = ask(world, "partner", **params)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_the_newest_first(world: World) -> None:
    """Page after page back to a place: the same events, the other way round."""
    start = ask(world, "partner").json()["cursor"]
    for _n in range(5):
        report(world.owner, "agency:TJ-BT")
    onward = ask(world, "partner", after=start).json()["results"]
    found: list[Any] = []
    query = {"order": "newest", "after": start, "limit": 2}
    while True:
        page = ask(world, "partner", **query).json()
        if not page["results"]:
            break
        found += page["results"]
        query["before"] = page["cursor"]
    assert found == onward[::-1]
    assert page["cursor"] == query["before"] == onward[0]["cursor"]
    others = kinds(ask(world, "outsider", order="newest"))
    assert "incident.reported" not in others


def test_kinds_are_left_out(world: World) -> None:
    """Before the page is cut, so that they take nobody's place in it."""
    start = ask(world, "partner").json()["cursor"]
    for _n in range(2):
        report(world.owner, "agency:TJ-BT")
    query = {"after": start, "limit": 1, "without": "incident.reported,patrol.moved"}
    assert kinds(ask(world, "partner", **query)) == []
    assert ask(world, "partner", **query).json()["cursor"] == start
    del query["without"]
    assert kinds(ask(world, "partner", **query)) == ["incident.reported"]


def test_nobody(db: None) -> None:
    answer = Browser().get(URL)
    assert answer.status_code == 401


def test_no_writing(world: World) -> None:
    browser = login(world, "partner")
    assert browser.post(URL, {}).status_code == 405


def test_from_the_beginning(world: World) -> None:
    """Without a cursor, from the beginning; the place before it is one too."""
    answer = ask(world, "partner")
    assert answer.json() == ask(world, "partner", after=cursors.encode(0)).json()
    assert "agreement.created" in kinds(answer)
