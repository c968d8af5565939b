"""The log on the page of a patrol."""

from typing import Any

from agencies.policy import Actor, Permission
from agencies.views.files import hang
from agencies.views.logs import log_of, signed
from patrols.forms.log import LogForm
from patrols.models import Patrol, PatrolAttachment, PatrolLogEntry, PatrolLogRead


def log_parts(row: Patrol, actor: Actor) -> dict[str, Any]:
    """Return what the part "log" of a patrol's page shows, each line with its files.

    To the owner also what readers of its tear line wrote.
    """
    tear_line = row.tear_line_for(actor)
    both = [row, tear_line] if tear_line else [row]
    parts = log_of(both, PatrolLogEntry, PatrolLogRead, actor)
    hang(signed(PatrolAttachment, both, actor), parts["log"])
    return {
        **parts,
        "can_log": actor.may(Permission.PATROL_LOG),
        "log_form": LogForm(),
    }
