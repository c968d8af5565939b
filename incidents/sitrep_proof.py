"""Whether a situation report is genuine, for whoever may see that it was made."""

import hashlib
import re
from collections.abc import Iterable

from django.db.models import Q

from agencies.policy import Actor
from incidents.models import Sitrep, SitrepState

_HASH = re.compile(r"[0-9a-f]{64}")


def proved(given: str, actor: Actor) -> Sitrep | None:
    """Return the report that a code, or the SHA-256 of its file, belongs to.

    One that the actor may not see is as good as none.
    """
    text = "".join(given.split())
    rows = Sitrep.objects.visible_to(actor).filter(state=SitrepState.READY)
    if _HASH.fullmatch(text.lower()):
        is_it = Q(pdf_hash=text.lower())
    else:
        is_it = Q(code=_code(text))
    found = rows.filter(is_it).select_related("agency", "author")
    return found.order_by("-made_at", "pk").first()


def hash_of_file(chunks: Iterable[bytes]) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def _code(text: str) -> str:
    """Return a code as it is printed, however it was typed; nothing for no code."""
    plain = re.sub(r"[^A-Z2-7]", "", text.upper())
    if len(plain) != 16:
        return "-"
    return "-".join(plain[n : n + 4] for n in range(0, 16, 4))
