"""Leak vectors held by reading the sources (``docs/leaks.md``).

Some are not there yet: the day they come, these fail and ask for a test.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

from tests.test_conventions import APPS, ROOT


def sources() -> Iterator[tuple[Path, str]]:
    """Yield the application's own modules."""
    for app in [*APPS, "config"]:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path, path.read_text()


def naming(pattern: str) -> set[str]:
    """Return which modules name something."""
    return {path.name for path, text in sources() if re.search(pattern, text)}


def test_l18_mail_is_sent_from_one_place() -> None:
    """And it names nothing of a record, see ``tests/incidents/test_escalation.py``."""
    assert naming(r"send_(mass_)?mail\b|EmailM|mail_admins|webpush") == {"tasks.py"}
    text = (ROOT / "incidents/tasks.py").read_text()
    sent = text[text.index("def _send(address: str)") :].partition("\n\n\n")[0]
    assert not re.findall(r"incident|notice|officer", sent)


def test_l21_files_are_given_out_in_one_place() -> None:
    """No field leads to a file by itself, no address serves a folder."""
    kinds = (models.FileField, models.FilePathField)
    found = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, kinds)
    ]
    assert not found
    served = r"FileResponse|X-Accel-Redirect|StreamingHttpResponse|static\.serve"
    assert naming(served) == {"serving.py"}
    folder = Path(settings.MEDIA_FOLDER).resolve()
    public = Path(settings.STATIC_ROOT).resolve()
    assert not folder.is_relative_to(public)
    assert not public.is_relative_to(folder)
    assert not settings.MEDIA_URL.strip("/")


def test_l22_there_are_no_archives_yet() -> None:
    """``work.py`` looks whether a file is also a zip, and writes none."""
    assert naming(r"zipfile|tarfile|make_archive") == {"work.py"}
    assert "ZipFile(" not in (ROOT / "agencies/files/work.py").read_text()


def test_l44_nothing_is_kept_in_the_browser() -> None:
    """Settings of the screen only; no worker and no store that outlives a log-out."""
    scripts = [p for p in (ROOT / "static/js").rglob("*.js") if "vendor" not in p.parts]
    texts = "\n".join(path.read_text() for path in scripts)
    assert not re.findall(r"serviceWorker|indexedDB|caches\.open", texts)
    # ``store`` of ``storage.js``, or without it.
    callers = "\n".join(p.read_text() for p in scripts if p.name != "storage.js")
    kept = re.findall(r"(?:Storage\.setItem|\bstore)\(([\w.\"]+)", callers)
    # Beside them an officer's own names for filters, and an opaque place in the feed.
    assert set(kept) <= {"KEY", "OFF", "RELOADED", "VIEWS", "LEFT_AT"}


def test_l46_no_search_engine_beside_the_database() -> None:
    assert not naming(r"elasticsearch|opensearch|whoosh|meilisearch|haystack")


def test_l26_no_answer_goes_to_a_group() -> None:
    assert not naming(r"group_send|group_add|get_channel_layer")
    assert not hasattr(settings, "CHANNEL_LAYERS")


def test_l39_no_cache_in_between() -> None:
    assert not naming(r"cache_page|UpdateCacheMiddleware|FetchFromCacheMiddleware")
    assert not [name for name in settings.MIDDLEWARE if "cache" in name.lower()]
