"""What followed an incident: acknowledgements, responses, log, resolving, closing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from agencies.models import Officer
from agencies.policy import TLP, Actor, Audience, Permission
from agencies.sharing import shared_with
from demo import errands, logbook, readers
from demo.directory import Directory
from demo.history import History
from demo.patrols import Outings
from incidents.models import (
    Acknowledgement,
    CloseReason,
    Incident,
    IncidentState,
    LogEntry,
    Response,
    ResponseState,
    Transition,
)
from live.kinds import Kind

_REASONS = (
    [CloseReason.HANDLED] * 7
    + [CloseReason.HANDED_OVER] * 2
    + [CloseReason.NO_ACTION, CloseReason.FALSE_REPORT, CloseReason.NO_ACTION]
)
_ORDER = [
    IncidentState.REPORTED,
    IncidentState.RESPONDING,
    IncidentState.RESOLVED,
    IncidentState.CLOSED,
]
# When the states after "assigned" were reached.
_REACHED = ["en_route_at", "on_scene_at", "ended_at"]


class Handling:
    """Follows incidents up to the state they are in today."""

    def __init__(
        self, directory: Directory, history: History, outings: Outings
    ) -> None:
        """Take what is known of the world."""
        self.directory, self.history, self.outings = directory, history, outings
        self.rng = directory.rng

    def follow(self, incident: Incident, neighbour: str, state: IncidentState) -> None:
        """Play an incident from its report to ``state``."""
        steps = self._moments(incident.created_at, state)
        self._acknowledge(incident, neighbour, steps[0])
        readers.open_by_chance(self, incident, steps[0])
        reached = _ORDER.index(state)
        if reached >= 1:
            self._confirm(incident, steps[1])
            self._respond(incident, neighbour, steps, is_over=reached >= 2)
        if reached >= 2:
            self._resolve(incident, steps[4])
        if reached >= 3:
            self._close(incident, steps[5])

    def _moments(self, start: datetime, state: IncidentState) -> list[datetime]:
        """Return when each step was taken: all of them before now.

        Acknowledged, assigned, en route, on scene, resolved, closed.
        """
        rng = self.rng
        gaps = [
            rng.uniform(2, 35),
            rng.uniform(2, 25),
            rng.uniform(4, 20),
            rng.uniform(15, 110),
            rng.uniform(30, 480),
            rng.uniform(60, 2200),
        ]
        count = {IncidentState.CLOSED: 6, IncidentState.RESOLVED: 5}.get(state, 4)
        age = (self.directory.now - start).total_seconds() / 60
        squeeze = min(1.0, 0.95 * age / sum(gaps[:count]))
        moments, at = [], start
        for gap in gaps:
            at += timedelta(minutes=gap * squeeze)
            moments.append(at)
        return moments

    def _owner(self, incident: Incident, at: datetime) -> Actor:
        """Return who handles it at home: for TLP:RED only the author may."""
        officer = incident.author
        if incident.tlp != TLP.RED or officer is None:
            officer = self.directory.someone(
                incident.owner.code, Permission.INCIDENT_HANDLE, incident.level
            )
        return self.directory.actor(officer, at)

    def readers(self, incident: Incident, at: datetime) -> list[str]:
        """Return the other agencies that see the incident at a moment."""
        opened = incident.stored_audience
        return [
            code
            for code in self.directory.agencies
            if code not in (incident.owner.code, "XX-OBS")
            and opened.share_of(self.directory.reader(code, incident.level, at)).keys
        ]

    def somebody(self, agency: str, incident: Incident, at: datetime) -> Actor | None:
        """Return an officer of a partner who may see and handle the incident."""
        try:
            officer = self.directory.someone(
                agency, Permission.INCIDENT_HANDLE, incident.level
            )
        except LookupError:
            return None
        return self.directory.actor(officer, at)

    def _acknowledge(self, incident: Incident, neighbour: str, at: datetime) -> None:
        for code in self.readers(incident, at):
            likely = 0.8 if code.startswith(neighbour) else 0.25
            by = self.somebody(code, incident, at)
            if by is None or self.rng.random() > likely:
                continue
            row = Acknowledgement(
                incident=incident,
                agency=self.directory.agencies[code],
                by=by.label,
                at=at,
            )
            opened = shared_with(incident, by)
            self.history.child(row, opened)
            readers.open_before(self, incident, by, at)
            self.event(Kind.INCIDENT_ACKNOWLEDGED, incident, by, at, opened)

    def _confirm(self, incident: Incident, before: datetime) -> None:
        """Let a second party confirm what the type wants confirmed, before it goes on.

        What is kept to its author, its author confirms.
        """
        if incident.type is None or not incident.type.needs_confirmation:
            return
        officer = second_party(self.directory, incident)
        if incident.tlp == TLP.RED:
            officer = incident.author
        if officer is None:
            raise LookupError(f"{incident.ref}: nobody can confirm it")
        at = incident.created_at + (before - incident.created_at) * 0.9
        by = self.directory.actor(officer, at)
        values = {"state": IncidentState.CONFIRMED}
        self._move(Kind.INCIDENT_CONFIRMED, incident, by, at, **values)

    def _respond(
        self,
        incident: Incident,
        neighbour: str,
        steps: list[datetime],
        *,
        is_over: bool,
    ) -> None:
        """Assign the owner, and sometimes the neighbour too; then let them go."""
        by = self._owner(incident, steps[1])
        responders = [incident.owner.code]
        able = [c for c in self.readers(incident, steps[1]) if c.startswith(neighbour)]
        if able and self.rng.random() < 0.45:
            responders.append(self.rng.choice(able))
        for code in responders:
            self._response(incident, code, by, steps, is_over=is_over)
        errands.set_some(self, incident, by, responders, steps, is_over=is_over)
        responding = {"state": IncidentState.RESPONDING}
        self._move(Kind.INCIDENT_CHANGED, incident, by, steps[1], **responding)
        self._log(incident, by, steps[3], logbook.ON_SCENE)
        if self.rng.random() < 0.5:
            middle = steps[3] + (steps[4] - steps[3]) / 3
            if middle < self.directory.now:
                self._log(incident, by, middle, logbook.PROGRESS)

    def _response(
        self,
        incident: Incident,
        agency: str,
        by: Actor,
        steps: list[datetime],
        *,
        is_over: bool,
    ) -> None:
        reader = self.directory.reader(agency, incident.level, steps[1])
        opened = shared_with(incident, reader)
        states = [ResponseState.EN_ROUTE, ResponseState.ON_SCENE, ResponseState.DONE]
        moments = [steps[2], steps[3], steps[4] - timedelta(seconds=90)]
        count = 3 if is_over else self.rng.randint(0, 2)
        row = Response(
            incident=incident,
            agency=self.directory.agencies[agency],
            patrol=self.outings.near(
                agency, incident.place.x, incident.place.y, steps[1]
            ),
            state=states[count - 1] if count else ResponseState.ASSIGNED,
            task=self.rng.choice(logbook.TASKS),
            assigned_by=by.label,
            assigned_at=steps[1],
            changed_at=moments[count - 1] if count else steps[1],
            **dict(zip(_REACHED[:count], moments, strict=False)),
        )
        self.history.child(row, opened)
        detail = {"agency": agency}
        self.event(Kind.RESPONSE_ASSIGNED, incident, by, steps[1], opened, detail)
        doer = by
        if agency != incident.owner.code:
            doer = self.somebody(agency, incident, steps[1]) or by
        for state, at in zip(states[:count], moments, strict=False):
            self.event(
                Kind.RESPONSE_CHANGED, incident, doer, at, opened, {"state": str(state)}
            )

    def _log(
        self, incident: Incident, by: Actor, at: datetime, texts: list[str]
    ) -> None:
        """Add a line for all readers, or for the owner's own staff."""
        sharing, opened = LogEntry.Sharing.ALL, incident.stored_audience
        if self.rng.random() < 0.15:
            texts, sharing = logbook.OWN, LogEntry.Sharing.OWN
            opened = shared_with(incident, by)
        row = LogEntry(
            incident=incident,
            agency=self.directory.agencies[by.agency or ""],
            by=by.label,
            at=at,
            text=self.rng.choice(texts),
            sharing=sharing,
        )
        self.history.child(row, opened)
        self.event(Kind.INCIDENT_LOGGED, incident, by, at, opened)

    def _resolve(self, incident: Incident, at: datetime) -> None:
        by = self._owner(incident, at)
        self._log(incident, by, at - timedelta(seconds=30), logbook.RESOLVED)
        values = {"state": IncidentState.RESOLVED, "resolved_at": at}
        self._move(Kind.INCIDENT_RESOLVED, incident, by, at, **values)

    def _close(self, incident: Incident, at: datetime) -> None:
        by, reason = self._owner(incident, at), self.rng.choice(_REASONS)
        values = {
            "state": IncidentState.CLOSED,
            "closed_at": at,
            "close_reason": reason,
        }
        self._move(Kind.INCIDENT_CLOSED, incident, by, at, **values)

    def _move(
        self, kind: Kind, incident: Incident, by: Actor, at: datetime, **values: Any
    ) -> None:
        """Change an incident's state, and its tear line's with it."""
        for row in (incident, self.history.tear_lines.get(incident.pk)):
            if not isinstance(row, Incident):
                continue
            came_from = row.state
            for name, value in values.items():
                setattr(row, name, value)
            if row is incident:
                self._step(incident, by, at, came_from)
            row.version += 1
            row.updated_at = at
            reason = values.get("close_reason") if row is incident else None
            detail = {"reason": str(reason)} if reason else None
            self.history.event(kind, by=by, at=at, subject=row, detail=detail)

    def _step(
        self, incident: Incident, by: Actor, at: datetime, came_from: str
    ) -> None:
        """Keep a step, as ``incidents.actions.steps.move`` does."""
        row = Transition(
            incident=incident,
            agency=self.directory.agencies[by.agency or ""],
            by=by.label,
            at=at,
            from_state=came_from,
            to_state=incident.state,
            close_reason=incident.close_reason,
        )
        self.history.child(row, incident.stored_audience)

    def event(
        self,
        kind: Kind,
        incident: Incident,
        by: Actor,
        at: datetime,
        opened: Audience | None = None,
        detail: dict[str, str] | None = None,
    ) -> None:
        self.history.event(
            kind, by=by, at=at, subject=incident, audience=opened, detail=detail
        )


def second_party(directory: Directory, incident: Incident) -> Officer | None:
    """Return an officer of the owner who did not report it and may confirm it."""
    if incident.author is None:
        return None
    return directory.colleague(
        incident.author, Permission.INCIDENT_HANDLE, incident.level
    )
