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


@dataclass
class Loaded:
    """How the load went, and where it wrote how to get in."""

    seconds: float
    cpu_seconds: float
    output: str
    file: Path

    def load_again(self) -> str:
        """Run the command once more; return what it says."""
        output = io.StringIO()
        call_command("load_demo", file=self.file, stdout=output)
        return output.getvalue()


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Loaded]:
    """Load it in one transaction, which is rolled back at the end."""
    file = tmp_path_factory.mktemp("demo") / "demo.json"
    with django_db_blocker.unblock(), transaction.atomic():
        output, start, cpu_start = io.StringIO(), time.monotonic(), time.process_time()
        call_command("load_demo", file=file, stdout=output)
        took, cpu = time.monotonic() - start, time.process_time() - cpu_start
        yield Loaded(took, cpu, output.getvalue(), file)
        transaction.set_rollback(True)


@pytest.fixture
def everything(loaded: Loaded) -> Iterator[Loaded]:
    """See all rows; what a test writes is rolled back."""
    with transaction.atomic(), system("test"):
        yield loaded
        transaction.set_rollback(True)
