"""Tables to take along, as files in CSV: one form for all of them."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from agencies.imports.sheets import written


def table(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> HttpResponse:
    """Answer rows as a file of a name, safe for spreadsheets."""
    return table_file(name, written(columns, rows))


def table_file(name: str, content: bytes) -> HttpResponse:
    """Answer a table that is written already."""
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
