"""The limit of a list or a detail: one SQL statement that writes the same JSON.

The same rows under the same row security and the same condition, for one reader who is
known beforehand: no log-in, no serializer, one trip to the database. It runs in the
server of ``bin/run web``. ``tests/bench`` holds that it answers what the product does.
"""

import os
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

# The condition of agencies.policy.visible; the keys stand in as a literal.
SEEN = (
    "row.audience && %(keys)s::text[] AND (row.expiring IS NULL"
    " OR karaul_unexpired(row.audience, row.expiring, %(keys)s::text[]))"
)
POINT = "CASE WHEN row.{0} IS NOT NULL THEN ST_AsGeoJSON(row.{0}, 6)::json END"
AUTHOR = (
    "(SELECT 'officer:' || o.username FROM agencies_officer o WHERE o.id = row.{0})"
)
RELEASES = """(
    SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'grantee', r.grantee,
        'scope', CASE WHEN r.owner_id = %(me)s THEN r.scope ELSE 'full' END,
        'reason', r.reason, 'created_at', r.created_at, 'expires_at', r.expires_at
    )), '[]')
    FROM agencies_release r
    WHERE r.record_id = row.id AND r.ended_at IS NULL
    AND (r.expires_at IS NULL OR r.expires_at > now())
)"""
OWNED = f"""
    'id', row.id, 'owner', owner.code, 'tlp', row.tlp, 'level', row.level,
    'version', row.version, 'created_at', row.created_at, 'updated_at', row.updated_at,
    'releases', {RELEASES}, 'ref', row.ref, 'title', row.title,
    'tear_line_of', CASE WHEN row.owner_id = %(me)s THEN row.tear_line_of_id END
"""
NOTED = """(
    SELECT coalesce(json_agg(json_build_object(
        'agency', g.code, 'at', a.at, 'by', CASE WHEN a.agency_id = %(me)s OR EXISTS (
            SELECT FROM agencies_officer o WHERE 'officer:' || o.username = a.by
        ) THEN a.by END
    ) ORDER BY a.at), '[]')
    FROM incidents_acknowledgement a JOIN agencies_agency g ON g.id = a.agency_id
    WHERE a.incident_id = row.id
)"""
# Without counter-proposals, of which these databases have none.
CONSENTS = """(
    SELECT coalesce(json_agg(json_build_object(
        'agency', g.code, 'state', c.state, 'asked_at', c.asked_at,
        'deadline_at', c.deadline_at, 'answered_at', c.answered_at,
        'answered_by', CASE WHEN c.agency_id = %(me)s THEN c.answered_by END,
        'reason', c.reason, 'proposal', NULL
    ) ORDER BY g.code), '[]')
    FROM patrols_consent c JOIN agencies_agency g ON g.id = c.agency_id
    WHERE c.patrol_id = row.id AND c.replaced_at IS NULL
)"""
HANDED = """(
    SELECT coalesce(json_agg(json_build_object(
        'giver', giver.code, 'taker', taker.code, 'state', h.state,
        'reason', h.reason, 'answer', h.answer, 'offered_at', h.offered_at,
        'offered_by', CASE WHEN h.giver_id = %(me)s AND h.state <> 'seized'
            THEN h.offered_by END,
        'answered_at', h.answered_at,
        'answered_by', CASE WHEN h.taker_id = %(me)s
            AND h.state IN ('accepted', 'declined', 'seized')
            OR h.giver_id = %(me)s AND h.state = 'withdrawn'
            THEN nullif(h.answered_by, '') END
    ) ORDER BY h.offered_at, h.id), '[]')
    FROM patrols_handover h JOIN agencies_agency giver ON giver.id = h.giver_id
    JOIN agencies_agency taker ON taker.id = h.taker_id
    WHERE h.patrol_id = row.id
)"""
JOINS = "JOIN agencies_agency owner ON owner.id = row.owner_id"
# What one row of each list is: table, joins, order, JSON.
KINDS = {
    "incidents": (
        "incidents_incident",
        JOINS,
        "row.occurred_at DESC, row.id DESC",
        f"""{OWNED}, 'author', {AUTHOR.format("author_id")}, 'category', row.category,
        'type', row.type_id, 'type_version', row.type_version, 'details', row.details,
        'severity', row.severity, 'narrative', row.narrative, 'language', row.language,
        'place', {POINT.format("place")}, 'place_text', row.place_text,
        'place_system', row.place_system, 'place_uncertainty', row.place_uncertainty,
        'occurred_at', row.occurred_at, 'state', row.state,
        'patrol', (SELECT p.id FROM patrols_patrol p WHERE p.id = row.patrol_id),
        'resolved_at', row.resolved_at, 'closed_at', row.closed_at,
        'close_reason', row.close_reason, 'merged_into', (
            SELECT m.id FROM incidents_incident m WHERE m.id = row.merged_into_id
        ), 'acknowledgements', {NOTED}""",
    ),
    "patrols": (
        "patrols_patrol",
        f"""{JOINS} JOIN agencies_agency lead ON lead.id = row.lead_id
        LEFT JOIN agencies_agreement agreement ON agreement.id = row.agreement_id
        LEFT JOIN patrols_programme programme ON programme.id = row.programme_id
        LEFT JOIN patrols_zone zone ON zone.id = row.zone_id
        LEFT JOIN patrols_route route ON route.id = row.route_id""",
        "row.starts_at DESC, row.id DESC",
        f"""{OWNED}, 'agreement', agreement.code, 'purpose', row.purpose,
        'hand_overs', {HANDED}, 'programme', programme.id, 'zone', zone.id,
        'route', route.id,
        'starts_at', row.starts_at, 'ends_at', row.ends_at, 'state', row.state,
        'lead', lead.code, 'participants', row.participants,
        'commander', {AUTHOR.format("commander_id")},
        'demand', row.demand, 'crew', row.crew, 'consents', {CONSENTS},
        'started_at', row.started_at, 'ended_at', row.ended_at,
        'cancel_reason', row.cancel_reason, 'last_place', {POINT.format("last_place")},
        'last_fix_at', row.last_fix_at""",
    ),
    "reports": (
        "intel_report",
        JOINS,
        "row.created_at DESC, row.id DESC",
        f"""{OWNED}, 'author', {AUTHOR.format("author_id")}, 'body', row.body,
        'tear_line_text', CASE WHEN row.owner_id = %(me)s THEN row.tear_line_text END,
        'source_note', CASE WHEN row.owner_id = %(me)s THEN row.source_note END,
        'language', row.language, 'topics', row.topics,
        'source_grade', row.source_grade, 'information_grade', row.information_grade,
        'grading', row.source_grade || row.information_grade,
        'place', {POINT.format("place")}, 'valid_from', row.valid_from,
        'valid_until', row.valid_until,
        'is_current', row.valid_until IS NULL OR row.valid_until > now()""",
    ),
    "positions": (
        "patrols_fix",
        "",
        "row.at DESC, row.id DESC",
        f"""'id', row.id, 'patrol', row.patrol_id, 'at', row.at,
        'place', {POINT.format("place")}, 'speed_mps', row.speed_mps,
        'heading_deg', row.heading_deg, 'accuracy_m', row.accuracy_m,
        'device', row.device, 'received_at', row.received_at""",
    ),
}
HEADLINES = f"""CASE row.subject_type
    WHEN 'incident' THEN (SELECT json_build_object(
        'ref', s.ref, 'title', s.title, 'owner', g.code, 'category', s.category,
        'severity', s.severity, 'state', s.state,
        'place', {POINT.format("place").replace("row.", "s.")},
        'occurred_at', s.occurred_at)
        FROM incidents_incident s JOIN agencies_agency g ON g.id = s.owner_id
        WHERE s.id = row.subject_id)
    WHEN 'patrol' THEN (SELECT json_build_object(
        'ref', s.ref, 'title', s.title, 'owner', g.code, 'lead', l.code,
        'state', s.state, 'starts_at', s.starts_at, 'ends_at', s.ends_at,
        'place', {POINT.format("last_place").replace("row.", "s.")},
        'fix_at', s.last_fix_at)
        FROM patrols_patrol s JOIN agencies_agency g ON g.id = s.owner_id
        JOIN agencies_agency l ON l.id = s.lead_id WHERE s.id = row.subject_id)
    WHEN 'report' THEN (SELECT json_build_object(
        'ref', s.ref, 'title', s.title, 'owner', g.code,
        'grading', s.source_grade || s.information_grade, 'tlp', s.tlp,
        'place', {POINT.format("place").replace("row.", "s.")},
        'valid_until', s.valid_until)
        FROM intel_report s JOIN agencies_agency g ON g.id = s.owner_id
        WHERE s.id = row.subject_id)
END"""
# The cursor is a cipher of the number, which SQL does not know: the number stands in.
EVENTS = f"""
    SELECT json_build_object('results', coalesce(json_agg(entry), '[]'))::text FROM (
        SELECT json_build_object(
            'cursor', row.seq, 'id', row.id, 'kind', row.kind, 'at', row.at,
            'ref', json_build_object('type', row.subject_type, 'id', row.subject_id),
            'data', {HEADLINES}) AS entry
        FROM live_event row
        WHERE {SEEN} AND row.seq > %(after)s ORDER BY row.seq ASC LIMIT %(limit)s
    ) AS page
"""


