"""Every kind of event is described."""

import re
from pathlib import Path

from live.kinds import Kind

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_page_and_the_kinds_agree() -> None:
    described = re.findall(r"^\| `([a-z_.]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(described) == sorted(kind.value for kind in Kind)
