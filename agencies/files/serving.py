"""Giving out an attachment's file: noted first, then streamed, for nobody to keep.

The only place that does. What a browser shows by itself are photos; nothing of a file
can run, for its answer is a sandbox of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from agencies.attachments import AttachedFile, FileKind
from agencies.errors import NotFound
from agencies.files import store
from agencies.files.kinds import JPEG, TYPES
from agencies.files.store import Copy

log = structlog.get_logger(__name__)
# Where the proxy reads files, for its own eyes (deploy/nginx.conf.template).
INTERNAL = "/_files/"
CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve(request: HttpRequest, made: AttachedFile, copy: str) -> HttpResponseBase:
    """Answer a copy, whole or the part that is asked for (RFC 9110, 14).

    The caller has noted it in the custody record.
    """
    place = store.path(made.stored_as, copy)
    if not place.is_file():
        log.error("file_missing", attachment=str(made.pk), copy=copy)
        raise NotFound
    answer = _by_proxy(place) if settings.MEDIA_BY_PROXY else _streamed(request, place)
    kind = JPEG if copy == Copy.THUMBNAIL else TYPES[made.media_type]
    is_shown = made.kind == FileKind.PHOTO and copy != Copy.ORIGINAL
    name = f"{made.record.ref}-{str(made.pk)[:8]}.{kind.ending}"
    answer["Content-Type"] = _content_type(kind.media_type, copy)
    answer["Content-Disposition"] = content_disposition_header(not is_shown, name) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _content_type(media_type: str, copy: str) -> str:
    """Name the type of a copy that we wrote; an original is bytes, whatever it is."""
    if copy == Copy.ORIGINAL:
        return "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type == "text/plain" else media_type


def _by_proxy(place: Path) -> HttpResponse:
    inside = place.relative_to(settings.MEDIA_FOLDER).as_posix()
    return HttpResponse(headers={"X-Accel-Redirect": f"{INTERNAL}{inside}"})


def _streamed(request: HttpRequest, place: Path) -> HttpResponseBase:
    size = place.stat().st_size
    found = _asked(request.headers.get("Range", ""), size)
    wanted = range(size) if found is None else found
    answer: HttpResponseBase
    if not wanted:
        answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        status = 200 if found is None else 206
        answer = StreamingHttpResponse(_part(place, wanted), status=status)
        answer["Content-Length"] = str(len(wanted))
    if answer.status_code == 206:
        answer["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    answer["Accept-Ranges"] = "bytes"
    return answer


def _asked(header: str, size: int) -> range | None:
    """Return which bytes are asked for: None for all, an empty range for none.

    Several parts at once, or another unit, is answered with the whole.
    """
    found = _RANGE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        return range(max(size - int(found[2]), 0), size)
    last = min(int(found[2] or size), size - 1)
    return range(int(found[1]), last + 1)


def _part(place: Path, wanted: range) -> Iterator[bytes]:
    """Yield some bytes; the file is opened with the first."""
    with place.open("rb") as raw:
        raw.seek(wanted.start)
        left = len(wanted)
        while left and (chunk := raw.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
