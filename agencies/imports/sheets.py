"""Tables as people keep them: CSV files, read with care and written without danger.

Spreadsheets run what looks like a formula. So a cell that begins like one is written
with an apostrophe before it, which is taken away again when the file is read; one
that comes without is refused. See OWASP, "CSV injection".
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from tablib.core import Dataset

from agencies.errors import Invalid

MAX_BYTES = 256 * 1024
MAX_ROWS = 500
# What a spreadsheet may run, or has been kept from running by apostrophes.
_SIGNS = r"=+\-@＝＋－＠"
_FORMULA = re.compile(rf"'*[{_SIGNS}\t\r]")
# The same further in: where a list is separated by semicolons, a cell begins there.
_BEGUN = r"([;\t\r\n][\s\"']*)"
_INSIDE = re.compile(rf"{_BEGUN}(?=[{_SIGNS}])")
_KEPT_INSIDE = re.compile(rf"{_BEGUN}'(?=[{_SIGNS}])")


@dataclass(frozen=True)
class Sheet:
    """A file's columns and rows; each row with its number, the head's being 1."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]
    # The numbers of the rows that have more cells than there are columns.
    ragged: list[int] = field(default_factory=list)

    def dataset(self) -> Dataset:
        """Return it as ``tablib`` has it, without the numbers."""
        return Dataset(*(cells for _number, cells in self.rows), headers=self.columns)


def decoded(raw: bytes) -> str:
    """Return a file's text: UTF-8, or the Cyrillic code page of Windows."""
    if len(raw) > MAX_BYTES:
        raise Invalid("file_too_large", _("The file is larger than 256 KiB."))
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid("bad_encoding", _("The text is neither UTF-8 nor Windows-1251."))


def read(text: str, *, known: Collection[str], needed: Iterable[str]) -> Sheet:
    """Read a table separated by commas or semicolons, whose first row names columns.

    Raises ``Invalid`` for what is wrong with the file as a whole.
    """
    lines = _lines(text, ";" if _is_by_semicolons(text) else ",")
    if not lines:
        raise Invalid("empty_file", _("The file is empty."))
    columns = [name.strip().lower() for name in lines[0][1]]
    _require_columns(columns, known, needed)
    rows, ragged = [], []
    for number, cells in lines[1:]:
        if len(cells) > len(columns):
            ragged.append(number)
        else:
            rows.append((number, cells + [""] * (len(columns) - len(cells))))
    if not rows and not ragged:
        raise Invalid("empty_file", _("There is no row below the columns' names."))
    if len(rows) + len(ragged) > MAX_ROWS:
        words = _("More than %(most)s rows: cut the file in parts.")
        raise Invalid("too_many_rows", words % {"most": MAX_ROWS})
    return Sheet(columns, rows, ragged)


def _is_by_semicolons(text: str) -> bool:
    head = text.lstrip("\r\n").partition("\n")[0]
    return head.count(";") > head.count(",")


def _lines(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Return the rows with something in them, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        found = [(number, cells) for number, cells in enumerate(reader, 1)]
    except csv.Error:
        raise Invalid("bad_csv", _("This is no table in CSV.")) from None
    return [(number, cells) for number, cells in found if any(map(str.strip, cells))]


def _require_columns(
    columns: Sequence[str], known: Collection[str], needed: Iterable[str]
) -> None:
    for name in columns:
        if name not in known:
            words = _("Unknown column “%(name)s”. Known: %(known)s.")
            named = {"name": name[:40], "known": ", ".join(known)}
            raise Invalid("unknown_column", words % named)
    if len(set(columns)) < len(columns):
        raise Invalid("double_column", _("A column is there twice."))
    if missing := [name for name in needed if name not in columns]:
        words = _("Missing columns: %(names)s.")
        raise Invalid("missing_column", words % {"names": ", ".join(missing)})


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet could run a cell."""
    return bool(_FORMULA.match(cell)) and not cell.startswith("'")


def plain(cell: str) -> str:
    """Take away the apostrophes that :func:`safe` has put into a cell."""
    first = cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
    return _KEPT_INSIDE.sub(r"\1", first)


def safe(cell: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could run."""
    inside = _INSIDE.sub(r"\1'", cell)
    return f"'{inside}" if _FORMULA.match(cell) else inside


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table: UTF-8 with a mark, so that spreadsheets read its letters."""
    table = Dataset(*([safe(cell) for cell in row] for row in rows), headers=columns)
    text: str = table.export("csv")
    return text.encode("utf-8-sig")
