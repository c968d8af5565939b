"""Leak vectors of files: their copies, their pieces, what is inside them."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from agencies.actions import releases
from agencies.context import acting
from agencies.files.store import Copy
from incidents.actions import attachments
from incidents.models import Incident
from patrols import actions as patrols
from patrols.models import Patrol
from tests.incidents import samples
from tests.leaks import crawl, seed
from tests.leaks.conftest import Visits, revoke
from tests.world import World

PEOPLE = ["owner", "owner_observer", "owner_admin", "partner", "late", "outsider"]


# What carries files.
CARRIERS = pytest.mark.parametrize("model", [Incident, Patrol])


def attach(world: World, row: Any, data: bytes, sharing: str = "all") -> Any:
    """Add a file as the owner; to a patrol, with a line of its log."""
    by = world.owner
    with acting(by):
        files = [ContentFile(data, "x")]
        if isinstance(row, Incident):
            given = {"incident": row, "files": files, "sharing": sharing}
            (made,) = attachments.attach(by=by, **given)
        else:
            line = patrols.write_patrol_log(
                patrol=row, text="x", files=files, sharing=sharing, by=by
            )
            made = line.attachments.get()
    return made


def home(row: Any) -> str:
    """Return where a record is found, below the site's root and below the API's."""
    return f"{row.type_name()}s/{row.pk}/"


def ways(row: Any, made: Any) -> Iterator[str]:
    """Yield every address of a file, by page and by API."""
    page = f"/{home(row)}attachments/{made.pk}/"
    api = f"/api/v1/{home(row)}attachments/{made.pk}/"
    yield from (page, f"{api}custody/", f"{api}file/")
    for copy in Copy.values:
        yield f"{page}{copy}/"
        yield f"{api}file/?copy={copy}"


@CARRIERS
def test_l21_every_copy_for_everybody(world: World, visits: Visits, model: Any) -> None:
    """Who sees the record gets the copies that are theirs, everybody else a 404.

    So does a piece of a file; and once the release is gone, nobody it was to.
    """
    row = seed.make(world, model, "partner")
    made = attach(world, row, samples.photo())
    for is_over in (False, True):
        if is_over:
            revoke(world, row)
        readers = {"owner", "owner_observer", "owner_admin"}
        readers |= set() if is_over else {"partner"}
        for name in PEOPLE:
            for at in ways(row, made):
                for headers in ({}, {"Range": "bytes=0-9"}):
                    answer = visits[name].client.get(at, headers=headers)
                    is_kept = "original" in at and name != "owner"
                    wanted = {403} if is_kept else {200, 206}
                    if name not in readers:
                        wanted = {404}
                    assert answer.status_code in wanted, (name, at, answer)
                    if answer.status_code == 404:
                        assert b"JFIF" not in answer.content


@CARRIERS
def test_l21_a_file_for_few(world: World, visits: Visits, model: Any) -> None:
    """Narrower than its record: its readers alone, by whatever way."""
    row = seed.make(world, model, "partner")
    made = attach(world, row, b"CANARY-BYTES", sharing="own")
    for at in ways(row, made):
        assert visits["partner"].get(at).status_code == 404, at
    for at in (f"/{home(row)}", f"{home(row)}attachments/", f"{home(row)}log/"):
        assert str(made.pk) not in crawl.whole(visits["partner"].get(at))
    shown = visits["owner"].get(f"{home(row)}attachments/{made.pk}/file/")
    assert "CANARY-BYTES" in crawl.whole(shown)


@pytest.mark.parametrize("data", [samples.photo(), samples.pdf(), samples.video()])
def test_l45_copies_tell_nothing_of_who_made_them(
    world: World, visits: Visits, data: bytes
) -> None:
    """No place, author or clock of a camera's; and a tear line has no files at all."""
    row = seed.make(world, Incident, "partner")
    made = attach(world, row, data)
    for copy in (Copy.WORKING, Copy.THUMBNAIL):
        at = f"incidents/{row.pk}/attachments/{made.pk}/file/?copy={copy}"
        answer = visits["partner"].get(at)
        if answer.status_code == 400:
            assert made.kind != "photo"
            continue
        held = b"".join(answer.streaming_content)
        assert samples.PLACE.encode() not in held
        assert samples.AUTHOR.encode() not in held
        if made.kind == "photo":
            assert not Image.open(io.BytesIO(held)).getexif()
    by = world.owner
    with acting(by):
        torn = releases.release(record=row, to="agency:KZ-BS", by=by, scope="tearline")
    answer = visits["outsider"].get(f"incidents/{torn.record_id}/attachments/")
    assert answer.json() == {"results": []}


@CARRIERS
def test_l47_the_next_piece_of_a_file_is_asked_anew(
    world: World, visits: Visits, model: Any
) -> None:
    """A player that has begun gets nothing more once the release is over."""
    row = seed.make(world, model, "partner")
    made = attach(world, row, samples.video())
    at = f"/{home(row)}attachments/{made.pk}/working/"
    partner = visits["partner"].client
    assert partner.get(at, headers={"Range": "bytes=0-99"}).status_code == 206
    revoke(world, row)
    assert partner.get(at, headers={"Range": "bytes=100-"}).status_code == 404
