"""Files as browsers send them, as they are given out, and as they lie on the disk."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from agencies.attachments import AttachedFile, CustodyEntry
from agencies.context import system
from tests.incidents import samples

# What is not taken, the status of its refusal, and some of the words.
REFUSED = [
    (samples.archive(), 415, "Taken are"),
    (samples.bomb(), 413, "50 million"),
    (samples.photo() + samples.archive(), 400, "second file"),
    (b"", 400, "empty"),
]


def upload(data: bytes = b"Seen.", name: str = "seen.txt") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, data, content_type="application/x-nonsense")


def whole(answer: Any) -> bytes:
    """Return all of an answer."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def files() -> set[str]:
    """Return the names of all files that lie there."""
    return {path.stem for path in Path(settings.MEDIA_FOLDER).rglob("*.*")}


def age(seconds: float = 7200) -> None:
    """Let all files be older than any request takes."""
    for path in Path(settings.MEDIA_FOLDER).rglob("*.*"):
        os.utime(path, (time.time() - seconds,) * 2)


def scanner(tmp_path: Path, body: str) -> str:
    """Return a command that judges files."""
    made = tmp_path / "scan.sh"
    made.write_text(f"#!/bin/sh\n{body}\n")
    made.chmod(0o700)
    return str(made)


def require_sealed(
    files: type[AttachedFile],
    custody: type[CustodyEntry],
    pk: Any,
    changes: Iterable[dict[str, Any]],
) -> None:
    """Hold that no role changes what was received; custody is only added to."""
    for values in changes:
        with (
            pytest.raises(IntegrityError, match="attachment_sealed"),
            system("test"),
            transaction.atomic(),
        ):
            files.objects.filter(pk=pk).update(**values)
    may = "SELECT has_table_privilege(%s, %s, 'DELETE')"
    for role in ("karaul_app", "karaul_system"):
        for model in (files, custody):
            with connection.cursor() as cursor:
                cursor.execute(may, [role, model._meta.db_table])
                assert cursor.fetchone() == (False,)
