"""``/livez`` and ``/readyz``, for anybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from live import pokes, sequencer
from live.models import Dispatch


def test_livez_touches_nothing() -> None:
    """It answers without a database: this test has none."""
    answer = Browser().get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready() -> None:
    sequencer.alive()
    answer = Browser().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"


@pytest.mark.django_db
def test_without_a_sequencer() -> None:
    for _state in ("never there", "gone"):
        answer = Browser().get("/readyz")
        assert answer.status_code == 503
        checks = answer.json()["checks"]
        assert [name for name in checks if not checks[name]] == ["sequencer"]
        old = timezone.now() - timedelta(seconds=30)
        Dispatch.objects.update_or_create(pk=1, defaults={"alive_at": old})


@pytest.mark.django_db
def test_without_redis(settings: Any) -> None:
    sequencer.alive()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    pokes.client.cache_clear()
    answer = Browser().get("/readyz")
    pokes.client.cache_clear()
    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"] is False


def test_only_to_be_read() -> None:
    assert Browser().post("/livez").status_code == 405
