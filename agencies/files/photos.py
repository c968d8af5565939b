"""Photos: drawn anew, upright, without metadata, and small enough for a thin line."""

import re
from pathlib import Path

from PIL import Image, ImageOps

from agencies.files.kinds import JPEG, PNG, Fault, FileType, require_single

# A picture of so many points is not opened: 200 MB of memory, and no camera's.
MOST_POINTS = 50_000_000
WORKING = (2560, 2560)
THUMBNAIL = (360, 360)
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# In a scan of a JPEG: the next marker that is neither stuffing, restart nor filling.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError)


def copy(source: Path, kind: FileType, working: Path, thumbnail: Path) -> None:
    """Write both copies; refuse a bomb, a second file behind it, a broken one."""
    data = source.read_bytes()
    require_single(data[_end(data, kind) :], may_go_on=kind == JPEG)
    try:
        with Image.open(source, formats=[FORMATS[kind.media_type]]) as opened:
            if opened.width * opened.height > MOST_POINTS:
                raise Fault("too_many_pixels")
            opened.draft("RGB", WORKING)
            image = _plain(ImageOps.exif_transpose(opened), keeps_alpha=kind != JPEG)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Fault("too_many_pixels") from None
    except _BROKEN:
        raise Fault("broken_file") from None
    image.thumbnail(WORKING, Image.Resampling.LANCZOS)
    options = {} if kind == PNG else {"quality": 85}
    image.save(working, FORMATS[kind.media_type], **options)
    image.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    _opaque(image).save(thumbnail, "JPEG", quality=75)


def _plain(image: Image.Image, *, keeps_alpha: bool) -> Image.Image:
    """Return the points alone: what Pillow would carry over with them is gone."""
    has_alpha = keeps_alpha and image.has_transparency_data
    plain = image.convert("RGBA" if has_alpha else "RGB")
    plain.info = {}
    plain.getexif().clear()
    return plain


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _end(data: bytes, kind: FileType) -> int:
    """Return where the picture ends."""
    try:
        if kind == JPEG:
            return _end_of_jpeg(data)
        if kind == PNG:
            return _end_of_png(data)
        size = 8 + int.from_bytes(data[4:8], "little")
    except IndexError:
        raise Fault("broken_file") from None
    if size > len(data):
        raise Fault("broken_file")
    return size + size % 2


def _end_of_jpeg(data: bytes) -> int:
    """Walk the segments up to the end of image (ITU-T T.81, annex B)."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            found = _MARKER.search(data, at)
            if found is None:
                break
            at = found.start()
    raise Fault("broken_file")


def _end_of_png(data: bytes) -> int:
    """Walk the chunks up to IEND (W3C PNG, 5.3)."""
    at = 8
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + size
        if name == b"IEND":
            return at
    raise Fault("broken_file")