def list_sql(kind: str) -> str:
    """Return the statement of a list."""
    table, joins, order, columns = KINDS[kind]
    without_doubles = (
        ""
        if kind == "positions"
        else "AND NOT (row.owner_id = %(me)s AND row.tear_line_of_id IS NOT NULL)"
    )
    return f"""
        SELECT json_build_object('results', coalesce(json_agg(page.row), '[]'))::text
        FROM (
            SELECT json_build_object({columns}) AS row FROM (
                SELECT * FROM {table} row WHERE {SEEN} {without_doubles}
                ORDER BY {order} LIMIT %(limit)s
            ) AS row {joins} ORDER BY {order}
        ) AS page
    """


def detail_sql(kind: str) -> str:
    """Return the statement of a detail."""
    table, joins, _order, columns = KINDS[kind]
    return f"""
        SELECT json_build_object({columns})::text FROM {table} row {joins}
        WHERE {SEEN} AND row.id = %(id)s
    """


def _answer(sql: str) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, **given: str) -> HttpResponse:
        values = {"keys": os.environ["BENCH_KEYS"], "limit": 50, "after": 0}
        found = one(sql, values | request.GET.dict() | given)
        if found is None:
            return HttpResponse(status=404)
        return HttpResponse(found, content_type="application/json")

    return view


def one(sql: str, values: dict[str, Any]) -> str | None:
    """Return what a statement writes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    return None if found is None else str(found[0])


def ready(request: HttpRequest) -> HttpResponse:
    """Say that the server answers."""
    return HttpResponse("ok")


urlpatterns = [
    path("readyz", ready),
    path("hello/", ready),
    path("events/", _answer(EVENTS)),
    path("latest/", _answer(EVENTS.replace("row.seq ASC", "row.seq DESC"))),
    *(path(f"{kind}/", _answer(list_sql(kind))) for kind in KINDS),
    *(path(f"{kind}/<uuid:id>/", _answer(detail_sql(kind))) for kind in KINDS),
]
