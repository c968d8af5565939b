"""What the log and the files of an incident show, and how far they were read."""

from typing import Any

from agencies.policy import Actor, Permission
from agencies.views.files import hang
from agencies.views.logs import log_of, signed
from agencies.views.records import person
from incidents.file_forms import AttachForm
from incidents.models import Attachment, Incident, LogEntry, LogRead


def log_parts(both: list[Incident], actor: Actor) -> dict[str, Any]:
    """Return the lines of an incident and of its tear line, each with its ``files``."""
    files = file_parts(both, actor)
    parts = log_of(both, LogEntry, LogRead, actor)
    hang([made for made, _who in files["files"]], parts["log"])
    return {**parts, **files}


def file_parts(both: list[Incident], actor: Actor) -> dict[str, Any]:
    """Return the files of an incident and of its tear line, and the form for more."""
    made = signed(Attachment, both, actor)
    return {
        "files": [(one, person(one.who)) for one in made],
        "attach_form": AttachForm(is_owner=actor.owns(both[0])),
        "can_attach": actor.may(Permission.INCIDENT_REPORT),
    }
