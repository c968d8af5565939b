"""Files at incidents, by page and by API: who adds, sees, takes out, takes back."""

import hashlib
import socket
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import override_settings

from agencies import tasks
from agencies.actions import files as core
from agencies.checks import choice_of
from agencies.context import acting, system
from agencies.files import receiving, store
from agencies.files.scanning import Scan, scan
from agencies.files.store import Copy
from incidents.actions import attachments
from incidents.models import Attachment, CustodyLine, Incident, LogEntry
from tests.api.http import NOWHERE
from tests.api.http import system as api_system
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
from tests.incidents.conftest import Readers, feed, meanwhile, report, revoke, text
from tests.world import World

JPEG = samples.photo()
MP4 = samples.video()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    """Keep files in a folder of the test's own."""
    settings.MEDIA_FOLDER = tmp_path / "files"


def post(reader: Any, incident: Any, data: bytes = JPEG, **given: Any) -> Any:
    """Add a file over REST."""
    headers = given.pop("headers", {})
    body = {"file": upload(data), **given}
    path = f"/api/v1/incidents/{incident.pk}/attachments/"
    return reader.client.post(path, body, headers=headers)


def added(reader: Any, incident: Any, data: bytes = JPEG, **given: Any) -> Any:
    """Add a file over REST; return what the API says of it."""
    answer = post(reader, incident, data, **given)
    assert answer.status_code == 201, answer.content
    return answer.json()


def get(
    reader: Any, incident: Any, made: Any, copy: str = "working", **more: str
) -> Any:
    """Ask for a file over REST."""
    path = f"/api/v1/incidents/{incident.pk}/attachments/{made['id']}/file/"
    return reader.client.get(path, {"copy": copy}, headers=more)


def page(incident: Any, made: Any, copy: str = "") -> str:
    """Return the address of a file's page, or of one of its copies."""
    at = f"/incidents/{incident.pk}/attachments/{made['id']}/"
    return f"{at}{copy}/" if copy else at


def listed(reader: Any, incident: Any) -> list[Any]:
    rows: list[Any] = reader.get(f"{incident.pk}/attachments/").json()["results"]
    return rows


# --- adding ----------------------------------------------------------------------


