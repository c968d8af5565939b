"""A mark of its own in every text and every point of every row of every model.

The fields are found by introspection, so that a new one is marked by itself. ``KEPT``
lists those whose content the program reads as a code; a text that only people read
does not belong there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models

from agencies.attachments import file_models
from agencies.context import system
from agencies.files import store
from agencies.files.store import Copy
from agencies.models import Agreement, Officer
from tests.world import World

APPS = {"agencies", "live", "patrols", "incidents", "intel", "axes"}
KEPT = {
    "agencies.Agency.code": "part of every key",
    "agencies.Agency.languages": "codes",
    "agencies.Agency.time_zone": "a code",
    "agencies.Asset.bands": "numbers and codes",
    "agencies.Agreement.code": "part of keys: marked before anything is released",
    "agencies.Client.allowed_scopes": "codes",
    "agencies.Client.allowed_origins": "of the OAuth2 library, unused",
    "agencies.Client.post_logout_redirect_uris": "of the OAuth2 library, unused",
    "agencies.Client.redirect_uris": "of the OAuth2 library, unused",
    "agencies.IdempotencyKey.actor": "holds a user name, which is marked",
    "agencies.IdempotencyKey.fingerprint": "a hash",
    "agencies.IdempotencyKey.record_type": "a code",
    "agencies.Officer.languages": "codes",
    "agencies.Officer.username": "in labels: marked before anything is done",
    "agencies.Release.ended_by": "holds a user name, which is marked",
    "agencies.Release.granted_by": "holds a user name, which is marked",
    "agencies.Release.grantee": "a code that holds names, which are marked",
    "agencies.Release.record_type": "a code",
    "agencies.State.code": "two letters, in keys of rows",
    "incidents.DutyHandOver.answered_by": "holds a user name, which is marked",
    "incidents.DutyHandOver.offered_by": "holds a user name, which is marked",
    "incidents.Escalation.next_whom": "a code that may hold a name, which is marked",
    "incidents.Escalation.steps": "codes that may hold names, which are marked",
    "incidents.EscalationRule.steps": "codes that may hold names, which are marked",
    "incidents.Acknowledgement.by": "holds a user name, which is marked",
    "incidents.Confirmation.by": "holds a user name, which is marked",
    "incidents.Task.ended_by": "holds a user name, which is marked",
    "incidents.Task.set_by": "holds a user name, which is marked",
    "incidents.Transition.by": "holds a user name, which is marked",
    "incidents.Attachment.by": "holds a user name, which is marked",
    "incidents.Attachment.sha256": "a hash; sealed",
    "incidents.Attachment.stored_as": "the file's random name; sealed",
    "incidents.CustodyLine.by": "holds a user name, which is marked",
    "incidents.LogRead.by": "holds a user name, which is marked",
    "incidents.Sighting.by": "holds a user name, which is marked",
    "incidents.IncidentType.code": "a key of rows",
    "incidents.IncidentType.schema": "a form, that the program reads",
    "incidents.IncidentTypeVersion.schema": "a form, that the program reads",
    "incidents.LogEntry.by": "holds a user name, which is marked",
    "incidents.Response.assigned_by": "holds a user name, which is marked",
    "incidents.Response.changed_by": "holds a user name, which is marked",
    "incidents.Sitrep.content_hash": "a hash",
    "incidents.Sitrep.failure": "a code",
    "incidents.Sitrep.pdf_hash": "a hash",
    "incidents.Sitrep.time_zone": "a code",
    "incidents.SitrepPaper.content": "made anew of what is marked: seed.report_again",
    "incidents.SitrepPaper.holds": "ids",
    "live.Event.actor": "holds a user name, which is marked",
    "live.Event.kind": "a code",
    "live.Event.subject_type": "a code",
    "patrols.BorderSection.code": "a key of rows",
    "patrols.BorderSection.states": "codes",
    "patrols.CheckpointVersion.replaced_by": "holds a user name, which is marked",
    "patrols.Consent.answered_by": "holds a user name, which is marked",
    "patrols.HandOver.answered_by": "holds a user name, which is marked",
    "patrols.HandOver.offered_by": "holds a user name, which is marked",
    "patrols.LeadPlan.certificate": "codes and numbers, that a checker reads",
    "patrols.LeadPlan.made_by": "holds a user name, which is marked",
    "patrols.Patrol.barred": "codes",
    "patrols.Gap.funnel": "codes and numbers",
    "patrols.Gap.rule": "a code",
    "patrols.Patrol.demand": "codes and numbers",
    "patrols.Patrol.entitlements": "codes and numbers",
    "patrols.Patrol.participants": "codes",
    "patrols.PatrolAttachment.by": "holds a user name, which is marked",
    "patrols.PatrolAttachment.sha256": "a hash; sealed",
    "patrols.PatrolAttachment.stored_as": "the file's random name; sealed",
    "patrols.PatrolCustodyLine.by": "holds a user name, which is marked",
    "patrols.PatrolLogEntry.by": "holds a user name, which is marked",
    "patrols.PatrolLogRead.by": "holds a user name, which is marked",
    "patrols.Programme.commanders_asked": "codes",
    "patrols.Programme.demand": "codes and numbers",
    "patrols.Programme.entitlements": "codes and numbers",
    "patrols.Programme.recurrence": "a rule",
    "patrols.Programme.section_codes": "codes",
    "patrols.Programme.unled": "moments and codes",
    "patrols.Programme.time_zone": "a code",
    "patrols.AssetUse.hindrance": "a code",
    "patrols.Assignment.hindrance": "a code",
    "patrols.Remedy.code": "a code",
    "patrols.Remedy.detail": "a code",
    "patrols.Roster.causes": "codes and ids",
    "patrols.Roster.failure": "a code",
    "patrols.Roster.progress": "numbers",
    "patrols.Roster.summary": "codes, numbers and ids",
    "patrols.RouteVersion.replaced_by": "holds a user name, which is marked",
    "patrols.Swap.decided_by": "holds a user name, which is marked",
    "patrols.ZoneVersion.replaced_by": "holds a user name, which is marked",
}
# Marked as far as they are texts, but read by nobody: the row's own guard.
GUARD = {"audience", "expiring"}
_MARK = re.compile(r"(?i)zq\d{6}|(?<!\d)70\.\d{6}(?!\d)")
_numbers = count(1)


@dataclass(frozen=True)
class Canary:
    """Where a mark was put."""

    model: type[models.Model]
    pk: str
    field: str

    def __str__(self) -> str:
        """Name the row and the field."""
        return f"{self.model.__name__} {self.pk}, field {self.field}"


Canaries = dict[str, Canary]


def found_in(text: str) -> set[str]:
    """Return all marks in a text."""
    return {mark.lower() for mark in _MARK.findall(text)}


def marked_models() -> list[type[models.Model]]:
    """Return every model whose rows are marked: ours, and what the admin shows."""
    return [m for m in apps.get_models() if m._meta.app_label in APPS]


def fields(model: type[models.Model]) -> Iterator["tuple[str, models.Field[Any, Any]]"]:
    """Yield the fields to mark: texts, lists and objects of text, points."""
    for field in model._meta.concrete_fields:
        inner = field.base_field if isinstance(field, ArrayField) else field
        if isinstance(inner, models.ForeignKey) or inner.choices:
            continue
        if field.name in GUARD or f"{model._meta.label}.{field.name}" in KEPT:
            continue
        if isinstance(
            inner, models.CharField | models.TextField | models.JSONField | PointField
        ):
            yield field.name, field


def name(world: World) -> Canaries:
    """Mark user names and agreements' codes, which all else refers to."""
    found = {}
    with system("test"):
        officers = [world.admin_officer, *world.officers.values()]
        for row, field in [
            *((officer, "username") for officer in officers),
            (world.agreement, "code"),
            (world.other_agreement, "code"),
        ]:
            text = _text()
            setattr(row, field, text)
            type(row)._base_manager.filter(pk=row.pk).update(**{field: text})
            model = Officer if field == "username" else Agreement
            found[text] = Canary(model, str(row.pk), field)
    return found


