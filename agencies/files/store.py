"""Where files lie: outside every address, under random names, for this system alone.

A file is written before its row: what a failure leaves without one, the task
``sweep_files`` takes away. The original is never opened for writing again.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from agencies.errors import TooLarge


class Copy(TextChoices):
    """Which of the files that are kept of one that came."""

    WORKING = "working", _("working copy")
    THUMBNAIL = "thumbnail", _("thumbnail")
    ORIGINAL = "original", _("original")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was received: its random name, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


def path(name: str, copy: str) -> Path:
    """Return where a copy lies, whether or not it is there."""
    return Path(settings.MEDIA_FOLDER) / name[:2] / f"{name}.{copy}"


def put(upload: "File[bytes]", most: int) -> Stored:
    """Write what was uploaded to a new place; ``too_large`` beyond ``most`` bytes."""
    name = secrets.token_hex(16)
    target = path(name, Copy.ORIGINAL)
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            for chunk in upload.chunks():
                size += len(chunk)
                if size > most:
                    raise TooLarge("too_large", _("The file is too large."))
                digest.update(chunk)
                raw.write(chunk)
            raw.flush()
            os.fsync(raw.fileno())
    except BaseException:
        remove(name)
        raise
    return Stored(name, size, digest.hexdigest())


def seal(name: str) -> None:
    """Let only this system read the copies, and see all of them on the disk."""
    made = [path(name, copy) for copy in Copy if path(name, copy).exists()]
    for file in made:
        file.chmod(0o600)
    for place in (*made, made[0].parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(name: str) -> None:
    """Take away what has no row."""
    for copy in Copy:
        path(name, copy).unlink(missing_ok=True)


def old_names(*, seconds: float) -> set[str]:
    """Return the names of all files that were written longer ago."""
    before = time.time() - seconds
    return {file.stem for file in _files() if file.stat().st_mtime < before}


def _files() -> Iterator[Path]:
    return (file for file in Path(settings.MEDIA_FOLDER).glob("??/*") if file.suffix)
