"""The tables of this application, by noun."""

from incidents.models.attachments import Attachment, CustodyLine
from incidents.models.escalation import (
    Escalation,
    EscalationEnd,
    EscalationProgress,
    EscalationQuerySet,
    EscalationRule,
    MailState,
    Notice,
)
from incidents.models.incidents import (
    OPEN_STATES,
    Category,
    CloseReason,
    Incident,
    IncidentQuerySet,
    IncidentState,
    Severity,
    severity_rank,
)
from incidents.models.life import REOPENED_FROM, STEPS, Confirmation, Transition
from incidents.models.log import Acknowledgement, LogEntry, LogRead
from incidents.models.responses import (
    NEXT_STATES,
    REACHED_AT,
    RESPONSE_OVER,
    UNITS,
    Response,
    ResponseState,
)
from incidents.models.sightings import Sighting
from incidents.models.sitreps import (
    Sitrep,
    SitrepPaper,
    SitrepScope,
    SitrepState,
    SitrepStep,
)
from incidents.models.standing import StandingRelease
from incidents.models.tasks import Task, TaskState
from incidents.models.types import (
    IncidentType,
    IncidentTypeVersion,
    TypeForm,
    whole_form,
)
from incidents.models.watch import (
    OVERLAP,
    SHORTEST,
    Duty,
    DutyHandOver,
    DutyQuerySet,
    HandOverItem,
    HandOverState,
    ItemKind,
    Reachability,
)

__all__ = [
    "NEXT_STATES",
    "OPEN_STATES",
    "OVERLAP",
    "REACHED_AT",
    "REOPENED_FROM",
    "RESPONSE_OVER",
    "SHORTEST",
    "STEPS",
    "UNITS",
    "Acknowledgement",
    "Attachment",
    "Category",
    "CloseReason",
    "Confirmation",
    "CustodyLine",
    "Duty",
    "DutyHandOver",
    "DutyQuerySet",
    "Escalation",
    "EscalationEnd",
    "EscalationProgress",
    "EscalationQuerySet",
    "EscalationRule",
    "HandOverItem",
    "HandOverState",
    "Incident",
    "IncidentQuerySet",
    "IncidentState",
    "IncidentType",
    "IncidentTypeVersion",
    "ItemKind",
    "LogEntry",
    "LogRead",
    "MailState",
    "Notice",
    "Reachability",
    "Response",
    "ResponseState",
    "Severity",
    "Sighting",
    "Sitrep",
    "SitrepPaper",
    "SitrepScope",
    "SitrepState",
    "SitrepStep",
    "StandingRelease",
    "Task",
    "TaskState",
    "Transition",
    "TypeForm",
    "severity_rank",
    "whole_form",
]
