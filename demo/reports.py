"""One hundred and twenty intelligence reports of the last ninety days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point

from agencies.models import Officer
from agencies.policy import TLP, Permission
from agencies.records import ReleaseScope
from demo.assessments import ASSESSMENTS, SOURCES
from demo.cast import STATES
from demo.directory import Directory
from demo.geography import point_near, sections, state_at
from demo.history import History, Sharing
from demo.scenario import Scenario
from demo.sharing import Circle
from demo.wording import describe, tell
from intel.models import Report
from live.kinds import Kind

COUNT = 120
DAYS = 90

_MARKINGS = ["amber"] * 10 + ["green"] * 4 + ["amber+strict"] * 3 + ["red", "clear"]
_LEVELS = [0] * 10 + [1] * 5 + [2] * 3 + [3]
_SOURCE_GRADES = "AABBBBCCCCDDEF"
_INFORMATION_GRADES = [1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6]


def load(directory: Directory, history: History) -> None:
    """Add all reports."""
    for number in range(COUNT):
        days = directory.rng.uniform(0.1, DAYS * (number + 1) / COUNT)
        _load(directory, history, directory.now - timedelta(days=days))


def _load(directory: Directory, history: History, at: datetime) -> None:
    rng = directory.rng
    section = rng.choice(sections())
    lon, lat = point_near(section, rng)
    while (state := state_at(lon, lat)) not in STATES:
        lon, lat = point_near(section, rng)
    able = [c for c in directory.agencies if c.startswith(str(state)) and c != "KG-MES"]
    agency = rng.choice(able[:3])
    tlp, level = rng.choice(_MARKINGS), rng.choice(_LEVELS)
    template = rng.choice(ASSESSMENTS)
    if not template.tear_line:
        tlp = TLP.AMBER_STRICT
    if tlp == TLP.RED:
        level = 0
    level = min(level, directory.highest(agency, Permission.REPORT_RELEASE))
    author = directory.someone(agency, Permission.REPORT_RELEASE, level)
    place = describe(section, lon, lat, rng)
    frame = Scenario(template.title, template.body, language=template.language)
    title, body, _form = tell(frame, place, rng)
    tear_line = tell(replace(frame, text=template.tear_line), place, rng).narrative
    source = tell(replace(frame, text=rng.choice(SOURCES)), place, rng).narrative
    report = Report(
        owner=directory.agencies[agency],
        author=author,
        title=title,
        body=body,
        tear_line_text=tear_line,
        source_note=source,
        language=template.language,
        topics=list(template.topics),
        source_grade=rng.choice(_SOURCE_GRADES),
        information_grade=rng.choice(_INFORMATION_GRADES),
        place=Point(lon, lat, srid=4326) if rng.random() < 0.8 else None,
        valid_from=at,
        valid_until=_end(directory, at),
        tlp=tlp,
        level=level,
    )
    circle = Circle(directory, agency, section, at, "intelligence")
    history.own(
        report,
        kind=Kind.REPORT_CREATED,
        by=directory.actor(author, at),
        at=at,
        shared=_shared(circle, report, author),
    )


def _end(directory: Directory, at: datetime) -> datetime | None:
    """Most reports hold for some weeks, some for good."""
    if directory.rng.random() < 0.2:
        return None
    return at + timedelta(days=directory.rng.choice([14, 30, 30, 60, 90, 120]))


def _shared(circle: Circle, report: Report, author: Officer) -> list[Sharing]:
    """Draw who reads the report, and who its tear line; a third stays at home."""
    rng = circle.rng
    if rng.random() < 0.3:
        return []
    shared = circle.shared(report.tlp, author)
    if not report.tear_line_text or report.tlp in (TLP.RED, TLP.AMBER_STRICT):
        return shared
    known = {sharing.to for sharing in shared}
    wider = [
        Sharing(f"agreement:{pact.code}", ReleaseScope.TEARLINE)
        for pact in circle.pacts
        if f"agreement:{pact.code}" not in known
    ]
    if report.level or rng.random() < 0.3:
        # Above level 0 the agreement gets the tear line, one partner the whole.
        blunted = [
            replace(sharing, scope=ReleaseScope.TEARLINE)
            for sharing in shared
            if sharing.to.startswith("agreement")
        ]
        partners = [f"agency:{code}" for code in circle.partners[:1]]
        return blunted + [Sharing(to, reason="Joint analysis") for to in partners]
    return shared + wider[:1]
