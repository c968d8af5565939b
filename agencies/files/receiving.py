"""From an upload to a sealed original with copies, or a refusal that leaves nothing.

What is known by then needs no row yet; the action that wants it writes the row.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import structlog
from django.conf import settings
from django.core.files.base import File
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid, Refused, TooLarge, Unsupported
from agencies.files import kinds, store
from agencies.files.scanning import Scan, scan
from agencies.files.store import Copy

log = structlog.get_logger(__name__)
Upload: TypeAlias = "File[bytes]"
WORK = Path(__file__).parent / "work.py"
# Beyond the program's own limit of processor time: it may wait for others.
SECONDS = 25
MEBI = 1024 * 1024
FAULTS: dict[str, tuple[type[Refused], str | Promise]] = {
    "empty_file": (Invalid, _("The file is empty.")),
    "broken_file": (Invalid, _("The file is damaged: it cannot be read to its end.")),
    "encrypted": (Invalid, _("The document is encrypted. Send it without a password.")),
    "active_content": (
        Invalid,
        _("The document holds scripts, forms that send, or other files."),
    ),
    "polyglot": (Invalid, _("The file holds a second file of another type.")),
    "infected": (Invalid, _("The scanner found something harmful in the file.")),
    "unsupported_type": (
        Unsupported,
        _("Taken are JPEG, PNG, WebP, MP4, WebM, PDF and plain text, by content."),
    ),
    "too_many_pixels": (TooLarge, _("The picture has more than 50 million points.")),
    "too_complex": (TooLarge, _("The file takes too much memory or time to read.")),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is taken: where it lies, what it is, what the scanner said."""

    stored: store.Stored
    type: kinds.FileType
    scan: Scan


@contextmanager
def received(uploads: Iterable[Upload]) -> Iterator[list[Received]]:
    """Receive some files; take them away again if anything within is refused."""
    taken: list[Received] = []
    given = list(uploads)
    try:
        for upload in given:
            taken.append(_one_of(given, upload))
        yield taken
    except BaseException:
        for one in taken:
            store.remove(one.stored.name)
        raise


def _one_of(given: list[Upload], upload: Upload) -> Received:
    """Receive a file; of several, a refusal names the one that it is about."""
    try:
        return receive(upload)
    except Refused as refused:
        name = getattr(upload, "name", "")
        if name and len(given) > 1:
            refused.detail = f"{name}: {refused.detail}"
        raise


def receive(upload: Upload) -> Received:
    """Store and examine one file, or refuse it (400, 413, 415)."""
    upload.seek(0)
    head = upload.read(kinds.HEAD)
    upload.seek(0)
    try:
        kind = kinds.type_of(head)
    except kinds.Fault as fault:
        raise refusal(str(fault)) from None
    stored = store.put(upload, settings.ATTACHMENT_MIB[kind.kind] * MEBI)
    try:
        _examine(stored.name, kind)
        verdict = scan(store.path(stored.name, Copy.ORIGINAL))
        if verdict == Scan.REJECTED:
            raise refusal("infected")
        store.seal(stored.name)
    except BaseException:
        store.remove(stored.name)
        raise
    return Received(stored, kind, verdict)


def refusal(code: str) -> Refused:
    """Return what a fault of a file is answered with."""
    error, text = FAULTS[code]
    return error(code, text, pointer="/file")


def _examine(name: str, kind: kinds.FileType) -> None:
    """Let a program of its own read the file and write its copies."""
    copies = (Copy.ORIGINAL, Copy.WORKING, Copy.THUMBNAIL)
    paths = [store.path(name, copy) for copy in copies]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-W", "ignore", str(WORK), *map(str, paths)],
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            # Nothing of ours, no secret above all.
            env={},
        )
    except subprocess.TimeoutExpired:
        raise refusal("too_complex") from None
    if done.returncode < 0:
        log.warning("file_ended_its_reader", signal=-done.returncode)
        raise refusal("too_complex")
    if done.returncode:
        log.error(
            "file_reader_failed", said=done.stderr[-2000:].decode(errors="replace")
        )
        raise refusal("broken_file")
    found = json.loads(done.stdout)
    if fault := found.get("fault"):
        raise refusal(fault)
    if found["media_type"] != kind.media_type:
        raise refusal("unsupported_type")