def test_a_photo_by_rest(shared: Incident, readers: Readers) -> None:
    """Said what it is, with the hash of what came; given out without metadata."""
    made = added(readers.owner, shared, caption="The ford", sharing="all")
    assert made["sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert (made["kind"], made["media_type"]) == ("photo", "image/jpeg")
    assert (made["size"], made["scan"]) == (len(JPEG), "not_scanned")
    assert made["by"].startswith("officer:")
    assert listed(readers.partner, shared)[0]["id"] == made["id"]
    seen = get(readers.partner, shared, made)
    assert seen.status_code == 200
    assert seen["Content-Type"] == "image/jpeg"
    assert samples.AUTHOR.encode() not in whole(seen)


def test_what_a_browser_may_do_with_a_file(shared: Incident, readers: Readers) -> None:
    """Photos are shown, all else is saved; nothing of it runs or is kept."""
    photo = added(readers.owner, shared)
    note = added(readers.owner, shared, b"Seen.")
    for made, begins in ((photo, "inline"), (note, "attachment")):
        answer = readers.owner.get(page(shared, made, "working"))
        assert answer["Content-Disposition"].startswith(begins)
        assert shared.ref in answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "private, no-store"
        assert made["sha256"] not in str(answer.headers)
        whole(answer)
    taken = readers.owner.get(page(shared, photo, "original"))
    assert taken["Content-Type"] == "application/octet-stream"
    assert taken["Content-Disposition"].startswith("attachment")
    assert whole(taken) == JPEG


def test_several_by_the_page(shared: Incident, readers: Readers) -> None:
    """From the files and from the camera, in one go."""
    given = {
        "file": [upload(JPEG), upload(b"Seen.")], "camera": upload(JPEG),
        "caption": "At the ford", "sharing": "all",
    }  # fmt: skip
    sent = readers.partner.send(f"/incidents/{shared.pk}/attachments/", given)
    assert sent.status_code == 302
    shown = text(readers.owner.get(f"/incidents/{shared.pk}/"))
    assert shown.count("At the ford") >= 3
    assert "TJ-BT" in shown
    assert shown.count("/thumbnail/") == 2
    part = readers.owner.client.get(
        f"/incidents/{shared.pk}/attachments/", headers={"HX-Request": "true"}
    )
    assert text(part).count("/thumbnail/") == 2
    assert "<html" not in text(part)


def test_of_several_the_refusal_names_the_file(
    shared: Incident, readers: Readers
) -> None:
    program = upload(b"MZ\x90\x00" + bytes(200), "run.exe")
    given = {"file": [upload(JPEG), program], "sharing": "all"}
    sent = readers.owner.send(f"/incidents/{shared.pk}/attachments/", given)
    assert sent.status_code == 200
    assert "run.exe: Taken are JPEG" in sent.content.decode()


@pytest.mark.parametrize(("data", "status", "words"), REFUSED)
def test_a_refused_file_leaves_nothing(
    shared: Incident, readers: Readers, data: bytes, status: int, words: str
) -> None:
    """Of all that came with it; the page says why where files are chosen."""
    before = files()
    answer = post(readers.owner, shared, data)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "/file"
    form = {"file": [upload(JPEG), upload(data)], "sharing": "all"}
    sent = readers.owner.send(f"/incidents/{shared.pk}/attachments/", form)
    told = text(sent).split('id="attach_file_error"')[1][:400]
    assert words in told
    line = {"text": "See the photo", "sharing": "all", "file": [upload(data)]}
    readers.owner.send(f"/incidents/{shared.pk}/log/", line)
    assert listed(readers.owner, shared) == []
    assert readers.owner.get(f"{shared.pk}/log/").json()["results"] == []
    assert files() == before


@pytest.mark.slow
def test_no_line_of_custody_outlives_a_release_that_ends_meanwhile(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, partner = committed.owner, committed.partner
    row = report(committed, release_to=["agency:TJ-BT"])
    with acting(owner):
        given = {"files": [upload()], "sharing": "all", "by": owner}
        (made,) = attachments.attach(incident=row, **given)
    with meanwhile(lambda: revoke(row, owner), owner) as begin, acting(partner):

        def chosen(*given: Any) -> Any:
            begin()
            return choice_of(*given)

        monkeypatch.setattr("agencies.actions.files.choice_of", chosen)
        core.view(attachment=made, copy="working", by=partner)
    with system("test"):
        audiences = [line.audience for line in made.custody.all()]
    assert audiences == [["agency:KG-BS/0"]] * len(audiences)


def test_more_than_one_may_send(shared: Incident, readers: Readers) -> None:
    """Refused before it is kept, by page and by API."""
    with override_settings(UPLOAD_MIB=0):
        assert post(readers.owner, shared).status_code == 413
        form = {"file": [upload()], "sharing": "all"}
        sent = readers.owner.send(f"/incidents/{shared.pk}/attachments/", form)
        assert sent.status_code == 413
    assert listed(readers.owner, shared) == []


def test_a_form_must_have_a_file(shared: Incident, readers: Readers) -> None:
    sent = readers.owner.send(
        f"/incidents/{shared.pk}/attachments/", {"sharing": "all"}
    )
    assert "Choose a file." in text(sent)
    assert post(readers.owner, shared, sharing="everybody").status_code == 400
    assert post(readers.owner, shared, unknown="x").json()["errors"][0]["pointer"] == (
        "/unknown"
    )
    json = readers.owner.post(f"{shared.pk}/attachments/", {"file": "x"})
    assert json.status_code == 415


def test_who_may_only_look_adds_nothing(shared: Incident, readers: Readers) -> None:
    assert post(readers.owner_observer, shared).status_code == 403
    shown = text(readers.owner_observer.get(f"/incidents/{shared.pk}/"))
    assert f'action="/incidents/{shared.pk}/attachments/' not in shown


def test_a_repeated_request_adds_once(shared: Incident, readers: Readers) -> None:
    """The same parts with another boundary are the same; another file is not."""
    key = {"Idempotency-Key": "photo-1"}
    first = post(readers.owner, shared, headers=key)
    again = post(readers.owner, shared, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert len(listed(readers.owner, shared)) == 1
    other = post(readers.owner, shared, b"Another", headers=key)
    assert other.status_code == 422


def test_an_agencys_system_adds_and_reads(world: World, shared: Incident) -> None:
    api = api_system(world, "TJ-BT")
    sent = api.client.post(
        f"/api/v1/incidents/{shared.pk}/attachments/",
        {"file": upload(JPEG), "sharing": "all"},
    )
    assert sent.status_code == 201, sent.content
    path = f"/api/v1/incidents/{shared.pk}/attachments/{sent.json()['id']}/file/"
    answer = api.client.get(path, headers={"Accept": "image/jpeg"})
    assert answer.status_code == 200
    whole(answer)
    assert api.client.get(path, {"copies": "x"}).json()["code"] == "unknown_filter"
    none = api.client.get(f"/api/v1/incidents/{shared.pk}/attachments/x/file/")
    assert none.status_code == 404


# --- seeing ----------------------------------------------------------------------


def test_who_sees_a_file(world: World, readers: Readers) -> None:
    """As who was meant to; a third reader learns of nothing between the two."""
    incident = report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"])
    for sharing in ("all", "owner", "own"):
        added(readers.partner, incident, b"Seen.", sharing=sharing)
    found = {
        name: {one["sharing"] for one in listed(getattr(readers, name), incident)}
        for name in ("partner", "owner", "late")
    }
    everything = {"all", "owner", "own"}
    assert found == {
        "partner": everything, "owner": {"all", "owner"}, "late": {"all"}
    }  # fmt: skip


@pytest.mark.parametrize("copy", Copy.values)
def test_hidden_is_like_nothing(
    shared: Incident, world: World, readers: Readers, copy: str
) -> None:
    """Every copy, by page and by API: the same bytes as for an id that nobody has."""
    mine = added(readers.partner, shared, sharing="own")
    for at in (
        page(shared, mine, copy), page(shared, mine),
        f"/api/v1/incidents/{shared.pk}/attachments/{mine['id']}/file/?copy={copy}",
        f"/api/v1/incidents/{shared.pk}/attachments/{mine['id']}/custody/",
    ):  # fmt: skip
        real, none = (
            readers.owner.client.get(at.replace(mine["id"], one))
            for one in (mine["id"], str(NOWHERE))
        )
        assert real.status_code == none.status_code == 404
        assert real.content == none.content
    other = report(world)
    elsewhere = readers.partner.get(page(other, mine, copy))
    assert elsewhere.status_code == 404


@pytest.mark.parametrize("copy", ["working", "thumbnail"])
def test_a_revoked_release_closes_the_file_at_once(
    shared: Incident, readers: Readers, copy: str
) -> None:
    made = added(readers.owner, shared, sharing="all")
    assert get(readers.partner, shared, made, copy).status_code == 200
    granted = readers.owner.get(f"{shared.pk}/releases/").json()["results"][0]
    readers.owner.delete(f"{shared.pk}/releases/{granted['id']}/")
    assert get(readers.partner, shared, made, copy).status_code == 404
    assert readers.partner.get(page(shared, made, copy)).status_code == 404
    assert get(readers.owner, shared, made, copy).status_code == 200


def test_a_tear_line_has_no_files(shared: Incident, readers: Readers) -> None:
    """What hangs on the record stays there; what its readers add, the owner finds."""
    added(readers.owner, shared, sharing="all", caption="CANARY-CAPTION")
    readers.owner.post(
        f"{shared.pk}/releases/", {"grantee": "agency:KZ-BS", "scope": "tearline"}
    )
    torn = readers.owner.get(f"{shared.pk}/tear-line/").json()["id"]
    assert readers.outsider.get(f"{torn}/attachments/").json()["results"] == []
    assert "CANARY" not in text(readers.outsider.get(f"/incidents/{torn}/"))
    row = Incident(pk=UUID(torn))
    added(readers.outsider, row, b"Seen.", sharing="all", caption="From outside")
    assert "From outside" in text(readers.owner.get(f"/incidents/{shared.pk}/"))
    assert len(listed(readers.partner, shared)) == 1


def test_the_original_is_for_who_brought_it(shared: Incident, readers: Readers) -> None:
    """And may handle incidents: its metadata is that agency's own."""
    made = added(readers.partner, shared, sharing="all")
    for reader in (readers.owner, readers.owner_observer):
        refused = get(reader, shared, made, "original")
        assert refused.status_code == 403
        assert refused.json()["code"] == "original_is_kept"
        assert "/original/" not in text(reader.get(page(shared, made)))
    assert whole(get(readers.partner, shared, made, "original")) == JPEG
    own = added(readers.owner, shared, sharing="all")
    assert get(readers.owner_observer, shared, own, "original").status_code == 403
    unknown = get(readers.owner, shared, own, "negative")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid_choice")
    note = added(readers.owner, shared, b"Seen.")
    assert get(readers.owner, shared, note, "thumbnail").json()["code"] == (
        "no_such_copy"
    )


def test_a_part_of_a_video(shared: Incident, readers: Readers) -> None:
    """As players ask for it (RFC 9110, 14)."""
    made = added(readers.owner, shared, MP4)
    full = get(readers.owner, shared, made)
    data = whole(full)
    assert full["Accept-Ranges"] == "bytes"
    for asked, start, stop in (
        ("bytes=0-99", 0, 100), ("bytes=100-", 100, len(data)),
        ("bytes=-50", len(data) - 50, len(data)), ("bytes=5-9999999", 5, len(data)),
    ):  # fmt: skip
        part = get(readers.owner, shared, made, Range=asked)
        assert part.status_code == 206, asked
        assert part["Content-Range"] == f"bytes {start}-{stop - 1}/{len(data)}"
        assert part["Content-Length"] == str(stop - start)
        assert whole(part) == data[start:stop]
    for asked in ("bytes=9999999-", "bytes=5-4", "bytes=-0"):
        beyond = get(readers.owner, shared, made, Range=asked)
        assert beyond.status_code == 416, asked
        assert beyond["Content-Range"] == f"bytes */{len(data)}"
    for asked in ("bytes=-", "bytes=0-1,5-6", "lines=1-2", "x"):
        assert whole(get(readers.owner, shared, made, Range=asked)) == data


def test_the_proxy_streams_what_web_tells_it(
    shared: Incident, readers: Readers
) -> None:
    """An address of its own, by the random name: neither id nor hash is in it."""
    made = added(readers.owner, shared)
    with override_settings(MEDIA_BY_PROXY=True):
        answer = get(readers.owner, shared, made)
    inside = answer["X-Accel-Redirect"]
    assert answer.content == b""
    assert answer["Content-Type"] == "image/jpeg"
    assert inside.startswith("/_files/")
    place = Path(settings.MEDIA_FOLDER) / inside.removeprefix("/_files/")
    assert place.read_bytes()
    assert made["id"] not in inside
    assert made["sha256"][:8] not in inside
    assert readers.owner.client.get(inside).status_code == 404


# --- custody ---------------------------------------------------------------------


def custody(reader: Any, incident: Any, made: Any) -> list[tuple[Any, ...]]:
    at = f"{incident.pk}/attachments/{made['id']}/custody/"
    rows = reader.get(at).json()["results"]
    return [(one["act"], one["copy"], one["agency"], one["by"]) for one in rows]


def test_every_view_is_noted(world: World, readers: Readers) -> None:
    """The owner sees who viewed what; a reader sees its own agency's views alone."""
    incident = report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"])
    made = added(readers.owner, incident, sharing="all")
    for _again in range(2):
        whole(get(readers.partner, incident, made))
        whole(readers.late.get(page(incident, made, "thumbnail")))
    whole(get(readers.owner, incident, made, "original"))
    seen = custody(readers.owner, incident, made)
    me = "officer:owner"
    assert seen == [
        ("received", "original", "KG-BS", me),
        ("viewed", "working", "TJ-BT", "officer:partner"),
        # Of an agency without a common agreement, no person is known.
        ("viewed", "thumbnail", "UZ-BT", None),
        ("exported", "original", "KG-BS", me),
    ]
    assert [line[2] for line in custody(readers.partner, incident, made)] == ["TJ-BT"]
    assert [line[2] for line in custody(readers.late, incident, made)] == ["UZ-BT"]
    shown = text(readers.owner.get(page(incident, made)))
    assert shown.count("UZ-BT") == 1
    assert "UZ-BT" not in text(readers.partner.get(page(incident, made)))


def test_what_is_own_is_not_noted_for_the_owner(
    shared: Incident, world: World, readers: Readers
) -> None:
    made = added(readers.partner, shared, sharing="own")
    whole(get(readers.partner, shared, made))
    with acting(world.owner):
        assert not CustodyLine.objects.visible_to(world.owner).exists()
    assert len(custody(readers.partner, shared, made)) == 2


def test_what_cannot_be_noted_is_not_shown(
    shared: Incident, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = added(readers.owner, shared)
    readers.owner.client.raise_request_exception = False

    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(core, "_note", fail)
    assert get(readers.owner, shared, made).status_code == 500


def test_the_seal_holds(shared: Incident, world: World, readers: Readers) -> None:
    """No role of the database changes what was received; custody is only added to."""
    made = added(readers.owner, shared)
    changes = [
        {"sha256": "0" * 64}, {"size": 1}, {"stored_as": "x"}, {"by": "officer:x"},
        {"at": shared.created_at}, {"media_type": "image/png"},
        {"agency": world.agencies["TJ-BT"]},
    ]  # fmt: skip
    require_sealed(Attachment, CustodyLine, made["id"], changes)


# --- taking back -----------------------------------------------------------------


def test_who_added_it_takes_it_back(shared: Incident, readers: Readers) -> None:
    """Others lose it at once; its agency and the custody record keep it."""
    made = added(readers.partner, shared, sharing="all")
    whole(get(readers.owner, shared, made))
    at = f"{shared.pk}/attachments/{made['id']}/withdraw/"
    assert readers.owner.post(at).json()["code"] == "not_yours"
    done = readers.partner.post(at)
    assert done.status_code == 200
    assert done.json()["withdrawn_at"]
    assert readers.partner.post(at).json() == done.json()
    assert get(readers.owner, shared, made).status_code == 404
    assert listed(readers.owner, shared) == []
    assert whole(get(readers.partner, shared, made, "original")) == JPEG
    acts = [line[0] for line in custody(readers.partner, shared, made)]
    assert acts == ["received", "withdrawn", "exported"]
    assert "taken back" in text(readers.partner.get(f"/incidents/{shared.pk}/"))


def test_taking_back_by_the_page(shared: Incident, readers: Readers) -> None:
    made = added(readers.owner, shared, sharing="all")
    at = f"{page(shared, made)}withdraw/"
    assert at in text(readers.owner.get(page(shared, made)))
    assert at not in text(readers.partner.get(page(shared, made)))
    assert readers.owner.send(at).status_code == 302
    assert readers.partner.get(page(shared, made)).status_code == 404
    assert at not in text(readers.owner.get(page(shared, made)))


# --- a scanner -------------------------------------------------------------------


def test_a_scanner_that_finds_something(
    shared: Incident, readers: Readers, tmp_path: Path
) -> None:
    before = files()
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 1")):
        answer = post(readers.owner, shared)
    assert (answer.status_code, answer.json()["code"]) == (400, "infected")
    assert files() == before


@pytest.mark.parametrize(
    "hook", ["exit 2", "unix:/no/such/socket", "tcp://127.0.0.1:9"]
)
def test_a_silent_scanner_fails_closed(
    shared: Incident, world: World, readers: Readers, tmp_path: Path, hook: str
) -> None:
    """The file waits, unseen; once the scanner answers it is given out, and told."""
    hook = hook if ":" in hook else scanner(tmp_path, hook)
    with override_settings(ATTACHMENT_SCAN=hook):
        made = added(readers.owner, shared, sharing="all")
        assert made["scan"] == "quarantined"
        for copy in Copy.values:
            refused = get(readers.owner, shared, made, copy)
            assert (refused.status_code, refused.json()["code"]) == (
                409, "quarantined"
            )  # fmt: skip
        assert readers.partner.get(page(shared, made, "working")).status_code == 409
        assert "/thumbnail/" not in text(
            readers.partner.get(f"/incidents/{shared.pk}/")
        )
        assert tasks.scan_waiting_files() == 0
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 0")):
        assert tasks.scan_waiting_files() == 1
        assert tasks.scan_waiting_files() == 0
    assert listed(readers.partner, shared)[0]["scan"] == "clean"
    assert get(readers.partner, shared, made).status_code == 200
    assert ("scanned", "", None, None) in custody(readers.owner, shared, made)
    assert "incident.file_scanned" in {kind for kind, _id in feed(world, "partner")}


def test_a_late_find_is_never_given_out(
    shared: Incident, readers: Readers, tmp_path: Path
) -> None:
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 2")):
        made = added(readers.owner, shared, sharing="all")
    with override_settings(ATTACHMENT_SCAN=scanner(tmp_path, "exit 1")):
        assert tasks.scan_waiting_files() == 1
    assert listed(readers.owner, shared)[0]["scan"] == "rejected"
    assert get(readers.owner, shared, made).status_code == 409


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (b"stream: OK\0", Scan.CLEAN),
        (b"stream: Eicar FOUND\0", Scan.REJECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan.QUARANTINED),
        (b"", Scan.QUARANTINED),
    ],
)
def test_clamd_by_its_socket(tmp_path: Path, said: bytes, verdict: Scan) -> None:
    """``INSTREAM`` as clamd speaks it; anything else than OK or FOUND is no verdict."""
    file, at = tmp_path / "file", tmp_path / "clamd"
    file.write_bytes(b"x" * 200_000)
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(at))
        listening.listen()

        def answer() -> None:
            talk, _from = listening.accept()
            with talk, talk.makefile("rb") as given:
                heard.append(given.read(10))
                while size := int.from_bytes(given.read(4), "big"):
                    heard.append(given.read(size))
                talk.sendall(said)

        clamd = Thread(target=answer)
        clamd.start()
        with override_settings(ATTACHMENT_SCAN=f"unix:{at}"):
            assert scan(file) == verdict
        clamd.join()
    assert heard[0] == b"zINSTREAM\0"
    assert b"".join(heard[1:]) == file.read_bytes()


# --- a row and its file ----------------------------------------------------------


def test_a_failure_between_file_and_row_leaves_nothing_for_long(
    shared: Incident, world: World, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies there leaves a file without a row; the sweep takes it."""
    kept = added(readers.owner, shared)
    before = files()
    monkeypatch.setattr(store, "remove", lambda name: None)

    def die(*_args: object, **_more: object) -> None:
        raise SystemExit

    monkeypatch.setattr(core, "keep", die)
    by = world.owner
    with pytest.raises(SystemExit), acting(by):
        attachments.attach(incident=shared, files=[upload()], by=by)
    monkeypatch.undo()
    (orphan,) = files() - before
    assert tasks.sweep_files() == 0, "a request may still be on its way to the row"
    age()
    assert tasks.sweep_files() == 1
    assert orphan not in files()
    assert files() == before
    assert get(readers.owner, shared, kept).status_code == 200


def test_a_refusal_after_receiving_leaves_no_file(
    shared: Incident, world: World
) -> None:
    before, by = files(), world.owner
    gone = Incident(pk=uuid4())
    for given in ({"incident": gone}, {"incident": shared, "sharing": "everybody"}):
        with pytest.raises(receiving.Refused), acting(by):
            attachments.attach(files=[upload(), upload()], by=by, **given)
    assert files() == before


# --- the log ---------------------------------------------------------------------


def test_a_line_carries_files(shared: Incident, readers: Readers) -> None:
    """They are for whom the line is for; one's own agency adds more later."""
    line = {"text": "See the photo", "sharing": "owner", "file": [upload(JPEG)]}
    assert readers.partner.send(f"/incidents/{shared.pk}/log/", line).status_code == 302
    (entry,) = readers.owner.get(f"{shared.pk}/log/").json()["results"]
    assert [one["kind"] for one in entry["attachments"]] == ["photo"]
    assert entry["attachments"][0]["entry"] == entry["id"]
    more = added(readers.partner, shared, b"Seen.", entry=entry["id"], sharing="all")
    assert more["sharing"] == "owner"
    refused = post(readers.owner, shared, b"Seen.", entry=entry["id"])
    assert refused.json()["code"] == "not_yours"
    elsewhere = post(readers.owner, shared, b"Seen.", entry=str(uuid4()))
    assert elsewhere.status_code == 400
    shown = text(readers.owner.get(f"/incidents/{shared.pk}/"))
    assert shown.split('id="log-lines"')[1].count("/thumbnail/") >= 1


def test_an_owner_is_offered_its_own_agency_once(
    shared: Incident, readers: Readers
) -> None:
    for reader, offered in ((readers.owner, 0), (readers.partner, 2)):
        page = text(reader.get(f"/incidents/{shared.pk}/"))
        assert page.count("the owner and my agency</option>") == offered


def test_read_marks(world: World, readers: Readers) -> None:
    """Colleagues by name; the owner learns which agency and when, nobody else that."""
    incident = report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"])
    for words in ("First", "Second"):
        readers.owner.post(f"{incident.pk}/log/", {"text": words, "sharing": "all"})
    first, second = readers.partner.get(f"{incident.pk}/log/").json()["results"]
    at = f"/incidents/{incident.pk}/"
    assert "log-unread" not in text(readers.partner.get(at))
    sent = readers.partner.send(f"{at}read/", {"entry": first["id"]})
    assert sent.status_code == 302
    shown = text(readers.partner.get(at))
    assert "1 new line" in shown
    assert shown.index('id="log-unread"') > shown.index(">First<")
    readers.partner.post(f"{incident.pk}/log/reads/", {"entry": second["id"]})
    assert "log-unread" not in text(readers.partner.get(at))
    readers.partner.post(f"{incident.pk}/log/reads/", {"entry": first["id"]})
    assert "log-unread" not in text(readers.partner.get(at)), "a mark never goes back"
    readers.partner_low.post(f"{incident.pk}/log/reads/", {})
    marks = {
        name: getattr(readers, name).get(f"{incident.pk}/log/reads/").json()["results"]
        for name in ("owner", "partner", "late")
    }
    assert [(m["agency"], m["by"], m["entry"]) for m in marks["owner"]] == [
        ("TJ-BT", None, None)
    ]
    assert {m["by"] for m in marks["partner"]} == {
        "officer:partner", "officer:partner_low"
    }  # fmt: skip
    assert marks["late"] == []
    assert "Read by" in text(readers.owner.get(at))
    assert "Partner" not in text(readers.owner.get(at)).split("Read by")[1][:400]
    assert "Read by" not in text(readers.late.get(at))


def test_a_hidden_line_is_no_line_to_read(shared: Incident, readers: Readers) -> None:
    own = {"text": "Ours", "sharing": "own"}
    hidden = readers.partner.post(f"{shared.pk}/log/", own).json()["id"]
    for wanted in (hidden, str(NOWHERE)):
        at = f"/incidents/{shared.pk}/read/"
        assert readers.owner.send(at, {"entry": wanted}).status_code == 404
        body = {"entry": wanted}
        sent = readers.owner.post(f"{shared.pk}/log/reads/", body)
        assert sent.status_code == 400
    with system("test"):
        assert LogEntry.objects.count() == 1
