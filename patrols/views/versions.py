"""Two people at one form: the second is told, and overwrites nothing."""

from django.utils.translation import gettext as _

from agencies.errors import Stale
from agencies.policy import Actor
from agencies.records import Owned


def require_unchanged(row: Owned, version: int | None, actor: Actor) -> None:
    """Lock a record; refuse to change it if somebody else did since it was shown."""
    now = type(row).objects.locked(actor, row.pk)
    if now.version != version:
        raise Stale(
            "stale",
            _("Somebody changed this in the meantime. Open it again, then edit."),
        )
