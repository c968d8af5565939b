"""The demonstration, loaded once for all tests that only read it."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from agencies.context import system
from tests.database import EMPTY, copied, using


@dataclass
class Loaded:
    """How the load went, and where it wrote how to get in."""

    database: str
    seconds: float
    cpu_seconds: float
    output: str
    file: Path

    def load_again(self, file: Path | None = None) -> str:
        """Run the command once more, in the database in use; return what it says."""
        output = io.StringIO()
        call_command("load_demo", file=file or self.file, stdout=output)
        return output.getvalue()


@pytest.fixture(scope="session")
def loaded(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Loaded]:
    """Load it into a database of its own, which no test changes."""
    file = tmp_path_factory.mktemp("demo") / "demo.json"
    with copied("demo", django_db_blocker, of=EMPTY) as name:
        output, start, cpu_start = io.StringIO(), time.monotonic(), time.process_time()
        with using(name):
            call_command("load_demo", file=file, stdout=output)
        took, cpu = time.monotonic() - start, time.process_time() - cpu_start
        yield Loaded(name, took, cpu, output.getvalue(), file)


@pytest.fixture
def everything(loaded: Loaded, django_db_blocker: Any) -> Iterator[Loaded]:
    """See all rows; what a test writes is rolled back."""
    with (
        django_db_blocker.unblock(),
        using(loaded.database),
        transaction.atomic(),
        system("test"),
    ):
        yield loaded
        transaction.set_rollback(True)
