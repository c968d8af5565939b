"""What the log and the files of an incident show, and how far they were read."""

from typing import Any

from agencies.policy import Actor, Permission
from agencies.views.logs import log_of, signed
from agencies.views.records import person
from incidents.file_forms import AttachForm
from incidents.models import Attachment, Incident, LogEntry, LogRead


def log_parts(both: list[Incident], actor: Actor) -> dict[str, Any]:
    """Return the lines of an incident and of its tear line, each with its ``files``."""
    files = file_parts(both, actor)
    by_line: dict[Any, list[Any]] = {}
    for made, _who in files["files"]:
        by_line.setdefault(made.entry_id, []).append(made)
    parts = log_of(both, LogEntry, LogRead, actor)
    for line, _who in parts["log"]:
        line.files = by_line.get(line.pk, [])
    return {**parts, **files}


def file_parts(both: list[Incident], actor: Actor) -> dict[str, Any]:
    """Return the files of an incident and of its tear line, and the form for more."""
    made = signed(Attachment, both, actor)
    return {
        "files": [(one, person(one.who)) for one in made],
        "attach_form": AttachForm(),
        "can_attach": actor.may(Permission.INCIDENT_REPORT),
    }
