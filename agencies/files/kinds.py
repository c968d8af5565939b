"""What a file is, told by its content, never by its name or by what a sender says."""

from dataclasses import dataclass

# As much of a file's beginning as tells its type.
HEAD = 4096
# Brands of MP4 (ISO 14496-12) that phones and cameras write; HEIC has others.
_BRANDS = {
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ",
    b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6",
}  # fmt: skip
# What makes a second file of the bytes behind a first one.
_SECOND = (
    b"pk\x03\x04", b"pk\x05\x06", b"%pdf-", b"<html", b"<script", b"<!doctype", b"<svg",
    b"<?php", b"rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\x7felf",
)  # fmt: skip
# Text that a browser, or a shell, would take for more than text.
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<?php", b"#!")


class Fault(Exception):
    """A file is not taken; the code says why."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file that is taken: what it is, and how a copy's name ends."""

    kind: str
    media_type: str
    ending: str


JPEG = FileType("photo", "image/jpeg", "jpg")
PNG = FileType("photo", "image/png", "png")
WEBP = FileType("photo", "image/webp", "webp")
MP4 = FileType("video", "video/mp4", "mp4")
WEBM = FileType("video", "video/webm", "webm")
PDF = FileType("document", "application/pdf", "pdf")
TEXT = FileType("document", "text/plain", "txt")
TYPES = {one.media_type: one for one in (JPEG, PNG, WEBP, MP4, WEBM, PDF, TEXT)}


# The bytes at some places of a file's beginning, and what begins so.
_SIGNS: list[tuple[dict[int, bytes], FileType]] = [
    ({0: b"\xff\xd8\xff"}, JPEG),
    ({0: b"\x89PNG\r\n\x1a\n"}, PNG),
    ({0: b"RIFF", 8: b"WEBP"}, WEBP),
    ({0: b"%PDF-"}, PDF),
    *(({4: b"ftyp", 8: brand}, MP4) for brand in _BRANDS),
]


def type_of(head: bytes) -> FileType:
    """Return the type that a file's first bytes tell; ``unsupported_type`` if none."""
    if not head:
        raise Fault("empty_file")
    for signs, found in _SIGNS:
        if all(head[at : at + len(sign)] == sign for at, sign in signs.items()):
            return found
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return WEBM
    if _is_text(head):
        return TEXT
    raise Fault("unsupported_type")


def _is_text(head: bytes) -> bool:
    begun = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if begun.startswith((*_MARKUP, *_SECOND)) or b"%PDF-" in head[:1024]:
        return False
    return not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)


def require_single(tail: bytes, *, may_go_on: bool = False) -> None:
    """Refuse what follows the end of a file, if it makes a second one of it.

    ``may_go_on``: cameras append previews of their own, so only what is known to
    be another file is refused.
    """
    rest = tail.strip(b"\0 \t\r\n")
    if not rest:
        return
    low = rest.lower()
    is_second = low.startswith(b"mz") or any(sign in low for sign in _SECOND)
    if is_second or not may_go_on:
        raise Fault("polyglot")
