"""What the desks are about today, by the actions themselves.

Files, duplicates, units sent and declined, a partner's confirmation, standing
releases, a shift that is being handed over, and yesterday's situation report.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from agencies.accounts import actor_of, agency_of
from agencies.context import acting, system
from agencies.models import Asset, Officer, Post
from agencies.policy import TLP, Actor, Permission
from demo import logbook, pictures
from demo.directory import Directory
from incidents.actions import (
    attachments,
    confirming,
    duplicates,
    hand_overs,
    life,
    log,
    responses,
    standing,
    tasks,
)
from incidents.actions.sightings import note_sighting
from incidents.actions.sitreps import request_sitrep
from incidents.models import (
    Duty,
    Incident,
    IncidentState,
    LogEntry,
    Response,
    ResponseState,
)
from patrols.actions import log as patrol_log
from patrols.models import Patrol, PatrolLogEntry

# In the logs of how many patrols there is something to read.
_TALKED_OF = 4
# Who releases by rule, and to whom.
STANDING = {"KG-BS": "TJ-BT", "TJ-BT": "UZ-BT", "UZ-BT": "KG-BS"}
# Who hands the shift over, and whose situation report of yesterday is there.
HANDS_OVER, REPORTER = "KG-BS", "liaison.kg"
_ACT = [
    "ACT OF INSPECTION (demonstration)",
    "",
    "Drawn up by the officers of both posts at the place.",
    "1. The place was viewed and photographed from both sides.",
    "2. Tracks and damage are as described in the report.",
    "3. Nothing was moved before the arrival of the second side.",
    "4. Remarks of either side: none.",
    "",
    "Two copies, one for each side.",
]
_RADIO = (
    "Radio log, channel 4 (demonstration)\n"
    "07:40  Post to crew: report your place.\n"
    "07:42  Crew: at the ford, nobody in sight, water low.\n"
    "08:05  Crew: tracks of two horses, about six hours old, towards the ridge.\n"
    "08:11  Post: neighbour's duty officer informed, wait for their crew.\n"
)
_PHOTOS = ["View from the patrol road", "The same place from the far bank"]
_NO_FUEL = "No fuel before the morning; ask the neighbouring post"
_FAR_BANK = "Block the far bank"
_ASK = "Ask the herdsmen at the summer pasture what they saw"
_REMARK = (
    "Quiet night. Two responses are still out; the neighbour's duty officer calls at"
    " eight about the joint inspection."
)


def load(directory: Directory) -> None:
    """Do what belongs to the load itself."""
    reported, responding = (
        _open(IncidentState.REPORTED),
        _open(IncidentState.RESPONDING),
    )
    for row in reported[:2]:
        _confirm(row, _desk(directory, row.owner.code))
    for number, row in enumerate(responding[:3]):
        _attach(row, _desk(directory, row.owner.code), number)
    for row in responding[:2]:
        _report_twice(row, _desk(directory, row.owner.code))
    for row in responding[3:6]:
        _send_units(directory, row)
    # How many are open depends on the hour: the last, perhaps among those above.
    for row in responding[-2:]:
        _contain(row, _desk(directory, row.owner.code))
    for number, patrol in enumerate(_out()):
        _talk(directory, patrol, number)
    for number, (code, partner) in enumerate(STANDING.items()):
        _set_standing(_desk(directory, code), partner, number)
    _hand_over(directory)


def load_sitrep() -> None:
    """Let yesterday's report be made; the load is committed before."""
    from incidents.sitrep_run import make_next  # noqa: PLC0415 - loads Pango

    with system("load demo"):
        officer = Officer.objects.select_related("agency").get(username=REPORTER)
        by = actor_of(officer)
    today = timezone.localdate(timezone=ZoneInfo(by.time_zone))
    with acting(by):
        request_sitrep(day_on=today - timedelta(days=1), scope="all", by=by)
    make_next()


def _open(state: IncidentState) -> list[Incident]:
    """Return what many read in a state, those of who hands over first.

    What a second party has to confirm is left to the officers.
    """
    with system("load demo"):
        rows = Incident.objects.filter(state=state, level=0, tear_line_of=None)
        shared = rows.exclude(tlp=TLP.RED)
        if state == IncidentState.REPORTED:
            shared = shared.exclude(type__needs_confirmation=True)
        found = list(shared.select_related("owner", "type"))
    return sorted(found, key=lambda row: row.owner.code != HANDS_OVER)


def _out() -> list[Patrol]:
    """Return some joint patrols that are out now."""
    with system("load demo"):
        rows = Patrol.objects.under_way().filter(level=0, tear_line_of=None)
        shared = rows.exclude(tlp=TLP.RED).filter(participants__len__gt=1)
        return list(shared.select_related("lead").order_by("ref")[:_TALKED_OF])


