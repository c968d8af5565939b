"""A situation report on paper: HTML and its own style sheet, printed by WeasyPrint.

Nothing is fetched, neither from the network nor from the disk: what is printed is in
the text that is given, and letters come from the fonts of the system.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

from incidents.models import Sitrep
from incidents.sitrep_words import shown

STYLE = Path(settings.BASE_DIR) / "static" / "css" / "sitrep-print.css"


class Nothing(URLFetcher):
    """Fetches nothing, and stops whatever asks: a record's text could name a file."""

    def __init__(self) -> None:
        """Let no error pass."""
        super().__init__(fail_on_errors=True)  # type: ignore[no-untyped-call]

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Refuse."""
        raise ValueError(url[:80])


def printed(
    sitrep: Sitrep, content: dict[str, Any], *, code: str, at: datetime
) -> bytes:
    """Return a report as PDF; ``code`` proves it, and stands on each page."""
    context = {"sitrep": sitrep, "said": shown(content), "code": code, "made_at": at}
    text = render_to_string("incidents/sitrep_print.html", context)
    page = HTML(string=text, url_fetcher=Nothing())
    pdf: bytes = page.write_pdf(stylesheets=[_style()])
    return pdf


@cache
def _style() -> CSS:
    return CSS(string=STYLE.read_text(), url_fetcher=Nothing())
