"""Whose cookie counts at the handshake."""

import pytest
from django.conf import settings
from django.test import override_settings

from live.readers import Credential, ForeignOrigin, credential, is_our_origin

COOKIE = f"{settings.SESSION_COOKIE_NAME}=abc; other=1"


@pytest.mark.parametrize(
    ("origin", "host", "is_ours"),
    [
        ("https://karaul.example", "anything", True),
        ("https://localhost:8000", "localhost:8000", True),
        ("https://LOCALHOST:8000", "localhost:8000", True),
        ("http://localhost:8000", "localhost:8000", False),
        ("https://localhost:8001", "localhost:8000", False),
        ("https://evil.example", "localhost:8000", False),
        ("https://evil.example", "evil.example", False),
        ("https://localhost:8000.evil.example", "localhost:8000", False),
        ("https://localhost:8000/path", "localhost:8000/path", False),
        ("null", "localhost:8000", False),
        ("", "", False),
        ("file://", "", False),
        ("https://", "", False),
    ],
)
@override_settings(
    PUBLIC_URL="https://karaul.example", IS_HTTPS=True, ALLOWED_HOSTS=["localhost"]
)
def test_origin(origin: str, host: str, is_ours: bool) -> None:
    assert is_our_origin(origin, host) is is_ours


def test_cookie_needs_our_origin() -> None:
    for origin in ("https://evil.example", "null", ""):
        with pytest.raises(ForeignOrigin):
            credential({"cookie": COOKIE, "origin": origin, "host": "localhost"})
    with pytest.raises(ForeignOrigin):
        credential({"cookie": COOKIE, "host": "localhost"})
    shown = credential({"cookie": COOKIE, "origin": settings.PUBLIC_URL})
    assert shown == Credential(is_session=True, secret="abc")


def test_bearer_needs_none_and_beats_the_cookie() -> None:
    shown = credential({"authorization": "bearer  t ", "cookie": COOKIE})
    assert shown == Credential(is_session=False, secret="t")


def test_nothing_shown() -> None:
    assert credential({}) is None
    assert credential({"cookie": "other=1"}) is None
    with pytest.raises(ForeignOrigin):
        credential({"origin": "https://evil.example", "host": "localhost"})


def test_secrets_stay_out_of_logs() -> None:
    assert "abc" not in repr(Credential(is_session=True, secret="abc"))
