"""Opaque places in the feed.

A cursor is one AES block over a fixed tag and the event's ``seq``: it is the same
for everybody, tells nothing about how many events lie between two of them, and
cannot be made up.
"""

import base64
import binascii
import hashlib
from functools import cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid

_TAG = b"karaul:1"


@cache
def _cipher() -> Cipher[modes.ECB]:
    key = hashlib.sha256(b"cursor" + settings.SECRET_KEY.encode()).digest()
    # One block, never a stream: ECB is the plain block permutation wanted here.
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305


def encode(seq: int) -> str:
    """Return the cursor of a ``seq``: 22 characters, safe in a URL."""
    encryptor = _cipher().encryptor()
    block = encryptor.update(_TAG + seq.to_bytes(8, "big")) + encryptor.finalize()
    return base64.urlsafe_b64encode(block).rstrip(b"=").decode()


def decode(cursor: str) -> int:
    """Return the ``seq`` of a cursor; an empty one is the beginning."""
    if not cursor:
        return 0
    try:
        block = base64.b64decode(cursor + "==", altchars=b"-_", validate=True)
        decryptor = _cipher().decryptor()
        plain = decryptor.update(block) + decryptor.finalize()
    except (binascii.Error, ValueError):
        plain = b""
    if len(plain) != 16 or not plain.startswith(_TAG):
        raise Invalid("bad_cursor", _("Not a cursor of this feed."))
    return int.from_bytes(plain[8:], "big")
