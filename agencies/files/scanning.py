"""The hook for a virus scanner: a command, or clamd's socket (``INSTREAM``).

It fails closed: no verdict is not a good one.
"""

import shlex
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import structlog
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)
SECONDS = 20
CHUNK = 64 * 1024


class Scan(TextChoices):
    """What is known of a file; only the first two are served."""

    NOT_SCANNED = "not_scanned", _("not scanned")
    CLEAN = "clean", _("scanned, nothing found")
    QUARANTINED = "quarantined", _("waits for the scanner")
    REJECTED = "rejected", _("rejected by the scanner")


# Given out to whoever may see the file.
SERVED = (Scan.NOT_SCANNED, Scan.CLEAN)


def scan(path: Path) -> Scan:
    """Return the scanner's verdict on a file, or that there is none yet.

    ``ATTACHMENT_SCAN`` is ``unix:/run/clamd.ctl``, ``tcp://host:3310``, or a command to
    which the path is added; it ends with 0 for clean, with 1 for infected.
    """
    hook = settings.ATTACHMENT_SCAN
    if not hook:
        return Scan.NOT_SCANNED
    try:
        if hook.startswith(("unix:", "tcp://")):
            return _by_socket(hook, path)
        return _by_command(hook, path)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.error("scanner_silent", error=type(error).__name__)
        return Scan.QUARANTINED


def _by_command(hook: str, path: Path) -> Scan:
    done = subprocess.run(  # noqa: S603 - the operator's own command
        [*shlex.split(hook), str(path)],
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    verdicts = {0: Scan.CLEAN, 1: Scan.REJECTED}
    if done.returncode not in verdicts:
        log.error("scanner_failed", code=done.returncode)
    return verdicts.get(done.returncode, Scan.QUARANTINED)


def _by_socket(hook: str, path: Path) -> Scan:
    """Ask clamd, which answers ``stream: OK`` or ``stream: NAME FOUND``."""
    with closing(_connected(hook)) as clamd, path.open("rb") as raw:
        clamd.sendall(b"zINSTREAM\0")
        while chunk := raw.read(CHUNK):
            clamd.sendall(len(chunk).to_bytes(4, "big") + chunk)
        clamd.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and (more := clamd.recv(CHUNK)):
            answer += more
    said = answer.rstrip(b"\0\n ")
    if said == b"stream: OK":
        return Scan.CLEAN
    if said.endswith(b"FOUND"):
        return Scan.REJECTED
    log.error("scanner_failed", said=said[:80].decode("ascii", "replace"))
    return Scan.QUARANTINED


def _connected(hook: str) -> socket.socket:
    if hook.startswith("tcp://"):
        host, _colon, port = hook.removeprefix("tcp://").rpartition(":")
        return socket.create_connection((host, int(port)), timeout=SECONDS)
    found = socket.socket(socket.AF_UNIX)
    try:
        found.settimeout(SECONDS)
        found.connect(hook.removeprefix("unix:"))
    except OSError:
        found.close()
        raise
    return found
