"""What is taken as a file, what is refused and why, and what copies no longer hold."""

import io
import re
from pathlib import Path
from typing import Any

import av
import pikepdf
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image

from agencies.errors import Refused
from agencies.files import kinds, receiving, store, work
from agencies.files.store import Copy
from tests.incidents import samples

JPEG = samples.photo()
PDF = samples.pdf()


def received(data: bytes) -> receiving.Received:
    """Receive some bytes."""
    return receiving.receive(ContentFile(data, name="x.exe"))


def copy(one: receiving.Received, which: str = Copy.WORKING) -> bytes:
    return store.path(one.stored.name, which).read_bytes()


def left() -> list[Path]:
    """Return all files that there are."""
    return [path for path in Path(settings.MEDIA_FOLDER).rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """Keep files in a folder of the test's own."""
    settings.MEDIA_FOLDER = tmp_path / "files"
    return tmp_path / "files"


TAKEN = {
    "image/jpeg": JPEG,
    "image/png": samples.photo("PNG"),
    "image/webp": samples.photo("WEBP"),
    "video/mp4": samples.video(),
    "video/webm": samples.video("webm"),
    "application/pdf": PDF,
    "text/plain": "Увидели двоих у брода".encode(),
}


@pytest.mark.parametrize("media_type", TAKEN)
def test_a_file_is_known_by_its_content(media_type: str) -> None:
    """Sealed as it came, for this system alone, with a copy to look at."""
    one = received(TAKEN[media_type])
    assert one.type.media_type == media_type
    assert one.stored.size == len(TAKEN[media_type])
    assert copy(one, Copy.ORIGINAL) == TAKEN[media_type]
    assert copy(one)
    assert {path.stat().st_mode & 0o777 for path in left()} == {0o600}
    assert one.stored.sha256 not in str(left())
    is_photo = one.type.kind == "photo"
    assert store.path(one.stored.name, Copy.THUMBNAIL).exists() == is_photo


@pytest.mark.parametrize("media_type", TAKEN)
def test_a_copy_has_no_metadata(media_type: str) -> None:
    one = received(TAKEN[media_type])
    marks = (samples.PLACE.encode(), samples.AUTHOR.encode())
    if one.type.kind in ("photo", "video"):
        assert all(mark in copy(one, Copy.ORIGINAL) for mark in marks)
    for which in (Copy.WORKING, Copy.THUMBNAIL):
        path = store.path(one.stored.name, which)
        held = path.read_bytes() if path.exists() else b""
        assert not [mark for mark in marks if mark in held]


def test_a_photo_is_upright_and_not_too_large() -> None:
    one = received(samples.photo(size=(6000, 3000)))
    working = Image.open(io.BytesIO(copy(one)))
    assert working.size == (1280, 2560)
    assert not working.getexif()
    thumbnail = Image.open(io.BytesIO(copy(one, Copy.THUMBNAIL)))
    assert max(thumbnail.size) == 360


def test_a_video_plays_and_tells_nothing() -> None:
    one = received(samples.video())
    with av.open(io.BytesIO(copy(one))) as made:
        assert sum(1 for _frame in made.decode(video=0)) == 5
        told = {**made.metadata, **made.streams.video[0].metadata}
    assert not {"comment", "artist", "creation_time", "encoder"} & set(told)


def test_a_document_keeps_its_pages_and_loses_its_author() -> None:
    one = received(PDF)
    with pikepdf.open(io.BytesIO(copy(one))) as made:
        assert b"Seen at the ford" in made.pages[0].Contents.read_bytes()
        assert not made.docinfo.keys()
        assert "/Metadata" not in made.Root
    assert samples.AUTHOR.encode() not in copy(one)


def refused(data: bytes) -> tuple[int, str]:
    """Return how some bytes are refused; nothing of them is left."""
    with pytest.raises(Refused) as caught:
        received(data)
    assert not left()
    assert str(caught.value)
    return caught.value.status, caught.value.code


HTML = b"<!DOCTYPE html><script>alert(1)</script>"
REFUSED = {
    "nothing": (b"", 400, "empty_file"),
    "a zip": (samples.archive(), 415, "unsupported_type"),
    "a zip bomb": (samples.archive(50_000_000), 415, "unsupported_type"),
    "a program": (b"MZ\x90\x00" + bytes(200), 415, "unsupported_type"),
    "a page": (HTML, 415, "unsupported_type"),
    "a drawing that runs": (b"<svg onload='x()'/>", 415, "unsupported_type"),
    "a shell script": (b"#!/bin/sh\nrm -r /\n", 415, "unsupported_type"),
    "a picture and a zip": (JPEG + samples.archive(), 400, "polyglot"),
    "a picture and a page": (JPEG + HTML, 400, "polyglot"),
    "a PNG with something behind": (TAKEN["image/png"] + b"x", 400, "polyglot"),
    "a WebP and a zip": (TAKEN["image/webp"] + samples.archive(), 400, "polyglot"),
    "a document and a zip": (PDF + samples.archive(), 400, "polyglot"),
    "a document and a page": (PDF + HTML, 400, "polyglot"),
    "a video and a zip": (TAKEN["video/mp4"] + samples.archive(), 400, "polyglot"),
    "a text and a zip": (b"Seen.\n" + samples.archive(), 415, "unsupported_type"),
    "a long text and a zip": (b"Seen.\n" * 900 + samples.archive(), 400, "polyglot"),
    "a bomb of points": (samples.bomb(), 413, "too_many_pixels"),
    "half a photo": (JPEG[: len(JPEG) // 2], 400, "broken_file"),
    "half a video": (TAKEN["video/mp4"][:900], 400, "broken_file"),
    "half a document": (PDF[:200], 400, "broken_file"),
    "a locked document": (samples.pdf(password="p"), 400, "encrypted"),
    "a script": (samples.pdf(OpenAction=samples.script), 400, "active_content"),
    "a way to a server": (samples.pdf(A=samples.elsewhere), 400, "active_content"),
    "a part elsewhere": (samples.pdf(Part=samples.outside), 400, "active_content"),
    "a file inside": (samples.pdf(Names=samples.carried), 400, "active_content"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_hides_something_is_refused(name: str) -> None:
    data, status, code = REFUSED[name]
    assert refused(data) == (status, code)


def test_each_kind_has_its_size(settings: Any) -> None:
    settings.ATTACHMENT_MIB = {"photo": 1, "document": 0, "video": 0}
    assert refused(PDF) == (413, "too_large")
    assert received(JPEG)


def test_who_eats_memory_or_time_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reader is a program of its own: what ends it does not end the platform."""
    greedy = tmp_path / "greedy.py"
    monkeypatch.setattr(receiving, "WORK", greedy)
    head = "import resource, os\nresource.setrlimit(resource.RLIMIT_{}, ({}, {}))\n"
    for limit, most, deed in (
        ("CPU", 1, "while True: pass"),
        ("CORE", 0, "os.abort()"),
    ):
        greedy.write_text(head.format(limit, most, most) + deed)
        assert refused(JPEG) == (413, "too_complex")
    monkeypatch.setattr(receiving, "SECONDS", 0.5)
    greedy.write_text("import time; time.sleep(60)")
    assert refused(JPEG) == (413, "too_complex")
    greedy.write_text("raise SystemExit(3)")
    assert refused(JPEG)[0] == 400


def test_the_reader_has_no_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nosy = tmp_path / "nosy.py"
    nosy.write_text("import os, sys, json\nsys.exit(json.dumps(dict(os.environ)))")
    said: list[str] = []
    monkeypatch.setattr(receiving, "WORK", nosy)
    monkeypatch.setenv("SECRET_KEY", "CANARY-SECRET")
    monkeypatch.setattr(
        receiving.log, "error", lambda _e, said_="", **k: said.append(k["said"])
    )
    refused(JPEG)
    assert said
    assert "CANARY-SECRET" not in said[0]
    assert "DATABASE_URL" not in said[0]


def test_the_reader_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory, processor time and what it may write, before it looks at anything."""
    set_: list[tuple[int, Any]] = []
    monkeypatch.setattr(
        work.resource, "setrlimit", lambda what, to: set_.append((what, to))
    )
    monkeypatch.setattr(
        work.sys, "argv", ["work.py", "/nowhere", "/nowhere", "/nowhere"]
    )
    with pytest.raises(FileNotFoundError):
        work.main()
    limited = {what for what, _to in set_}
    assert {work.resource.RLIMIT_AS, work.resource.RLIMIT_CPU} <= limited
    assert work.resource.RLIMIT_FSIZE in limited


def test_every_fault_has_words() -> None:
    """A code of the reader's that nobody knows would break the answer."""
    text = "".join(
        path.read_text() for path in Path(kinds.__file__).parent.glob("*.py")
    )
    codes = set(re.findall(r'Fault\("(\w+)"', text))
    assert len(codes) > 5
    assert codes <= set(receiving.FAULTS)
