"""Files in the log of a patrol: they go with their line, and wherever it goes."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from agencies import tasks
from agencies.actions import releases
from agencies.context import acting, system
from agencies.files import receiving, store
from agencies.files.store import Copy
from agencies.views.records import known_releases
from live import journal, sequencer
from patrols import actions
from patrols.models import Patrol, PatrolAttachment, PatrolCustodyLine, PatrolLogEntry
from tests.files import (
    REFUSED,
    age,
    files,
    require_sealed,
    scanner,
    upload,
    whole,
)
from tests.incidents import samples
from tests.incidents.conftest import report
from tests.patrols.conftest import Caller, Callers, code_of, faults
from tests.patrols.series import a_patrol
from tests.world import World

JPEG = samples.photo()
IS_PART = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    """Keep files in a folder of the test's own."""
    settings.MEDIA_FOLDER = tmp_path / "files"


@pytest.fixture
def patrol(world: World) -> Patrol:
    """A patrol of level 1 that both sides see, but none of their uncleared staff."""
    return a_patrol(world, level=1)


def written(
    caller: Caller, patrol: Patrol, data: bytes = JPEG, sharing: str = "all"
) -> Any:
    """Write a line that carries a file, by the page; return what the API says of it."""
    line = {"text": "See the photo", "sharing": sharing, "file": [upload(data)]}
    sent = caller.send(f"/patrols/{patrol.pk}/log/", **line)
    assert sent.status_code == 302, sent.content
    return caller.get(f"patrols/{patrol.pk}/log/").json()["results"][-1]


def carried(
    caller: Caller, patrol: Patrol, data: bytes = JPEG, sharing: str = "all"
) -> Any:
    """Write such a line; return what the API says of its file."""
    (made,) = written(caller, patrol, data, sharing)["attachments"]
    return made


def api(patrol: Patrol, made: Any, rest: str = "") -> str:
    """Return an address of a file below the API's root."""
    return f"patrols/{patrol.pk}/attachments/{made['id']}/{rest}"


def page(patrol: Patrol, made: Any, rest: str = "") -> str:
    """Return the address of a file's page, or below it."""
    return f"/patrols/{patrol.pk}/attachments/{made['id']}/{rest}"


def listed(caller: Caller, patrol: Patrol) -> list[Any]:
    """Return the files that a caller is told of."""
    rows: list[Any] = caller.get(f"patrols/{patrol.pk}/attachments/").json()["results"]
    return rows


def text(response: Any) -> str:
    """Return a page that was found."""
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def told(world: World, name: str, patrol: Patrol) -> list[str]:
    """Return the kinds of what a reader's feed tells of a patrol's log."""
    while sequencer.sequence():
        pass
    actor = world.actor(name)
    with acting(actor):
        found = journal.read(actor.keys, after=0, limit=1000)
    kinds = ("patrol.logged", "patrol.attached")
    return [
        e.kind
        for e in found
        if e.subject_id == patrol.pk and (e.kind in kinds or "file" in e.kind)
    ]


def acts(caller: Caller, patrol: Patrol, made: Any) -> list[tuple[Any, ...]]:
    """Return what a caller learns of a file's custody."""
    rows = caller.get(api(patrol, made, "custody/")).json()["results"]
    return [(one["act"], one["copy"], one["agency"], one["by"]) for one in rows]


# --- with a line, and at one ------------------------------------------------------


