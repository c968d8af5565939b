"""Secrets that must be used again, and so are sealed instead of hashed.

Fernet (AES-128-CBC and HMAC-SHA256) under a key derived from ``SECRET_KEY``; the
fall-back keys still open what was sealed before a change of it.
"""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _keys() -> MultiFernet:
    given = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"seal" + key.encode()).digest() for key in given]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in digests])


def seal(secret: str) -> str:
    """Return a secret as it may be stored."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return a secret that was sealed; ``InvalidToken`` if under another key."""
    return _keys().decrypt(sealed.encode()).decode()
