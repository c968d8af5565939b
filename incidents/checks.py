"""What the actions on incidents refuse alike."""

from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict
from incidents.models import (
    OPEN_STATES,
    Incident,
)


def require_open(row: Incident) -> None:
    """Refuse an incident that needs nobody any more."""
    if row.state not in OPEN_STATES:
        raise Conflict("not_open", _("The incident is no longer open."))


def require_whole(row: Incident) -> None:
    """Refuse the tear line: it follows the full record."""
    if row.is_tear_line:
        raise Conflict(
            "is_tear_line", _("Act on the full record; its tear line follows.")
        )
