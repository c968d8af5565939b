"""Files through the real proxy: sizes, pieces, and who streams them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings

from tests.incidents import samples
from tests.stack import Stack

pytestmark = pytest.mark.slow
MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def door(stack: Stack) -> Iterator[httpx.Client]:
    """A client of the owner's system, at the one door; web lets the proxy stream."""
    for name in stack.processes.keys() & {"proxy", "web"}:
        stack.kill(name)
    stack.start("web", MEDIA_BY_PROXY="1", UPLOAD_MIB="4")
    stack.start("proxy", UPLOAD_MIB="4")
    for name in ("web", "proxy"):
        stack.wait_for(name)
    token = stack.token("KG-BS", "incidents:read", "incidents:write")
    bearer = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=stack.url, headers=bearer, timeout=60) as client:
        yield client
    for name in ("proxy", "web"):
        stack.kill(name)
    stack.start("web")
    stack.wait_for("web")


@pytest.fixture
def at(stack: Stack) -> str:
    """The address of a new incident's files."""
    with stack.database():
        return f"/api/v1/incidents/{stack.report('agency:TJ-BT').pk}/attachments/"


def send(door: httpx.Client, at: str, data: bytes) -> httpx.Response:
    return door.post(at, files={"file": ("x", data)})


def let_the_proxy_read() -> None:
    """Give the files to nginx's user: it has one of its own where root starts it."""
    if os.getuid() == 0:
        for path in [settings.MEDIA_FOLDER, *Path(settings.MEDIA_FOLDER).rglob("*")]:
            shutil.chown(path, "www-data")


def test_the_proxy_streams_what_web_allows(door: httpx.Client, at: str) -> None:
    """Whole and in pieces, with web's own headers; its own address is shut outside."""
    made = send(door, at, samples.video())
    assert made.status_code == 201, made.text
    let_the_proxy_read()
    file = f"{at}{made.json()['id']}/file/"
    whole = door.get(file)
    assert whole.status_code == 200
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert whole.headers["Cache-Control"] == "private, no-store"
    assert "X-Accel-Redirect" not in whole.headers
    assert whole.content[4:8] == b"ftyp"
    part = door.get(file, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    names = [path.relative_to(settings.MEDIA_FOLDER) for path in _files()]
    for name in names:
        assert door.get(f"/_files/{name}").status_code == 404
    nobody = httpx.get(f"{door.base_url}{file}")
    assert nobody.status_code == 401


def _files() -> list[Path]:
    return list(Path(settings.MEDIA_FOLDER).rglob("*.*"))


def test_large_files_pass_where_files_are_taken(
    door: httpx.Client, at: str, stack: Stack
) -> None:
    """Up to ``UPLOAD_MIB``, and nowhere else; beyond it 413 in the API's own form."""
    text = b"Seen at the ford.\n" * (3 * MEBI // 18)
    assert send(door, at, text).status_code == 201
    beyond: Any = send(door, at, text * 2)
    assert (beyond.status_code, beyond.json()["code"]) == (413, "too_large")
    # A patrol's, too: refused by web, for the token's scope, before it has read the
    # file. What is left unread must not cost the answer.
    for _ in range(40):
        patrols: Any = send(door, f"/api/v1/patrols/{uuid4()}/attachments/", text)
        assert (patrols.status_code, patrols.json()["code"]) == (403, "scope")
    elsewhere: Any = send(door, at.replace("attachments", "log"), text)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (413, "too_large")
    direct = httpx.post(
        f"{stack.web_url}{at}",
        files={"file": ("x", text * 2)},
        headers={"Host": "localhost", "Authorization": door.headers["Authorization"]},
        timeout=60,
    )
    assert (direct.status_code, direct.json()["code"]) == (413, "too_large")
