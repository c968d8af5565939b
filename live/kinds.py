"""The kinds of event, each described in ``docs/events.md``."""

from enum import StrEnum


class Kind(StrEnum):
    """``noun.past``; the noun is the subject's type."""

    OFFICER_CREATED = "officer.created"
    OFFICER_CHANGED = "officer.changed"
    AGREEMENT_CREATED = "agreement.created"
    AGREEMENT_JOINED = "agreement.joined"
    AGREEMENT_LEFT = "agreement.left"
    POST_CREATED = "post.created"
    POST_CHANGED = "post.changed"
    ZONE_CREATED = "zone.created"
    ZONE_CHANGED = "zone.changed"
    ROUTE_CREATED = "route.created"
    ROUTE_CHANGED = "route.changed"
    CHECKPOINT_CREATED = "checkpoint.created"
    CHECKPOINT_CHANGED = "checkpoint.changed"
    PROGRAMME_CREATED = "programme.created"
    PROGRAMME_CHANGED = "programme.changed"
    PATROL_PLANNED = "patrol.planned"
    PATROL_CHANGED = "patrol.changed"
    PATROL_AGREED = "patrol.agreed"
    PATROL_STARTED = "patrol.started"
    PATROL_MOVED = "patrol.moved"
    PATROL_COMPLETED = "patrol.completed"
    PATROL_CANCELLED = "patrol.cancelled"
    INCIDENT_REPORTED = "incident.reported"
    INCIDENT_CHANGED = "incident.changed"
    INCIDENT_ACKNOWLEDGED = "incident.acknowledged"
    INCIDENT_LOGGED = "incident.logged"
    RESPONSE_ASSIGNED = "incident.response_assigned"
    RESPONSE_CHANGED = "incident.response_changed"
    INCIDENT_RESOLVED = "incident.resolved"
    INCIDENT_CLOSED = "incident.closed"
    REPORT_CREATED = "report.created"
    REPORT_CHANGED = "report.changed"
    # For every type of record that can be released.
    RELEASED = "released"
    RELEASE_ENDED = "release_ended"
    WITHDRAWN = "withdrawn"
    TEAR_LINE_WRITTEN = "tear_line_written"

    @staticmethod
    def of(subject_type: str, kind: "Kind") -> str:
        """Return the full kind of a release event, such as ``incident.released``."""
        return f"{subject_type}.{kind.value}"