def test_a_line_carries_files(patrol: Patrol, callers: Callers) -> None:
    """Shown in it to the other side, given out without metadata, told by REST."""
    line = written(callers.owner, patrol)
    (made,) = line["attachments"]
    assert made["entry"] == line["id"]
    assert made["sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert (made["kind"], made["sharing"], made["size"]) == ("photo", "all", len(JPEG))
    shown = text(callers.partner.page(f"/patrols/{patrol.pk}/"))
    assert page(patrol, made, "thumbnail/") in shown
    part = callers.partner.client.get(f"/patrols/{patrol.pk}/log/", headers=IS_PART)
    assert page(patrol, made) in text(part)
    assert listed(callers.partner, patrol)[0]["id"] == made["id"]
    for at in (f"/api/v1/{api(patrol, made, 'file/')}", page(patrol, made, "working/")):
        seen = callers.partner.client.get(at)
        assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
        assert seen["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert patrol.ref in seen["Content-Disposition"]
        assert samples.AUTHOR.encode() not in whole(seen)


def test_more_files_at_a_line(patrol: Patrol, callers: Callers, world: World) -> None:
    """By REST, for the line's readers: at a line of one's own agency in this log."""
    entry = written(callers.partner, patrol)["id"]
    at = f"/api/v1/patrols/{patrol.pk}/attachments/"

    def send(caller: Caller, where: str = at, **given: Any) -> Any:
        return caller.client.post(where, {"file": upload(), **given})

    made = send(callers.partner, entry=entry, caption="The ford")
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["entry"], said["caption"], said["sharing"]) == (
        entry, "The ford", "all"
    )  # fmt: skip
    assert len(listed(callers.owner, patrol)) == 2
    assert told(world, "owner", patrol) == ["patrol.logged", "patrol.attached"]
    assert code_of(send(callers.owner, entry=entry)) == "not_yours"
    assert faults(send(callers.partner)) == {"/entry": "required"}
    assert "/sharing" in faults(send(callers.partner, entry=entry, sharing="all"))
    other = a_patrol(world, zone_code="Z-Q")
    elsewhere = send(
        callers.partner, at.replace(str(patrol.pk), str(other.pk)), entry=entry
    )
    assert code_of(elsewhere) == "unknown_entry"
    assert len(listed(callers.owner, patrol)) == 2


@pytest.mark.parametrize(("data", "status", "words"), REFUSED)
def test_a_refused_file_leaves_nothing(
    patrol: Patrol, callers: Callers, data: bytes, status: int, words: str
) -> None:
    """Neither the line nor what came with it; the form keeps the words and says why."""
    at, before = f"/patrols/{patrol.pk}/log/", files()
    line = {"text": "Kept words", "sharing": "all"}
    both = callers.owner.send(at, **line, file=[upload(JPEG), upload(data)])
    part = callers.owner.client.post(
        at, {**line, "file": upload(data)}, headers=IS_PART
    )
    for answer in (both, part):
        page = answer.content.decode()
        assert words in page.split('id="log_file_error"')[1][:400]
        assert "Kept words" in page
    assert callers.owner.get(f"patrols/{patrol.pk}/log/").json()["results"] == []
    assert files() == before
    entry = written(callers.owner, patrol)["id"]
    sent = callers.owner.client.post(
        f"/api/v1/patrols/{patrol.pk}/attachments/",
        {"file": upload(data), "entry": entry},
    )
    assert (sent.status_code, list(faults(sent))) == (status, ["/file"])
    assert len(listed(callers.owner, patrol)) == len(files()) == 1


def test_more_than_one_may_send(patrol: Patrol, callers: Callers) -> None:
    entry = written(callers.owner, patrol)["id"]
    with override_settings(UPLOAD_MIB=0):
        sent = callers.owner.client.post(
            f"/api/v1/patrols/{patrol.pk}/attachments/",
            {"file": upload(), "entry": entry},
        )
        assert sent.status_code == 413
        line = {"text": "x", "sharing": "all", "file": [upload()]}
        page = callers.owner.send(f"/patrols/{patrol.pk}/log/", **line)
        assert page.status_code == 413
    assert len(listed(callers.owner, patrol)) == 1


def test_a_repeated_request_adds_once(patrol: Patrol, callers: Callers) -> None:
    entry = written(callers.owner, patrol)["id"]
    made = [
        callers.owner.client.post(
            f"/api/v1/patrols/{patrol.pk}/attachments/",
            {"file": upload(), "entry": entry},
            headers={"Idempotency-Key": "photo-1"},
        )
        for _again in range(2)
    ]
    assert made[0].content == made[1].content
    assert len(listed(callers.owner, patrol)) == 2


def test_who_may_write_may_add(patrol: Patrol, callers: Callers, world: World) -> None:
    """An observer may not; a system with the scope of patrols may."""
    plain = a_patrol(world, zone_code="Z-Q")
    line = {"text": "x", "sharing": "all", "file": [upload()]}
    refused = callers.owner_observer.send(f"/patrols/{plain.pk}/log/", **line)
    assert refused.status_code == 403
    assert files() == set()
    by = world.client_actor(world.client("TJ-BT", "patrols:read", "patrols:write"))
    with acting(by):
        line = actions.write_patrol_log(patrol=patrol, text="x", by=by)
        (made,) = actions.attach_to_patrol_log(
            patrol=patrol, entry=line, files=[upload()], by=by
        )
    assert listed(callers.owner, patrol)[0]["id"] == str(made.pk)
    by = world.client_actor(world.client("TJ-BT", "patrols:read", "incidents:write"))
    with pytest.raises(receiving.Refused), acting(by):
        actions.attach_to_patrol_log(patrol=patrol, entry=line, files=[upload()], by=by)


# --- who sees it ------------------------------------------------------------------


def ways(patrol: Patrol, made: Any) -> list[str]:
    """Return every address that a file has."""
    at, rest = page(patrol, made), f"/api/v1/{api(patrol, made)}"
    pages = [at, *(f"{at}{copy}/" for copy in Copy.values)]
    copies = [f"{rest}file/?copy={copy}" for copy in Copy.values]
    return [*pages, *copies, f"{rest}file/", f"{rest}custody/"]


@pytest.mark.parametrize("name", ["owner", "outsider", "late", "partner_low"])
def test_hidden_is_like_nothing(
    patrol: Patrol, callers: Callers, world: World, name: str
) -> None:
    """A file of a line for its own agency, to one who sees the patrol and to others:
    every way answers as for an id that nobody has, and no event tells of it."""
    heard = told(world, name, patrol)
    mine = carried(callers.partner, patrol, sharing="own")
    caller, gone = getattr(callers, name), str(uuid4())
    for at in ways(patrol, mine):
        real, none = (
            caller.client.get(at.replace(mine["id"], one)) for one in (mine["id"], gone)
        )
        assert (real.status_code, real.content) == (404, none.content), at
    for at in (
        f"/api/v1/{api(patrol, mine, 'withdraw/')}",
        page(patrol, mine, "withdraw/"),
    ):
        real, none = (
            caller.client.post(at.replace(mine["id"], one))
            for one in (mine["id"], gone)
        )
        assert (real.status_code, real.content) == (404, none.content), at
    assert told(world, name, patrol) == heard
    if name == "owner":
        assert listed(caller, patrol) == []
        assert mine["id"] not in text(caller.page(f"/patrols/{patrol.pk}/"))
    added = {"file": upload(), "entry": mine["entry"]}
    sent = caller.client.post(f"/api/v1/patrols/{patrol.pk}/attachments/", added)
    assert sent.status_code == (400 if name == "owner" else 404)


def test_a_file_is_found_at_its_own_patrol_alone(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """Nor does an incident's address lead to it."""
    made = carried(callers.owner, patrol)
    other = a_patrol(world, level=1, zone_code="Z-Q")
    incident = report(world)
    for at in ways(other, made):
        assert callers.owner.client.get(at).status_code == 404, at
    for at in ways(patrol, made):
        moved = at.replace(f"patrols/{patrol.pk}", f"incidents/{incident.pk}")
        assert callers.owner.client.get(moved).status_code == 404, moved


def test_a_withdrawn_patrol_takes_its_files_along(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    made, ours = (
        carried(getattr(callers, name), patrol) for name in ("owner", "partner")
    )
    assert callers.partner.page(page(patrol, made, "working/")).status_code == 200
    by = world.owner
    with acting(by):
        (release,) = known_releases(patrol, by).live()
        releases.revoke(record=patrol, release_id=release.pk, by=by)
    for one in (made, ours):
        for at in ways(patrol, one):
            assert callers.partner.client.get(at).status_code == 404, at
    with acting(world.partner):
        assert not PatrolAttachment.objects.visible_to(world.partner).exists()
        assert not PatrolCustodyLine.objects.visible_to(world.partner).exists()
    assert callers.owner.page(page(patrol, made, "working/")).status_code == 200


def test_a_tear_line_has_no_files(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """What hangs on the patrol stays there; what its readers add, the owner finds."""
    by = world.owner
    with acting(by):
        releases.release(record=patrol, to="agency:KZ-BS", scope="tearline", by=by)
        torn = patrol.tear_line_for(by)
    assert torn
    carried(callers.owner, patrol)
    assert listed(callers.outsider, torn) == []
    made = carried(callers.outsider, torn)
    shown = text(callers.owner.page(f"/patrols/{patrol.pk}/"))
    assert page(torn, made, "thumbnail/") in shown
    assert callers.owner.page(page(torn, made)).status_code == 200
    assert made["id"] not in text(callers.partner.page(f"/patrols/{patrol.pk}/"))


def test_the_original_is_for_who_brought_it(patrol: Patrol, callers: Callers) -> None:
    """And runs patrols; to all others it is refused."""
    made = carried(callers.partner, patrol)
    at = api(patrol, made, "file/")
    refused = callers.owner.get(at, copy="original")
    assert (refused.status_code, code_of(refused)) == (403, "original_is_kept")
    assert "/original/" not in text(callers.owner.page(page(patrol, made)))
    assert "/original/" in text(callers.partner.page(page(patrol, made)))
    assert whole(callers.partner.get(at, copy="original")) == JPEG
    assert callers.partner.get(at, copy="negative").status_code == 400


# --- custody ----------------------------------------------------------------------


def test_every_view_is_noted(patrol: Patrol, callers: Callers, world: World) -> None:
    """The owner sees who viewed what; a reader its own agency's views alone."""
    with acting(world.owner):
        releases.release(record=patrol, to="agency:UZ-BT", by=world.owner)
    made = carried(callers.owner, patrol)
    for _again in range(2):
        whole(callers.partner.page(page(patrol, made, "thumbnail/")))
    whole(callers.owner.get(api(patrol, made, "file/"), copy="original"))
    received, exported = (
        (act, "original", "KG-BS", "officer:owner") for act in ("received", "exported")
    )
    viewed = ("viewed", "thumbnail", "TJ-BT", "officer:partner")
    assert acts(callers.owner, patrol, made) == [received, viewed, exported]
    assert acts(callers.partner, patrol, made) == [viewed]
    assert acts(callers.late, patrol, made) == []
    shown = text(callers.owner.page(page(patrol, made)))
    assert shown.count("TJ-BT") == 1
    assert made["sha256"] in shown
    assert patrol.ref in shown


def test_what_is_own_is_not_noted_for_the_owner(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    made = carried(callers.partner, patrol, sharing="own")
    whole(callers.partner.page(page(patrol, made, "working/")))
    with acting(world.owner):
        assert not PatrolCustodyLine.objects.visible_to(world.owner).exists()
    assert len(acts(callers.partner, patrol, made)) == 2


def test_the_seal_holds(patrol: Patrol, callers: Callers, world: World) -> None:
    """No role of the database changes what was received; custody is only added to."""
    made = carried(callers.owner, patrol)
    other = written(callers.owner, patrol)
    changes = [
        {"sha256": "0" * 64}, {"size": 1}, {"stored_as": "x"}, {"by": "officer:x"},
        {"at": patrol.created_at}, {"media_type": "image/png"}, {"kind": "video"},
        {"agency": world.agencies["TJ-BT"]}, {"entry": other["id"]},
        {"patrol": a_patrol(world, zone_code="Z-Q")},
    ]  # fmt: skip
    require_sealed(PatrolAttachment, PatrolCustodyLine, made["id"], changes)


# --- taking back ------------------------------------------------------------------


@pytest.mark.parametrize("is_page", [True, False])
def test_who_added_it_takes_it_back(
    patrol: Patrol, callers: Callers, world: World, is_page: bool
) -> None:
    """Others lose it at once and are told; the line, its agency and custody keep it."""
    made = carried(callers.partner, patrol)
    whole(callers.owner.page(page(patrol, made, "working/")))
    at = page(patrol, made, "withdraw/")
    assert at not in text(callers.owner.page(page(patrol, made)))
    assert at in text(callers.partner.page(page(patrol, made)))
    rest = api(patrol, made, "withdraw/")
    assert code_of(callers.owner.post(rest)) == "not_yours"
    if is_page:
        assert callers.partner.send(at).status_code == 302
    else:
        assert callers.partner.post(rest).json()["withdrawn_at"]
    assert callers.owner.page(page(patrol, made)).status_code == 404
    (line,) = callers.owner.get(f"patrols/{patrol.pk}/log/").json()["results"]
    assert (line["text"], line["attachments"]) == ("See the photo", [])
    assert told(world, "owner", patrol) == ["patrol.logged", "patrol.file_withdrawn"]
    own = text(callers.partner.page(f"/patrols/{patrol.pk}/"))
    assert "taken back" in own
    assert [act for act, *_more in acts(callers.partner, patrol, made)] == [
        "received", "withdrawn",
    ]  # fmt: skip
    assert callers.partner.page(page(patrol, made, "original/")).status_code == 200
    assert at not in text(callers.partner.page(page(patrol, made)))


# --- the scanner and the disk -----------------------------------------------------


def test_a_scanner_that_finds_something(
    patrol: Patrol, callers: Callers, tmp_path: Path
) -> None:
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 1")):
        line = {"text": "x", "sharing": "all", "file": [upload()]}
        callers.owner.send(f"/patrols/{patrol.pk}/log/", **line)
    assert files() == set()
    with system("test"):
        assert not PatrolLogEntry.objects.exists()


def test_a_silent_scanner_fails_closed(
    patrol: Patrol, callers: Callers, world: World, tmp_path: Path
) -> None:
    """The file waits, unseen, as an incident's beside it; both are judged, and told."""
    incident = report(world)
    at = f"/api/v1/incidents/{incident.pk}/attachments/"
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 2")):
        made = carried(callers.owner, patrol)
        beside = callers.owner.client.post(at, {"file": upload()}).json()
        assert made["scan"] == beside["scan"] == "quarantined"
        for copy in Copy.values:
            refused = callers.owner.get(api(patrol, made, "file/"), copy=copy)
            assert (refused.status_code, code_of(refused)) == (409, "quarantined")
        shown = text(callers.partner.page(f"/patrols/{patrol.pk}/"))
        assert "/thumbnail/" not in shown
        assert "waits for the scanner" in shown
        assert tasks.scan_waiting_files() == 0
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 0")):
        assert tasks.scan_waiting_files() == 2
        assert tasks.scan_waiting_files() == 0
    assert listed(callers.partner, patrol)[0]["scan"] == "clean"
    assert callers.partner.get(api(patrol, made, "file/")).status_code == 200
    assert ("scanned", "", None, None) in acts(callers.owner, patrol, made)
    assert told(world, "partner", patrol)[-1] == "patrol.file_scanned"


def test_a_late_find_is_never_given_out(
    patrol: Patrol, callers: Callers, tmp_path: Path
) -> None:
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 2")):
        made = carried(callers.owner, patrol)
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 1")):
        assert tasks.scan_waiting_files() == 1
    assert listed(callers.owner, patrol)[0]["scan"] == "rejected"
    assert callers.owner.get(api(patrol, made, "file/")).status_code == 409


def test_the_sweep_takes_what_has_no_row_in_any_table(
    patrol: Patrol, callers: Callers, world: World
) -> None:
    """A patrol's files and an incident's stay, withdrawn ones too; an orphan goes."""
    made = carried(callers.owner, patrol)
    callers.owner.post(api(patrol, carried(callers.owner, patrol), "withdraw/"))
    incident = report(world)
    at = f"/api/v1/incidents/{incident.pk}/attachments/"
    beside = callers.owner.client.post(at, {"file": upload()}).json()
    kept = files()
    store.put(upload(), 1000)
    assert tasks.sweep_files() == 0, "a request may still be on its way to the row"
    age()
    assert tasks.sweep_files() == 1
    assert files() == kept
    assert callers.owner.get(api(patrol, made, "file/")).status_code == 200
    assert callers.owner.client.get(f"{at}{beside['id']}/file/").status_code == 200