def write() -> Canaries:
    """Mark every row of every model, as the tables' owner, and every file of text."""
    found: Canaries = {}
    for model in marked_models():
        if names := dict(fields(model)):
            _write(model, names, found)
    _write_files(found)
    return found


def _write_files(found: Canaries) -> None:
    """Put marks into the bytes of attachments: one for each copy."""
    with system("test"):
        texts = [
            made
            for model in file_models()
            for made in model.objects.filter(media_type="text/plain")
        ]
    for made in texts:
        for copy, field in ((Copy.WORKING, "file"), (Copy.ORIGINAL, "original")):
            text = _text()
            store.path(made.stored_as, copy).write_text(text)
            found[text] = Canary(type(made), str(made.pk), field)


def _write(
    model: type[models.Model],
    marked: "dict[str, models.Field[Any, Any]]",
    found: Canaries,
) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    with connections["owner"].cursor() as cursor:
        # Its policies are for the application's roles; nobody reads this meanwhile.
        cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        cursor.execute(f'SELECT "{key}"::text FROM "{table}" ORDER BY 1')
        pks = [pk for (pk,) in cursor.fetchall()]
        columns = []
        for field_name, field in marked.items():
            is_point = isinstance(field, PointField)
            texts = [_longitude() if is_point else _text() for _pk in pks]
            columns.append(texts)
            for pk, text in zip(pks, texts, strict=True):
                found[text] = Canary(model, pk, field_name)
        sets = ", ".join(_set(field, n) for n, field in enumerate(marked.values()))
        arrays = ", ".join(["%s::text[]"] * (len(columns) + 1))
        names = ", ".join(["pk", *(f"v{n}" for n in range(len(columns)))])
        cursor.execute(
            f'UPDATE "{table}" AS t SET {sets} FROM unnest({arrays}) AS v ({names})'
            f' WHERE t."{key}"::text = v.pk',
            [pks, *columns],
        )
        cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


def _set(field: "models.Field[Any, Any]", n: int) -> str:
    value = f"v.v{n}"
    if isinstance(field, PointField):
        y = f'coalesce(ST_Y(t."{field.column}"), 40.1)'
        value = f"ST_SetSRID(ST_MakePoint({value}::float8, {y}), 4326)"
    elif isinstance(field, ArrayField):
        value = f"ARRAY[{value}]"
    elif isinstance(field, models.JSONField):
        value = f"jsonb_build_object('canary', {value})"
    return f'"{field.column}" = {value}'


def _text() -> str:
    return f"zq{next(_numbers):06d}"


def _longitude() -> str:
    """Return a longitude of six decimals, the last of which is no zero."""
    return f"70.{next(_numbers) * 10 + 1:06d}"
