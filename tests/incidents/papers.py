"""The words on the pages of a PDF, as somebody reads them."""

import io
import re
from typing import Any

import pikepdf

_CHARACTER = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>")
_RANGE = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)> <([0-9a-fA-F]+)>")


def words(pdf: bytes) -> list[str]:
    """Return the text of each page, in the order in which it is drawn."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return [_page(page) for page in file.pages]


def _page(page: Any) -> str:
    letters = {
        name: _letters(font.ToUnicode.read_bytes())
        for name, font in page.Resources.Font.items()
    }
    found, now = [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                now = letters[str(operands[0])]
            case "Tj":
                found.append(_said(bytes(operands[0]), now))
            case "TJ":
                parts = [one for one in operands[0] if isinstance(one, pikepdf.String)]
                found.append("".join(_said(bytes(one), now) for one in parts))
    return " ".join(found)


def _said(drawn: bytes, letters: dict[int, str]) -> str:
    pairs = zip(drawn[::2], drawn[1::2], strict=True)
    return "".join(letters.get(high << 8 | low, "") for high, low in pairs)


def _letters(cmap: bytes) -> dict[int, str]:
    """Return which glyph stands for which letters, from a ToUnicode map."""
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, letter in _CHARACTER.findall(block):
            found[int(glyph, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, letter in _RANGE.findall(block):
            begin = int(letter, 16)
            for n in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + n] = chr(begin + n)
    return found
