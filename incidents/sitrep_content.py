"""The parts of a situation report: what its author sees of one day.

Every query starts from what the author may see.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from agencies.models import Agency, Officer, Party
from agencies.policy import Actor
from incidents.models import (
    OPEN_STATES,
    Incident,
    Response,
    Severity,
    Sitrep,
    SitrepScope,
    Transition,
)
from incidents.printing import date_time_group
from incidents.sitrep import Day, Draft, rfc3339
from patrols import ledger
from patrols.coordinates import Point, System, show
from patrols.models import BorderSection, Patrol, PatrolState, Programme, Zone

# Rows that one part lists; it says how many more there are.
MOST_ROWS = 200
OUTLOOK = timedelta(hours=24)
Row = dict[str, Any]


def draft(sitrep: Sitrep, author: Officer, actor: Actor) -> Draft:
    """Return what an officer's report of a day says, as the officer sees it now."""
    return _Report(sitrep, actor).written(sitrep, author)


class _Report:
    """One report as it is being written."""

    def __init__(self, sitrep: Sitrep, actor: Actor) -> None:
        """Look at the records that it is to tell of, as far as the author sees them."""
        self.made, self.day, self.actor = Draft(), Day.of(sitrep), actor
        incidents = Incident.objects.visible_to(actor)
        patrols = Patrol.objects.visible_to(actor)
        self.incidents: Any = incidents.without_doubles_of(actor.agency_id)
        self.patrols: Any = patrols.without_doubles_of(actor.agency_id)
        if (owners := _owners(sitrep, actor)) is not None:
            self.incidents = self.incidents.filter(owner__in=owners)
            is_theirs = Q(owner__in=owners)
            if sitrep.scope == SitrepScope.OWN:
                is_theirs |= Q(participants__contains=[actor.agency])
            self.patrols = self.patrols.filter(is_theirs)

    def written(self, sitrep: Sitrep, author: Officer) -> Draft:
        """Write all parts."""
        made, day = self.made, self.day
        parts = {
            "incidents": self.happened(),
            "open": self.left_open(),
            "changes": self.steps(),
            "responses": self.responses(),
            "patrols": self.went(),
            "outlook": self.ahead(),
        }
        made.content = parts | {
            "day": day.on.isoformat(),
            "is_over": day.until == day.end,
            "scope": sitrep.scope,
            "agreement": sitrep.agreement.code if sitrep.agreement else None,
            "agency": {"code": sitrep.agency.code, "name": sitrep.agency.name},
            "author": {"name": author.name, "label": self.actor.label},
            "clearance": self.actor.clearance,
            "period": self.period(parts),
            "mark": {"tlp": made.tlp, "level": made.level},
        }
        return made

    # --- incidents

    def happened(self) -> Row:
        """Return what happened in the day, the worst first."""
        day = self.day
        rows = self.incidents.filter(
            occurred_at__gte=day.begin, occurred_at__lt=day.end
        )
        counts = Counter(rows.order_by().values_list("severity", flat=True))
        told = {step: counts.get(step, 0) for step in Severity.values}
        return {"counts": told, "total": counts.total(), **self.incidents_of(rows)}

    def left_open(self) -> Row:
        """Return what was known by the end of the day and still needed somebody.

        By its last step before it; of what has none, by when it ended.
        """
        until = self.day.until
        steps = Transition.objects.visible_to(self.actor).filter(
            incident=OuterRef("pk"), at__lt=until
        )
        last = steps.order_by("-at", "-id").values("to_state")[:1]
        had_ended = Q(resolved_at__lt=until) | Q(closed_at__lt=until)
        rows = (
            self.incidents.filter(Q(state__in=OPEN_STATES) | Q(updated_at__gte=until))
            .filter(created_at__lt=until)
            .annotate(was=Subquery(last))
            .filter(Q(was__in=OPEN_STATES) | Q(was=None) & ~had_ended)
        )
        return self.incidents_of(rows)

    def incidents_of(self, rows: Any) -> Row:
        """List some incidents, the worst first."""
        rows = rows.worst_first().select_related("owner", "type")
        return self.listed(rows, _incident)

    def steps(self) -> Row:
        """Return how incidents went on in the day."""
        rows = self.of_day(Transition, "at").select_related("incident")
        return self.listed(rows.order_by("at", "id"), _step)

    def responses(self) -> Row:
        """Return who was sent in the day, arrived, or was done."""
        rows = self.of_day(Response, "assigned_at", "on_scene_at", "ended_at")
        rows = rows.select_related("incident", "agency")
        return self.listed(rows.order_by("assigned_at", "id"), _response)

    def of_day(self, model: Any, *moments: str) -> Any:
        """Return what hangs on the incidents and has one of its moments in the day."""
        day, is_then = self.day, Q()
        for name in moments:
            then = {f"{name}__gte": day.begin, f"{name}__lt": day.end}
            is_then |= Q(**then)
        rows = model.objects.visible_to(self.actor).filter(is_then)
        return rows.filter(incident__in=self.incidents.order_by().values("pk"))

    # --- patrols

    def went(self) -> Row:
        """Return the patrols of the day, and what they did in it."""
        day = self.day
        planned = Q(starts_at__gte=day.begin, starts_at__lt=day.end)
        left = Q(started_at__gte=day.begin, started_at__lt=day.end)
        back = Q(ended_at__gte=day.begin, ended_at__lt=day.end)
        was_out = Q(started_at__lt=day.until) & (
            Q(state=PatrolState.UNDER_WAY) | Q(ended_at__gt=day.begin)
        )
        rows = self.patrols.filter(planned | left | back | was_out)
        out = self.patrols.filter(was_out).only("started_at", "ended_at")
        ways = ledger.metres(
            [row.pk for row in out], self.actor, begin=day.begin, end=day.until
        )
        return {
            "planned": rows.filter(planned).count(),
            "left": rows.filter(left).count(),
            "completed": rows.filter(back, state=PatrolState.COMPLETED).count(),
            "cancelled": rows.filter(planned, state=PatrolState.CANCELLED).count(),
            "hours": round(sum(day.hours(one) for one in out), 1),
            "kilometres": round(sum(ways.values()) / 1000, 1),
            "sections": self.sections(rows),
            **self.patrols_of(rows),
        }

    def ahead(self) -> Row:
        """Return the patrols of the hours that follow."""
        until = self.day.until
        rows = self.patrols.filter(
            starts_at__gte=until, starts_at__lt=until + OUTLOOK
        ).exclude(state=PatrolState.CANCELLED)
        return self.patrols_of(rows)

    def patrols_of(self, rows: Any) -> Row:
        """List some patrols, with the zones that the author sees."""
        rows = rows.select_related("owner", "lead").order_by("starts_at", "ref")
        found = list(rows[: MOST_ROWS + 1])
        seen = Zone.objects.visible_to(self.actor)
        zones: dict[UUID, Zone] = seen.in_bulk({row.zone_id for row in found})
        self.made.hold(zones.values())
        return self.listed(rows, lambda row: _patrol(row, zones), found)

    def sections(self, rows: Any) -> list[Row]:
        """Return how many of some patrols were for which border sections.

        As far as the author sees the programmes that name them.
        """
        of_programmes = Counter(
            rows.exclude(programme=None).order_by().values_list("programme", flat=True)
        )
        seen = Programme.objects.visible_to(self.actor).in_bulk(of_programmes)
        counts: Counter[str] = Counter()
        for pk, programme in seen.items():
            counts.update(dict.fromkeys(programme.section_codes, of_programmes[pk]))
        self.made.hold(seen.values())
        return [
            {"code": one.code, "name": one.name, "patrols": counts[one.code]}
            for one in BorderSection.objects.filter(code__in=counts)
        ]

    # --- the form

    def listed(
        self, query: Any, say: Callable[[Any], Row], found: list[Any] | None = None
    ) -> Row:
        """Return the first rows of a part, which the report then names; how many more.

        An incident that a row hangs on is named with it.
        """
        rows = list(query[: MOST_ROWS + 1]) if found is None else found
        shown = rows[:MOST_ROWS]
        more = query.count() - MOST_ROWS if len(rows) > MOST_ROWS else 0
        self.made.hold(shown)
        if query.model in (Transition, Response):
            self.made.hold(row.incident for row in shown)
        return {"rows": [say(row) for row in shown], "more": more}

    def period(self, parts: Row) -> Row:
        """Return the day by the author's clock, by those of the owners, and in UTC."""
        day = self.day
        told = [one for part in parts.values() for one in part["rows"]]
        owners = {one["owner"] for one in told if "owner" in one}
        known = Agency.objects.filter(code__in=owners)
        zones = set(known.values_list("time_zone", flat=True))
        return {
            "begin": rfc3339(day.begin),
            "end": rfc3339(day.end),
            "until": rfc3339(day.until),
            "dtg": [date_time_group(day.begin), date_time_group(day.end)],
            "zones": [day.zone.key, *sorted(zones - {day.zone.key, "UTC"}), "UTC"],
        }


