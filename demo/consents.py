"""Consent of every side: what was asked and answered, and what is open today."""

from __future__ import annotations

from datetime import datetime, timedelta

from agencies.context import acting, system
from agencies.policy import Actor, Permission
from demo.directory import Directory
from demo.history import History
from live.kinds import Kind
from patrols import actions, consent_rules
from patrols.models import Consent, ConsentState, Patrol, PatrolState

SHOWN = "KG-BS"
_REFUSED = "Our vehicles are at the pass for the inspection that day"
_COUNTERED = "The crew comes off a night patrol; two hours later it has rested"


class Asking:
    """Proposes the patrols of the past weeks and of the next days."""

    def __init__(self, directory: Directory, history: History) -> None:
        """Take what is known of the world."""
        self.directory, self.history = directory, history
        self.rng = directory.rng

    def ask(self, patrol: Patrol) -> datetime | None:
        """Propose a patrol and let the others answer; return when all had accepted.

        It stays a draft, or proposed, where that lies ahead of today.
        """
        now, rng = self.directory.now, self.rng
        at = patrol.starts_at - timedelta(days=rng.uniform(10, 12))
        at = max(at, patrol.created_at + timedelta(minutes=20))
        if at > now:
            return None
        until = consent_rules.deadline(
            starts_at=patrol.starts_at, ends_at=patrol.ends_at, now=at
        )
        self._step(patrol, PatrolState.PROPOSED, Kind.PATROL_PROPOSED, at)
        others = [code for code in patrol.participants if code != patrol.owner.code]
        answers = [
            self._answer(patrol, code, at, at + (until - at) * rng.uniform(0.1, 0.9))
            for code in others
        ]
        agreed_at = max(answers, default=at)
        if agreed_at > now:
            return None
        self._step(patrol, PatrolState.AGREED, Kind.PATROL_AGREED, agreed_at)
        return agreed_at

    def _answer(
        self, patrol: Patrol, code: str, asked_at: datetime, at: datetime
    ) -> datetime:
        """Ask an agency, which accepts at a moment, if that has come."""
        until = consent_rules.deadline(
            starts_at=patrol.starts_at, ends_at=patrol.ends_at, now=asked_at
        )
        row = Consent(
            patrol=patrol,
            agency=self.directory.agencies[code],
            asked_at=asked_at,
            deadline_at=until,
        )
        # It was released to those who take part, and to nobody else.
        audience = patrol.stored_audience
        if at <= self.directory.now:
            by = planner(self.directory, code, at)
            row.state, row.answered_at = ConsentState.ACCEPTED, at
            row.answered_by = by.label
            self.history.event(Kind.CONSENT_ACCEPTED, by=by, at=at, subject=patrol)
        self.history.child(row, audience)
        return at

    def _step(self, patrol: Patrol, state: str, kind: Kind, at: datetime) -> None:
        patrol.state = state
        patrol.version += 1
        patrol.updated_at = at
        by = planner(self.directory, patrol.owner.code, at)
        self.history.event(kind, by=by, at=at, subject=patrol)


def planner(directory: Directory, agency: str, at: datetime) -> Actor:
    """Return one of an agency's planners, or its system where it has none."""
    try:
        officer = directory.someone(agency, Permission.PATROL_PLAN)
    except LookupError:
        return directory.reader(agency, 0, at)
    return directory.actor(officer, at)


def disagree(directory: Directory) -> None:
    """Let an agency propose otherwise and another refuse, by the actions themselves."""
    with system("load demo"):
        rows = Consent.objects.waiting().select_related("patrol__owner", "agency")
        # A system accepts for an agency without planners; it does not argue.
        able = [
            consent
            for consent in rows.order_by("deadline_at")
            if planner(directory, consent.agency.code, directory.now).may(
                Permission.PATROL_PLAN
            )
        ]
        # The last ones, best of the agency whose officers most people log in as.
        able.sort(key=lambda one: one.patrol.owner.code == SHOWN)
        chosen = {consent.patrol_id: consent for consent in able}
        countered, refused = list(chosen.values())[-2:]
    by = planner(directory, countered.agency.code, directory.now)
    with acting(by):
        later = countered.patrol.starts_at + timedelta(hours=2)
        end = countered.patrol.ends_at + timedelta(hours=2)
        actions.counter(
            patrol=countered.patrol,
            starts_at=later,
            ends_at=end,
            reason=_COUNTERED,
            by=by,
        )
    by = planner(directory, refused.agency.code, directory.now)
    with acting(by):
        actions.refuse(patrol=refused.patrol, reason=_REFUSED, by=by)
