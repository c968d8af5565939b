"""Documents: PDF written anew without metadata, plain text as plain text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from agencies.files.kinds import Fault, require_single

MOST_OBJECTS = 200_000
MOST_DEPTH = 60
# What makes a document do something, or carry other files (ISO 32000-1, 7.11, 12.6).
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA"}
_ACTIVE_NAMES = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/Movie",
    # To another file: on somebody's server, too, which learns who opened it.
    "/GoToR", "/GoToE",
}  # fmt: skip
# What tells who made it, when and with what.
_METADATA = {"/Metadata", "/PieceInfo", "/LastModified", "/OpenAction", "/AA"}
_BROKEN = (pikepdf.PdfError, ValueError, TypeError, RuntimeError, OverflowError)


def copy_pdf(source: Path, working: Path) -> None:
    """Write a PDF anew; refuse one that is encrypted, acts, or is a second file too."""
    data = source.read_bytes()
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Fault("broken_file")
    require_single(data[end + 5 :])
    try:
        with pikepdf.open(source) as pdf:
            _clean(pdf)
            pdf.save(working, deterministic_id=True)
    except pikepdf.PasswordError:
        raise Fault("encrypted") from None
    except _BROKEN:
        raise Fault("broken_file") from None


def _clean(pdf: pikepdf.Pdf) -> None:
    """Take out who made it, when and with what; refuse what should not be in it."""
    if pdf.is_encrypted:
        raise Fault("encrypted")
    if len(pdf.objects) > MOST_OBJECTS:
        raise Fault("too_complex")
    if not len(pdf.pages):
        raise Fault("broken_file")
    for one in _dictionaries(pdf):
        _require_still(one)
        for key in _METADATA & set(one.keys()):
            del one[key]
    for key in {"/Info", "/ID"} & set(pdf.trailer.keys()):
        del pdf.trailer[key]
    pdf.remove_unreferenced_resources()


def _require_still(one: Any) -> None:
    """Refuse scripts, launchers and files inside."""
    keys = set(one.keys())
    action = one.get("/S")
    is_action = isinstance(action, pikepdf.Name) and str(action) in _ACTIVE_NAMES
    # A stream whose content lies elsewhere (ISO 32000-1, 7.3.8.2).
    is_outside = isinstance(one, pikepdf.Stream) and "/F" in keys
    if is_action or is_outside or keys & _ACTIVE_KEYS:
        raise Fault("active_content")


def _dictionaries(pdf: Any) -> Iterator[Any]:
    """Yield every dictionary and stream, also those inside others."""
    for top in pdf.objects:
        stack = [(top, 0)]
        while stack:
            one, depth = stack.pop()
            if depth > MOST_DEPTH:
                raise Fault("too_complex")
            if isinstance(one, pikepdf.Array):
                inner = list(one)
            elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                # What is inside is looked at even if the key to it is taken out.
                inner = [value for _key, value in one.items()]
                yield one
            else:
                continue
            stack += [
                (value, depth + 1)
                for value in inner
                if isinstance(value, pikepdf.Object) and not value.is_indirect
            ]


def copy_text(source: Path, working: Path) -> None:
    """Write a text as UTF-8; it comes so, or in the Cyrillic code page of Windows."""
    raw = source.read_bytes()
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text):
            working.write_text(text, encoding="utf-8", newline="")
            return
    raise Fault("unsupported_type")
