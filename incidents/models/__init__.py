"""The tables of this application, by noun."""

from incidents.models.incidents import (
    OPEN_STATES,
    Category,
    CloseReason,
    Incident,
    IncidentQuerySet,
    IncidentState,
    Severity,
)
from incidents.models.log import Acknowledgement, LogEntry
from incidents.models.responses import (
    NEXT_STATES,
    RESPONSE_OVER,
    Response,
    ResponseState,
)

__all__ = [
    "NEXT_STATES",
    "OPEN_STATES",
    "RESPONSE_OVER",
    "Acknowledgement",
    "Category",
    "CloseReason",
    "Incident",
    "IncidentQuerySet",
    "IncidentState",
    "LogEntry",
    "Response",
    "ResponseState",
    "Severity",
]