def _talk(directory: Directory, patrol: Patrol, number: int) -> None:
    """Let the sides of a patrol speak in its log, one with a picture, one to itself."""
    partner = next(c for c in patrol.participants if c != patrol.lead.code)
    share = PatrolLogEntry.Sharing
    for n, (is_lead, text) in enumerate(logbook.ON_PATROL):
        code = patrol.lead.code if is_lead else partner
        by = directory.actor(
            directory.someone(code, Permission.PATROL_LOG), directory.now
        )
        photo = [pictures.photo("ford.jpg", number)] if n == 0 else []
        with acting(by):
            patrol_log.write_patrol_log(
                patrol=patrol, text=text, sharing=share.ALL, files=photo, by=by
            )
    with acting(by):
        patrol_log.write_patrol_log(
            patrol=patrol, text=logbook.OWN_OF_PATROL, sharing=share.OWN, by=by
        )


def _desk(directory: Directory, code: str) -> Actor:
    """Return an officer of an agency who may handle and release incidents."""
    officer = directory.someone(code, Permission.INCIDENT_RELEASE)
    return directory.actor(officer, directory.now)


def _attach(row: Incident, by: Actor, number: int) -> None:
    """Add pictures and an act to an incident, and a text to a line of its log."""
    share = LogEntry.Sharing.ALL
    with acting(by):
        for n, caption in enumerate(_PHOTOS[: 2 - number % 2]):
            file = pictures.photo(f"photo-{n}.jpg", number * 10 + n)
            attachments.attach(
                incident=row, files=[file], caption=caption, sharing=share, by=by
            )
        log.write_log(
            incident=row,
            text="Act drawn up together with the neighbour's post; radio log added.",
            sharing=share,
            files=[
                pictures.document("act.pdf", _ACT)
                if number == 0
                else pictures.notes("radio.txt", _RADIO)
            ],
            by=by,
        )


def _send_units(directory: Directory, row: Incident) -> None:
    """Send a post's people and an asset; one is on its way, one cannot come.

    A partner that sees the incident offers its own people.
    """
    by = _desk(directory, row.owner.code)
    with acting(by):
        post = Post.objects.visible_to(by).filter(owner=by.agency_id).first()
        asset = Asset.objects.visible_to(by).filter(owner=by.agency_id).first()
        sent: list[tuple[str, Any, str, str, str]] = [
            ("post", post, ResponseState.ACKNOWLEDGED, "Go there and report", ""),
            ("asset", asset, ResponseState.DECLINED, "Bring the equipment", _NO_FUEL),
        ]
        for kind, unit, state, task, remark in sent:
            if unit is None:
                continue
            made = responses.assign(incident=row, task=task, by=by, **{kind: unit})
            responses.advance(response=made, state=state, by=by, remark=remark)
    for code in STANDING:
        partner = _desk(directory, code)
        if code != row.owner.code and row.stored_audience.share_of(partner).keys:
            _offer_help(row, partner)
            return


def _offer_help(row: Incident, partner: Actor) -> None:
    """Take note and come, unless one's own people are sent already."""
    with acting(partner):
        theirs = Response.objects.visible_to(partner).filter(incident=row)
        if theirs.filter(agency=partner.agency_id).exists():
            return
        note_sighting(incident_id=row.pk, by=partner)
        life.acknowledge(incident=row, by=partner)
        made = responses.assign(
            incident=row, agency=agency_of(partner), task=_FAR_BANK, by=partner
        )
        responses.advance(response=made, state=ResponseState.EN_ROUTE, by=partner)
        due_at = timezone.now() + timedelta(hours=5)
        tasks.set_task(incident=row, what=_ASK, due_at=due_at, by=partner)


def _confirm(row: Incident, by: Actor) -> None:
    with acting(by):
        confirming.confirm(incident=row, by=by, why="Seen by our second patrol")


def _contain(row: Incident, by: Actor) -> None:
    why = "The place is cordoned off; it does not spread"
    with acting(by):
        life.contain(incident=row, by=by, why=why)


def _report_twice(row: Incident, by: Actor) -> None:
    """Report the same thing once more, and merge it as a duplicate."""
    values: dict[str, Any] = {
        "category": row.category,
        "severity": row.severity,
        "title": f"Second report: {row.title}"[:160],
        "narrative": "Reported by telephone by a driver who passed the place.",
        "place": row.place,
        "occurred_at": row.occurred_at,
        "tlp": row.tlp,
        "level": row.level,
    }
    with acting(by):
        made = life.report(by=by, **values)
        duplicates.merge(incident=made, into=row, why="The same place and time", by=by)


def _set_standing(by: Actor, partner: str, number: int) -> None:
    """Release by rule from now on: what neighbours need at once, and for how long."""
    with acting(by):
        standing.set_standing(
            by=by,
            name="Fire, flood and first aid",
            categories=["hazard", "medical"],
            severity="moderate",
            grantee=f"agency:{partner}",
        )
        if number == 0:
            standing.set_standing(
                by=by,
                name="Stray and stolen animals, in short",
                categories=["livestock"],
                severity="minor",
                grantee=f"agency:{partner}",
                scope="tearline",
                hours=14 * 24,
            )


def _hand_over(directory: Directory) -> None:
    """Offer a shift to who comes next; it waits for the answer."""
    code = directory.agencies[HANDS_OVER].pk
    with system("load demo"):
        duties = Duty.objects.filter(agency=code).select_related("officer__agency")
        now, following = list(duties.order_by("starts_at")[:2])
    by = actor_of(now.officer)
    with acting(by):
        hand_overs.offer_hand_over(duty=now, to=following, remark=_REMARK, by=by)