def _owners(sitrep: Sitrep, actor: Actor) -> list[UUID] | None:
    """Return whose records it tells of; of all owners' for None."""
    if sitrep.scope == SitrepScope.ALL:
        return None
    if sitrep.scope == SitrepScope.OWN:
        return [sitrep.agency_id]
    parties = Party.objects.visible_to(actor).present()
    rows = parties.filter(agreement=sitrep.agreement_id)
    return list(rows.values_list("agency", flat=True))


def _incident(row: Incident) -> Row:
    return {
        "id": str(row.pk),
        "ref": row.ref,
        "title": row.title,
        "category": row.category,
        "type": row.type.name if row.type else "",
        "severity": row.severity,
        "state": row.state,
        "owner": row.owner.code,
        "place": _place(row),
        "within_m": row.place_uncertainty,
        "occurred_at": rfc3339(row.occurred_at),
    }


def _place(row: Incident) -> list[str]:
    """Return a place as maps on paper and as screens have it, where both reach."""
    shown = show(Point(row.place.y, row.place.x))
    wanted = (System.MGRS, System.DECIMAL)
    return [one.text for system in wanted for one in shown if one.system == system]


def _step(row: Transition) -> Row:
    return {
        "ref": row.incident.ref,
        "title": row.incident.title,
        "from": row.from_state,
        "to": row.to_state,
        "close_reason": row.close_reason,
        "reason": row.reason,
        "at": rfc3339(row.at),
    }


def _response(row: Response) -> Row:
    return {
        "ref": row.incident.ref,
        "title": row.incident.title,
        "agency": row.agency.code,
        "task": row.task,
        "state": row.state,
        "assigned_at": rfc3339(row.assigned_at),
        "on_scene_at": _perhaps(row.on_scene_at),
        "ended_at": _perhaps(row.ended_at),
    }


def _patrol(row: Patrol, zones: dict[UUID, Zone]) -> Row:
    zone = zones.get(row.zone_id)
    return {
        "id": str(row.pk),
        "ref": row.ref,
        "title": row.title,
        "owner": row.owner.code,
        "lead": row.lead.code,
        "zone": zone.name if zone else None,
        "state": row.state,
        "starts_at": rfc3339(row.starts_at),
        "ends_at": rfc3339(row.ends_at),
    }


def _perhaps(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
