"""Files that officers attach: pictures, a document and notes, made here by code.

They show no real place and no person.
"""

from __future__ import annotations

import io
import random

import pikepdf
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

_SIZE = (960, 640)
_PAGE = (595, 842)


def photo(name: str, seed: int) -> ContentFile[bytes]:
    """Return a JPEG of a valley: ridges, a river, a track, a vehicle on it."""
    dice = random.Random(seed)  # noqa: S311 - a picture, not a secret
    width, height = _SIZE
    image = Image.new("RGB", _SIZE, (168, 196, 220))
    draw = ImageDraw.Draw(image)
    for n, shade in enumerate([(140, 150, 160), (112, 122, 112), (150, 138, 104)]):
        base = height * (0.42 + 0.14 * n)
        tops = [
            (x, base - dice.uniform(10, 150 - 40 * n)) for x in range(0, width + 80, 80)
        ]
        draw.polygon([(0, height), *tops, (width, height)], fill=shade)
    draw.line([(0, 560), (320, 520), (620, 590), (width, 540)], (92, 128, 150), 26)
    draw.line([(0, 610), (480, 470), (width, 480)], (120, 104, 80), 14)
    at = dice.randint(300, 620)
    draw.rectangle([at, 446, at + 90, 476], fill=(70, 84, 62))
    for wheel in (at + 14, at + 62):
        draw.ellipse([wheel, 468, wheel + 18, 486], fill=(30, 30, 30))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return ContentFile(out.getvalue(), name)


def document(name: str, lines: list[str]) -> ContentFile[bytes]:
    """Return a page of PDF with some lines of plain Latin text."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=_PAGE)
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    drawn = f"BT /F1 12 Tf 18 TL 60 760 Td {shown} ET"
    page.Contents = made.make_stream(drawn.encode("ascii"))
    out = io.BytesIO()
    made.save(out)
    return ContentFile(out.getvalue(), name)


def notes(name: str, text: str) -> ContentFile[bytes]:
    """Return a file of plain text."""
    return ContentFile(text.encode(), name)
