"""``docs/leaks.md`` lists every vector, and each test that it names exists."""

import re

import pytest

from tests.test_conventions import ROOT

PAGE = (ROOT / "docs/leaks.md").read_text()
ROWS = dict(re.findall(r"^\| (L\d+) \|[^|]+\| (.+) \|$", PAGE, re.MULTILINE))
VECTORS = [f"L{n}" for n in range(1, 48)]


def test_every_vector_is_listed() -> None:
    assert list(ROWS) == VECTORS


@pytest.mark.parametrize("vector", VECTORS)
def test_what_holds_a_vector_exists(vector: str) -> None:
    """A test by file and name; also where the vector does not apply yet."""
    held = ROWS[vector]
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", held)
    assert named, "name the test, or why there is none and what will tell"
    for path, name in named:
        text = (ROOT / path).read_text()
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), (path, name)
    own = f"test_l{int(vector[1:]):02d}_"
    is_by_name = any(f"{name}_".find(own[4:]) > 0 for _path, name in named)
    # Whole harnesses hold these, under names of their own.
    assert is_by_name or vector == "L41", f"name one {own}…"


def test_every_test_of_a_vector_is_listed() -> None:
    """What is named after a vector stands in that vector's line."""
    for path in sorted((ROOT / "tests/leaks").glob("test_vectors_*.py")):
        for name in re.findall(r"^def (test_l\d\d_\w+)\(", path.read_text(), re.M):
            for number in re.findall(r"l(\d\d)_", name):
                assert name in ROWS[f"L{int(number)}"], (path.name, name)
