"""The test database, the small world, and ways to act in it.

The database is made as its owner and used as the application's role, so that
row-level security is on in every test.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from xdist.scheduler import LoadFileScheduling

from tests.database import SMALL_WORLD, copied, copy, drop, lead_to, using
from tests.stack import stack  # noqa: F401 - a fixture
from tests.webhooks import receiver  # noqa: F401 - a fixture
from tests.world import QUICK_HASHERS, World, standing

# No test looks at the clock: a machine that does much else is slow at times.
hypothesis.settings.register_profile("karaul", deadline=None)
hypothesis.settings.load_profile("karaul")
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
settings.PASSWORD_HASHERS = QUICK_HASHERS
LONGEST = (
    "tests/browser/test_every_page.py",
    "tests/browser/test_busy.py",
    "tests/browser/test_console.py",
    "tests/browser/test_night.py",
    "tests/faults/",
    "tests/leaks/test_oracle.py",
    "tests/leaks/test_worlds.py",
    "tests/leaks/test_crawl.py",
    "tests/demo/",
    "tests/api/",
    "tests/leaks/",
)
BROWSER = "tests/browser/"
# What its files share takes long to make: one worker takes them all.
TOGETHER = "tests/demo/"
RUN = "test_{}_{}".format(
    os.environ.get("KARAUL_TEST_DB", "main"),
    os.environ.get("PYTEST_XDIST_WORKER", "solo"),
)
settings.MEDIA_FOLDER = settings.BASE_DIR / "var" / "test-files" / RUN
# Every test client would look through all static files first.
settings.WHITENOISE_AUTOREFRESH = True
# Pages are tested from the sources, without collecting and hashing files first.
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Copy the small world, connect to it as the application."""
    with django_db_blocker.unblock():
        copy(SMALL_WORLD, RUN)
        lead_to(RUN)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    drop(RUN)


def pytest_unconfigure() -> None:
    """Leave no files."""
    shutil.rmtree(settings.MEDIA_FOLDER, ignore_errors=True)


@pytest.fixture
def world(db: None) -> World:
    """Two sharing agencies, a late joiner and an outsider; see ``tests.world``."""
    return standing()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The small world in a database of its own, committed: for several connections."""
    with copied("committed", django_db_blocker) as name, using(name):
        yield standing()


class Files(LoadFileScheduling):
    """Gives each worker a file at a time."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER):
            return TOGETHER
        return str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Files | None:
    """Deal out by files, where nothing else is asked for."""
    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that nobody waits for it at the end.

    Workers take file by file (``--dist loadfile``): what a file starts, it starts once.
    Those with a browser are spread among the others: four at once are slower than one
    after the other.
    """
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)

    def rank(file: str) -> int:
        found = (n for n, part in enumerate(LONGEST) if file.startswith(part))
        return next(found, len(LONGEST))

    places: dict[str, float] = {}
    for is_browser in (True, False):
        group = [file for file in files if file.startswith(BROWSER) is is_browser]
        group.sort(key=rank)
        places |= {file: (n + 0.5) / len(group) for n, file in enumerate(group)}
    items[:] = [
        item for file in sorted(places, key=places.__getitem__) for item in files[file]
    ]
