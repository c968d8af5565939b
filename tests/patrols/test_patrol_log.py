"""The log of a patrol: who writes, who reads, and what nobody else learns."""

from typing import Any
from uuid import uuid4

import pytest

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.errors import Forbidden, Invalid, NotFound
from agencies.policy import Role
from agencies.views.records import known_releases
from live import journal, sequencer
from patrols import actions
from patrols.models import Patrol, PatrolLogEntry, PatrolLogRead
from tests.patrols.conftest import Caller, Callers, code_of
from tests.patrols.series import a_patrol
from tests.world import PASSWORD, World

HIDDEN_FROM = ["outsider", "late", "partner_low"]


@pytest.fixture
def patrol(world: World) -> Patrol:
    """A patrol of level 1 that both sides see, but none of their uncleared staff."""
    return a_patrol(world, level=1)


def text(response: Any) -> str:
    """Return a page that was found."""
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def lines(caller: Caller, patrol: Patrol) -> list[Any]:
    """Return what a caller reads in the log."""
    found: list[Any] = caller.get(f"patrols/{patrol.pk}/log/").json()["results"]
    return found


def write(caller: Caller, patrol: Patrol, words: str, sharing: str = "all") -> str:
    """Write a line; return its id."""
    sent = caller.post(f"patrols/{patrol.pk}/log/", {"text": words, "sharing": sharing})
    assert sent.status_code == 201, sent.content
    return str(sent.json()["id"])


def told(world: World, name: str, patrol: Patrol) -> int:
    """Return of how many lines of a patrol's log a reader's feed tells."""
    while sequencer.sequence():
        pass
    actor = world.actor(name)
    with acting(actor):
        found = journal.read(actor.keys, after=0, limit=1000)
    return sum((e.kind, e.subject_id) == ("patrol.logged", patrol.pk) for e in found)


