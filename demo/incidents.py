"""Four hundred incidents of the last sixty days: what, where, for whose eyes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point

from agencies.models import Officer
from agencies.policy import TLP, Permission
from agencies.records import ReleaseScope
from demo import scenes
from demo.directory import Directory
from demo.geography import SectionSpec
from demo.geography import section as find_section
from demo.handling import Handling, second_party
from demo.history import History, Sharing
from demo.patrols import Outings
from demo.sharing import Circle
from demo.wording import describe, tell
from incidents.models import Incident, IncidentState, IncidentType
from live.kinds import Kind
from patrols.cells import cell_of
from patrols.coordinates import Point as Place
from patrols.coordinates import show
from patrols.models import Patrol
from patrols.whereabouts import Whereabouts, located

DAYS = 60
PAST, OPEN = 376, 25

_MARKINGS = ["amber"] * 11 + ["green"] * 5 + ["amber+strict"] * 2 + ["red", "clear"]
_LEVELS = [0] * 17 + [1] * 2 + [2]


# How many of the incidents a patrol comes upon.
_BY_PATROL = 0.16
# How many places are given by a program, as a point.
_BY_SYSTEM = 0.2


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when something happens, and who reports it."""

    section: SectionSpec
    lon: float
    lat: float
    category: str
    agency: str
    at: datetime
    patrol: Patrol | None = None


def load(directory: Directory, history: History, outings: Outings) -> None:
    """Load all incidents with what followed them."""
    handling = Handling(directory, history, outings)
    rng = directory.rng
    for _n in range(PAST):
        age = timedelta(days=rng.uniform(0.4, DAYS))
        is_closed = age > timedelta(days=3) or rng.random() < 0.6
        is_closed = is_closed and rng.random() < 0.94
        state = IncidentState.CLOSED if is_closed else IncidentState.RESOLVED
        _load(directory, history, outings, handling, age, state)
    for n in range(OPEN):
        age = timedelta(hours=rng.uniform(0.2, 6) if n % 2 else rng.uniform(1, 40))
        state = IncidentState.REPORTED if n % 5 < 2 else IncidentState.RESPONDING
        _load(directory, history, outings, handling, age, state)


def _load(
    directory: Directory,
    history: History,
    outings: Outings,
    handling: Handling,
    age: timedelta,
    state: IncidentState,
) -> None:
    """Add one incident; ``age`` counts back from now."""
    rng, scene = directory.rng, _scene(directory, outings, directory.now - age)
    tlp, level = rng.choice(_MARKINGS), rng.choice(_LEVELS)
    if tlp == TLP.RED:
        level = 0
    level = min(level, directory.highest(scene.agency, Permission.INCIDENT_HANDLE))
    author = directory.someone(scene.agency, Permission.INCIDENT_HANDLE, level)
    incident = _incident(directory, scene, author, tlp, level)
    circle = Circle(directory, scene.agency, scene.section, scene.at, "incident")
    history.own(
        incident,
        kind=Kind.INCIDENT_REPORTED,
        by=directory.actor(author, scene.at),
        at=scene.at,
        shared=_shared(circle, incident, author),
    )
    handling.follow(incident, circle.neighbour, state)


def _incident(
    directory: Directory, scene: Scene, author: Officer, tlp: str, level: int
) -> Incident:
    rng = directory.rng
    scenario = scenes.scenario(scene.section, scene.category, rng)
    place = describe(scene.section, scene.lon, scene.lat, rng)
    told = tell(scenario, place, rng)
    where = _given(scene.lon, scene.lat)
    incident = Incident(
        owner=directory.agencies[scene.agency],
        author=author,
        category=scene.category,
        severity=rng.choice(scenario.severities),
        title=told.title,
        narrative=told.narrative,
        language=scenario.language,
        **where.columns(),
        cell=cell_of(where.point),
        occurred_at=scene.at - timedelta(minutes=rng.randint(3, 50)),
        patrol=scene.patrol,
        tlp=tlp,
        level=level,
    )
    chosen = directory.types.get(scenario.type)
    if chosen and _may_have(directory, incident, chosen):
        incident.type, incident.type_version = chosen, chosen.version
        incident.details = told.details
    return incident


def _may_have(directory: Directory, incident: Incident, chosen: IncidentType) -> bool:
    """Whether somebody can confirm the incident, if its type asks for that."""
    if not chosen.needs_confirmation or incident.tlp == TLP.RED:
        return True
    return second_party(directory, incident) is not None


def _given(lon: float, lat: float) -> Whereabouts:
    """Return a place as an officer writes it; every fifth comes from a system."""
    # Dice of its own: the rest of the demonstration is drawn as before.
    dice = random.Random(f"{lon} {lat}")  # noqa: S311 - no secret
    if dice.random() < _BY_SYSTEM:
        return Whereabouts(Point(lon, lat, srid=4326))
    written = show(Place(lat, lon))
    return located(dice.choice(written).text)


def _scene(directory: Directory, outings: Outings, at: datetime) -> Scene:
    """Draw where something happens: now and then where a patrol is at that time."""
    rng = directory.rng
    outing = outings.out_at(at)
    if outing is not None and rng.random() < _BY_PATROL:
        lon, lat = outing.place_at(at, rng)
        section = find_section(outing.spec.way.section)
        category = scenes.category(section, rng)
        agency = outing.patrol.lead.code
        return Scene(section, lon, lat, category, agency, at, outing.patrol)
    section = scenes.section(rng)
    category = scenes.category(section, rng)
    lon, lat, state = scenes.place(section, rng)
    kinds = {c: a.kind for c, a in directory.agencies.items() if c.startswith(state)}
    agency = scenes.reporter(kinds, category, rng)
    return Scene(section, lon, lat, category, agency, at)


def _shared(circle: Circle, incident: Incident, author: Officer) -> list[Sharing]:
    """Draw the releases; one incident in seven stays at home.

    Above level 0 a wider agreement gets the tear line.
    """
    if circle.rng.random() < 0.14:
        return []
    shared = circle.shared(incident.tlp, author)
    if not incident.level or incident.tlp == TLP.AMBER_STRICT:
        return shared
    wider = {f"agreement:{p.code}" for p in circle.pacts if p.agreement.is_multilateral}
    full = [sharing for sharing in shared if sharing.to not in wider]
    return full + [Sharing(to, ReleaseScope.TEARLINE) for to in sorted(wider)]
