"""How to make one row of each model that can be owned, and to change its marking.

A new model needs a line in both tables; ``mark`` is a text that stands in no other row.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from django.contrib.gis.geos import LineString, Point
from django.utils import timezone

import intel.actions
import patrols.actions
from agencies.actions import assets, posts
from agencies.errors import NotFound
from agencies.models import Agency, Agreement
from agencies.policy import Actor
from agencies.records import Owned
from incidents.actions import life
from incidents.models import IncidentType
from patrols.models import Zone
from tests.world import AREA, PLACE, soon

LINE = LineString((70.2, 40.0), (70.4, 40.2), srid=4326)


def _incident(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return life.report(
        by=by, release_to=to, type=IncidentType.objects.get(pk="drugs-seizure"),
        details={"vehicle": mark, "packages": 3}, severity="severe", title=mark,
        narrative=mark, place=PLACE, occurred_at=timezone.now(), **marking,
    )  # fmt: skip


def _report(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return intel.actions.write(
        by=by, release_to=to, title=mark, body=mark, tear_line_text="In short",
        source_note="A herder", topics=["drugs"], source_grade="B",
        information_grade=2, place=PLACE, **marking,
    )  # fmt: skip


def _post(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return posts.create_post(
        by=by, release_to=to, code=mark, name=mark, place=PLACE, **marking
    )


def _asset(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return assets.create_asset(
        by=by, release_to=to, code=mark, name=mark, kind="radio",
        bands=[{"from_mhz": 136, "to_mhz": 174, "mode": "fm"}], **marking,
    )  # fmt: skip


def _zone(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return patrols.actions.create_zone(
        by=by, release_to=to, code=mark, name=mark, area=AREA, **marking
    )


def _route(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return patrols.actions.create_route(
        by=by, release_to=to, code=mark, name=mark, line=LINE, **marking
    )


def _checkpoint(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    return patrols.actions.create_checkpoint(
        by=by, release_to=to, code=mark, name=mark, place=PLACE, **marking
    )


def _patrol(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    """Plan a patrol of the own agency and, if released to it, one partner."""
    partners = {code for kind, _c, code in (g.partition(":") for g in to)
                if kind == "agency"}  # fmt: skip
    return patrols.actions.plan(
        by=by, release_to=to, title=mark, zone=_zone_of(by),
        agreement=agreement_with(by, partners),
        lead=Agency.objects.get(code=by.agency),
        participants=[by.agency or "", *sorted(partners)],
        starts_at=soon(1), ends_at=soon(9), **marking,
    )  # fmt: skip


def _programme(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    """Found a programme; an agency that it is released to leads in turn."""
    partners = [code for kind, _c, code in (g.partition(":") for g in to)
                if kind == "agency"]  # fmt: skip
    return patrols.actions.create_programme(
        by=by, release_to=to, agreement=first_agreement(by), code=mark, name=mark,
        zone=_zone_of(by), recurrence="FREQ=DAILY", first_on=date(2026, 1, 1),
        start_time=time(8), time_zone="UTC", duration=timedelta(hours=4),
        entitlements=dict.fromkeys([by.agency or "", *partners], 1), **marking,
    )  # fmt: skip


def agreement_with(by: Actor, partners: set[str]) -> Agreement | None:
    """Return the first of the agency's agreements that all of some are parties to."""
    if not partners:
        return None
    found = Agreement.objects.visible_to(by).order_by("code")
    for code in sorted(partners):
        present = {"parties__agency__code": code, "parties__left_at": None}
        found = found.filter(**present)
    return found.first() or first_agreement(by)


def first_agreement(by: Actor) -> Agreement | None:
    """Return the first of the agency's agreements, by code."""
    return Agreement.objects.visible_to(by).order_by("code").first()


def own_zone(by: Actor) -> Zone | None:
    """Return the agency's first zone, if there is one already."""
    own = Zone.objects.visible_to(by).filter(owner=by.agency_id)
    return own.order_by("created_at").first()


def _zone_of(by: Actor) -> Zone:
    if (zone := own_zone(by)) is None:
        raise NotFound
    return zone


MAKERS: dict[str, Callable[..., Owned]] = {
    "incident": _incident,
    "report": _report,
    "post": _post,
    "asset": _asset,
    "zone": _zone,
    "route": _route,
    "checkpoint": _checkpoint,
    "patrol": _patrol,
    "programme": _programme,
}
# Another shape of each place, by type.
REDRAWN: dict[str, dict[str, Any]] = {
    "zone": {"area": AREA.envelope.buffer(-0.1)},
    "route": {"line": LineString((70.2, 40.0), (70.3, 40.3), srid=4326)},
    "checkpoint": {"place": Point(70.61, 40.11, srid=4326)},
}
# The action that changes a marking, by type.
EDITORS: dict[str, Callable[..., Any]] = {
    "incident": life.edit,
    "report": intel.actions.edit,
    "patrol": patrols.actions.change,
    "programme": patrols.actions.change_programme,
    "zone": patrols.actions.change_zone,
    "route": patrols.actions.change_route,
    "checkpoint": patrols.actions.change_checkpoint,
    "post": posts.change_post,
    "asset": assets.change_asset,
}