def test_both_sides_write_and_read(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """Who wrote is told to colleagues by name; each line is an event of its readers."""
    write(callers.owner, patrol, "Left the post")
    write(callers.partner, patrol, "At the ford")
    for name in ("owner", "partner"):
        caller = getattr(callers, name)
        assert [one["text"] for one in lines(caller, patrol)] == [
            "Left the post", "At the ford",
        ]  # fmt: skip
        page = text(caller.page(f"/patrols/{patrol.pk}/"))
        assert "Left the post" in page
        assert "At the ford" in page
        assert told(world, name, patrol) == 2
    assert [one["agency"] for one in lines(callers.owner, patrol)] == ["KG-BS", "TJ-BT"]


def test_a_form_writes(patrol: Patrol, callers: Callers) -> None:
    """Sent by htmx it answers with the log alone; words that are too long come back."""
    at, values = f"/patrols/{patrol.pk}/log/", {"text": "By form", "sharing": "all"}
    sent = callers.partner.send(at, **values)
    assert sent.status_code == 302
    assert sent["Location"] == f"/patrols/{patrol.pk}/"
    is_part = {"HX-Request": "true"}
    part = text(callers.partner.client.post(at, values, headers=is_part))
    assert part.count("By form") == 2
    assert "<html" not in part
    again = text(callers.owner.client.get(at, headers=is_part))
    assert again.count("By form") == 2
    assert callers.owner.page(at).status_code == 302
    long = values | {"text": "x" * 4001}
    page = text(callers.owner.send(at, **long))
    assert "x" * 4001 in page
    assert "<html" in page
    assert len(lines(callers.owner, patrol)) == 2


@pytest.mark.parametrize("words", ["", " \n ", "x" * 4001])
def test_no_words_and_too_many_are_refused(
    patrol: Patrol, callers: Callers, world: World, words: str
) -> None:
    sent = callers.owner.post(f"patrols/{patrol.pk}/log/", {"text": words})
    assert sent.status_code == 400
    if not words.strip():
        by = world.owner
        with pytest.raises(Invalid), acting(by):
            actions.write_patrol_log(patrol=patrol, text=words, by=by)
    assert lines(callers.owner, patrol) == []


def test_there_is_no_third_way_to_share(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """A patrol's log is for all or for one agency: nobody's owner reads beside."""
    for wanted in ("owner", "world"):
        body = {"text": "x", "sharing": wanted}
        assert callers.owner.post(f"patrols/{patrol.pk}/log/", body).status_code == 400
        by = world.owner
        with pytest.raises(Invalid), acting(by):
            actions.write_patrol_log(patrol=patrol, text="x", sharing=wanted, by=by)


@pytest.mark.parametrize(
    ("writer", "other"), [("partner", "owner"), ("owner", "partner")]
)
def test_what_is_for_ones_own_agency(
    patrol: Patrol, callers: Callers, world: World, writer: str, other: str
) -> None:
    """The other side finds not a byte of it: page, part, API, feed, counts, marks."""
    first = write(callers.owner, patrol, "For all")
    reader = getattr(callers, other)
    at = f"patrols/{patrol.pk}/log/"
    reader.post(f"{at}reads/", {"entry": first})
    is_part = {"HX-Request": "true"}

    def seen() -> list[str]:
        return [
            reader.get(at).content,
            reader.get(f"{at}reads/").content,
            reader.get(f"patrols/{patrol.pk}/").content,
            text(reader.client.get(f"/{at}", headers=is_part)).split("<form")[0],
            text(reader.page(f"/patrols/{patrol.pk}/")).count("CANARY"),
        ]

    before, heard = seen(), told(world, other, patrol)
    hidden = write(getattr(callers, writer), patrol, "CANARY", "own")
    assert seen() == before
    assert told(world, other, patrol) == heard
    assert told(world, writer, patrol) == 2
    assert "CANARY" in text(getattr(callers, writer).page(f"/patrols/{patrol.pk}/"))
    for wanted in (hidden, str(uuid4())):
        refused = reader.post(f"{at}reads/", {"entry": wanted})
        assert refused.status_code == 400
        sent = reader.send(f"/patrols/{patrol.pk}/read/", entry=wanted)
        assert sent.status_code == 404


@pytest.mark.parametrize("name", HIDDEN_FROM)
def test_whoever_does_not_see_the_patrol_learns_nothing(
    patrol: Patrol, callers: Callers, world: World, name: str
) -> None:
    """Every address answers like an id that nobody has, and no event comes."""
    entry = write(callers.owner, patrol, "CANARY")
    caller, gone = getattr(callers, name), str(uuid4())
    line = {"text": "x"}
    for path, body in (
        ("log/", None), ("log/reads/", None), ("log/", line), ("log/", {"text": 7}),
        ("log/reads/", {"entry": entry}), ("log/reads/", {}),
    ):  # fmt: skip
        real, none = (
            caller.get(f"patrols/{pk}/{path}")
            if body is None
            else caller.post(f"patrols/{pk}/{path}", body)
            for pk in (patrol.pk, gone)
        )
        assert (real.status_code, real.content) == (404, none.content)
    for path in ("log/", "read/"):
        real, none = (
            caller.send(f"/patrols/{pk}/{path}", entry=entry, **line)
            for pk in (patrol.pk, gone)
        )
        assert (real.status_code, real.content) == (404, none.content)
    assert told(world, name, patrol) == 0
    with system("test"):
        assert PatrolLogEntry.objects.count() == 1
        assert not PatrolLogRead.objects.exists()


def test_who_may_write(patrol: Patrol, callers: Callers, world: World) -> None:
    """A crew does; who looks only, does not, and is shown no form."""
    with acting(world.admin):
        world.officers["rider"] = accounts.create_officer(
            username="rider", password=PASSWORD, agency=world.agencies["TJ-BT"],
            name="Rider", clearance=1, roles=[Role.CREW], by=world.admin,
        )  # fmt: skip
    page = text(callers.rider.page(f"/patrols/{patrol.pk}/"))
    assert 'id="log_text"' in page
    write(callers.rider, patrol, "From the saddle")
    assert lines(callers.owner, patrol)[0]["text"] == "From the saddle"
    plain = a_patrol(world, zone_code="Z-Q")
    observer = callers.owner_observer
    assert 'id="log_text"' not in text(observer.page(f"/patrols/{plain.pk}/"))
    refused = observer.post(f"patrols/{plain.pk}/log/", {"text": "x"})
    assert (refused.status_code, code_of(refused)) == (403, "permission")
    by = world.actor("owner_observer")
    with pytest.raises(Forbidden), acting(by):
        actions.write_patrol_log(patrol=plain, text="x", by=by)


def test_a_system_writes_with_the_scope_of_patrols(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    scopes = ["patrols:read", "patrols:write"]
    by = world.client_actor(world.client("TJ-BT", *scopes))
    with acting(by):
        actions.write_patrol_log(patrol=patrol, text="By radio", by=by)
    by = world.client_actor(world.client("TJ-BT", "patrols:read", "incidents:write"))
    with pytest.raises(Forbidden), acting(by):
        actions.write_patrol_log(patrol=patrol, text="x", by=by)
    assert [one["text"] for one in lines(callers.owner, patrol)] == ["By radio"]
    assert lines(callers.owner, patrol)[0]["by"] is None


def test_read_marks(patrol: Patrol, callers: Callers, world: World) -> None:
    """Colleagues by name; the owner learns which agency and when, a third nothing."""
    with acting(world.owner):
        releases.release(record=patrol, to="agency:UZ-BT", by=world.owner)
    first, second = (write(callers.owner, patrol, words) for words in ("One", "Two"))
    at = f"/patrols/{patrol.pk}/"
    assert "log-unread" not in text(callers.partner.page(at))
    assert callers.partner.send(f"{at}read/", entry=first).status_code == 302
    shown = text(callers.partner.page(at))
    assert "1 new line" in shown
    assert shown.index('id="log-unread"') > shown.index(">One<")
    reads = f"patrols/{patrol.pk}/log/reads/"
    for entry in (second, first):
        assert callers.partner.post(reads, {"entry": entry}).status_code == 200
        assert "log-unread" not in text(callers.partner.page(at)), "it never goes back"
    marks = {
        name: getattr(callers, name).get(reads).json()["results"]
        for name in ("owner", "partner", "late")
    }
    assert [(m["agency"], m["by"], m["entry"]) for m in marks["owner"]] == [
        ("TJ-BT", None, None)
    ]
    assert [(m["by"], m["entry"]) for m in marks["partner"]] == [
        ("officer:partner", second)
    ]
    assert marks["late"] == []
    assert "Read by" in text(callers.owner.page(at))
    assert "Read by" not in text(callers.late.page(at))


def test_a_line_of_another_patrol_is_no_line_to_read(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    other = a_patrol(world, zone_code="Z-Q")
    entry = write(callers.owner, other, "Elsewhere")
    at = f"patrols/{patrol.pk}/log/reads/"
    assert callers.owner.post(at, {"entry": entry}).status_code == 404
    by = world.owner
    with acting(by):
        line = PatrolLogEntry.objects.visible_to(by).get(pk=entry)
    with pytest.raises(NotFound), acting(by):
        actions.read_patrol_log(patrol=patrol, entry=line, by=by)


def test_what_readers_of_a_tear_line_write(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """The owner reads it at the full patrol; nobody else learns that there is one."""
    by = world.owner
    with acting(by):
        releases.release(record=patrol, to="agency:KZ-BS", scope="tearline", by=by)
        tear_line = patrol.tear_line_for(by)
    assert tear_line
    write(callers.owner, patrol, "CANARY-FULL")
    write(callers.outsider, tear_line, "Seen from afar")
    page = text(callers.owner.page(f"/patrols/{patrol.pk}/"))
    assert "Seen from afar" in page
    assert "CANARY-FULL" in page
    assert "Seen from afar" not in text(callers.partner.page(f"/patrols/{patrol.pk}/"))
    outside = text(callers.outsider.page(f"/patrols/{tear_line.pk}/"))
    assert "Seen from afar" in outside
    assert "CANARY-FULL" not in outside


def test_a_withdrawn_patrol_takes_its_log_along(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """Also what the partner kept to itself; the owner's stays the owner's."""
    write(callers.owner, patrol, "For all")
    write(callers.partner, patrol, "Ours", "own")
    callers.partner.post(f"patrols/{patrol.pk}/log/reads/", {})
    by = world.owner
    with acting(by):
        (release,) = known_releases(patrol, by).live()
        releases.revoke(record=patrol, release_id=release.pk, by=by)
    for path in ("log/", "log/reads/"):
        assert callers.partner.get(f"patrols/{patrol.pk}/{path}").status_code == 404
    assert told(world, "partner", patrol) == 0
    by = world.partner
    with acting(by):
        assert not PatrolLogEntry.objects.visible_to(by).exists()
        assert not PatrolLogRead.objects.visible_to(by).exists()
    assert [one["text"] for one in lines(callers.owner, patrol)] == ["For all"]


def test_a_patrol_that_is_over_still_takes_lines(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    by = world.owner
    with acting(by):
        actions.cancel(patrol=patrol, reason="Fog", by=by)
    write(callers.partner, patrol, "We had sent word")
    assert lines(callers.owner, patrol)[0]["text"] == "We had sent word"


def test_a_repeated_request_writes_once(patrol: Patrol, callers: Callers) -> None:
    at, line = f"patrols/{patrol.pk}/log/", {"text": "Once"}
    made = [callers.owner.post(at, line, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert made[0].content == made[1].content
    assert len(lines(callers.owner, patrol)) == 1
