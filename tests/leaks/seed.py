"""The small world, full: every model has rows, each marked and released differently.

``MAKERS`` knows how to make one row of each model that can be owned, as ``makers``
does unless more hangs on it; the crawl fails for a model that it does not know, and
says so. Everything is done by actions.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import LineString, MultiLineString, Point
from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.utils import timezone

from agencies.actions import assets, files, personnel, releases, webhooks
from agencies.context import acting, system
from agencies.models import Officer, State
from agencies.policy import TLP, Actor
from agencies.records import Guarded, Owned, Record, guarded_models
from incidents.actions import (
    attachments,
    confirming,
    duplicates,
    life,
    log,
    responses,
    sightings,
    tasks,
)
from incidents.actions.sitreps import request_sitrep
from incidents.models import Attachment, LogEntry
from incidents.sitrep_run import make_next
from live import deliveries, sequencer
from live.feed import newest
from patrols import actions as patrols
from patrols.models import (
    Assignment,
    Patrol,
    PatrolAttachment,
    PatrolLogEntry,
    Programme,
)
from patrols.roster_run import run_next
from tests.leaks import makers, watchers
from tests.world import PASSWORD, World, soon

# Every model that an agency can own.
OWNED = [m for m in guarded_models() if issubclass(m, Owned)]
NUMBERS = count(1)
INCIDENTS = count(1)
# Why a row exists: who owns it, how it is marked, to whom it is released.
VARIANTS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "own": ("owner", {}, []),
    "secret": ("owner", {"level": 2}, ["agency:TJ-BT"]),
    "red": ("owner", {"tlp": TLP.RED}, ["officer:partner"]),
    "partner": ("owner", {}, ["agency:TJ-BT"]),
    "parties": ("owner", {}, ["agreement:KG-TJ"]),
    "outsider": ("owner", {}, ["agency:KZ-BS"]),
    "partners": ("partner", {}, ["agency:KG-BS"]),
    "outsiders": ("outsider", {}, []),
    "lates": ("late", {}, ["agreement:KZ-UZ"]),
}


def _zone_of(by: Actor) -> Any:
    """Return the agency's first zone, made for nobody else unless it is there."""
    return makers.own_zone(by) or add(by, "zone")


def _programme(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    """A programme of the agency's only agreement; nobody else is entitled."""
    assert by.agency
    return patrols.create_programme(
        by=by,
        release_to=to,
        agreement=makers.first_agreement(by),
        code=mark,
        name=mark,
        zone=_zone_of(by),
        recurrence="FREQ=WEEKLY",
        first_on=date(2026, 1, 1),
        start_time=clock(8),
        time_zone="UTC",
        duration=timedelta(hours=4),
        entitlements={by.agency: 1},
        **marking,
    )


def _patrol(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    """A patrol under way, in a zone and with a commander of its own."""
    with system("test"):
        officer = Officer.objects.select_related("agency").get(pk=by.officer_id)
        # Nobody commands two at once: each is to be back before the next one leaves.
        led = Patrol.objects.filter(commander=officer).count()
    planned = patrols.plan(
        by=by,
        release_to=to,
        lead=officer.agency,
        participants=[by.agency],
        title=mark,
        zone=_zone_of(by),
        starts_at=soon(-2 + 7 * led),
        ends_at=soon(5 + 7 * led),
        **marking,
    )
    patrols.agree(patrol=planned, by=by)
    patrols.start(patrol=planned, by=by)
    with system("test"):
        Patrol.objects.filter(pk=planned.pk).update(commander=officer)
    planned.refresh_from_db()
    place = (70.5, 40.1)
    fix = patrols.NewFix(at=timezone.now(), place=place, device="d")
    patrols.add_fixes(patrol=planned, fixes=[fix], by=by)
    return planned


def _incident(by: Actor, mark: str, to: list[str], **marking: Any) -> Owned:
    """An incident, every third with a patrol of its own."""
    patrol = add(by, "patrol") if next(INCIDENTS) % 3 == 0 else None
    return makers.MAKERS["incident"](by, mark, to, patrol=patrol, **marking)


# Programmes and patrols of one agency alone, whoever is let see them; patrols are out.
MAKERS: dict[str, Callable[..., Owned]] = makers.MAKERS | {
    "programme": _programme,
    "patrol": _patrol,
    "incident": _incident,
}


def add(by: Actor, kind: str, to: Iterable[str] = (), **marking: Any) -> Any:
    """Make one row of a type, under a code or title of its own."""
    return MAKERS[kind](by, f"N{next(NUMBERS)}", list(to), **marking)


def make(world: World, model: type[Owned], variant: str) -> Any:
    """Make one row of a model, marked and released as the variant says."""
    name, marking, grantees = VARIANTS[variant]
    kind = model.type_name()
    assert kind in MAKERS, f"add a maker of {kind} to MAKERS in tests/leaks/makers.py"
    by = world.actor(name)
    with acting(by):
        return add(by, kind, [_named(world, g) for g in grantees], **marking)


def _named(world: World, grantee: str) -> str:
    """Return a grantee by the code that it has in this world."""
    kind, _colon, name = grantee.partition(":")
    if kind == "officer":
        name = world.officers[name].username
    elif kind == "agreement":
        is_own = name == "KG-TJ"
        name = (world.agreement if is_own else world.other_agreement).code
    return f"{kind}:{name}"


def fill(world: World) -> None:
    """Make every variant of every model, and what hangs on them."""
    begun, *_others = watchers.stand(world, "owner", "partner", "outsider")
    made = {(m, v): make(world, m, v) for m in OWNED for v in VARIANTS}
    for model in OWNED:
        _release_partly(world, model)
    world.join("UZ-BT")
    for model in OWNED:
        make(world, model, "parties")
    hangs = {"programme": open_leads, "asset": maintain}
    hangs |= dict.fromkeys(makers.REDRAWN, _redraw)
    for (_model, variant), row in made.items():
        if variant in ("partner", "parties"):
            speak(world, row)
        if hang := hangs.get(row.type_name()):
            hang(world, row, VARIANTS[variant][0])
    merge(world)
    watchers.call()
    watchers.set_standing(world, "owner", "agency:TJ-BT")
    watchers.set_standing(world, "outsider", "agency:KG-BS")
    watchers.hand_over(world, begun, "owner", "owner_low")
    _ask(world)
    hand_over(world)
    rosters(world)
    _accounts(world)
    report_again(world, "owner")
    time.sleep(0.25)  # until the releases that were to expire have
    while sequencer.sequence():
        pass
    empty = [m.__name__ for m in guarded_models() if not _has_rows(m)]
    assert not empty, f"make a row of {empty} in fill() in tests/leaks/seed.py"


def _has_rows(model: type[Guarded]) -> bool:
    with system("test"):
        return bool(model._base_manager.exists())


def _release_partly(world: World, model: type[Owned]) -> None:
    """A tear line, a release that was ended, and one that has expired."""
    by = world.owner
    if issubclass(model, Record):
        row = make(world, model, "own")
        with acting(by):
            releases.release(record=row, to="agency:TJ-BT", by=by, scope="tearline")
    row = make(world, model, "own")
    with acting(by):
        ended = releases.release(record=row, to="agency:TJ-BT", by=by, reason="r")
        releases.revoke(record=row, release_id=ended.pk, by=by, reason="r")
    row = make(world, model, "own")
    soon_over = datetime.now(UTC) + timedelta(seconds=0.2)
    with acting(by):
        releases.release(record=row, to="agency:TJ-BT", by=by, expires_at=soon_over)


def open_leads(world: World, row: Any, name: str) -> None:
    """Open a programme's patrol of the week, with the plan of its lead."""
    by = world.actor(name)
    with acting(by):
        patrols.open_patrols(programme=row, upto=soon(24 * 7), by=by)


def _ask(world: World) -> None:
    """Propose a patrol that a partner takes part in; it would rather have it later.

    Another agency is let see it, and what was answered it does not.
    """
    by = world.owner
    with acting(by):
        grantees = ["agency:TJ-BT", "agency:KZ-BS"]
        patrol: Any = makers.MAKERS["patrol"](by, f"N{next(NUMBERS)}", grantees[:1])
        releases.release(record=patrol, to=grantees[1], by=by)
        patrols.propose(patrol=patrol, by=by)
    by = world.partner
    with acting(by):
        patrols.counter(patrol=patrol, ends_at=soon(12), reason="R", by=by)


def hand_over(world: World) -> None:
    """Let a partner decline the lead of a patrol that is out, then take it.

    Another agency is let see the patrol, and with it who leads.
    """
    by, partner = world.owner, world.partner
    with acting(by):
        grantees = ["agency:TJ-BT", "agency:KZ-BS"]
        patrol: Any = makers.MAKERS["patrol"](by, f"N{next(NUMBERS)}", grantees[:1])
        releases.release(record=patrol, to=grantees[1], by=by)
        patrols.propose(patrol=patrol, by=by)
    with acting(partner):
        patrols.agree(patrol=patrol, by=partner)
    with acting(by):
        patrols.start(patrol=patrol, by=by)
        patrols.offer_lead(patrol=patrol, to="TJ-BT", reason="R", by=by)
    with acting(partner):
        patrols.decline_lead(patrol=patrol, reason="R", by=partner)
        patrols.seize_lead(patrol=patrol, reason="R", by=partner)


def rosters(world: World) -> None:
    """One that is published, with people and equipment of two agencies; and a draft.

    Somebody of each agency has a wish, and one asks a colleague to swap. Nobody has
    the commanders' paper: both agencies are short of commanders.
    """
    by = world.owner
    with acting(by):
        programme: Any = patrols.create_programme(
            by=by, agreement=world.agreement, code="R", name="R", zone=_zone_of(by),
            recurrence="FREQ=DAILY", first_on=date(2026, 1, 1), start_time=clock(20),
            time_zone="UTC", duration=timedelta(hours=4),
            entitlements={"KG-BS": 1, "TJ-BT": 1},
            demand={"places": {"KG-BS": 1, "TJ-BT": 2},
                    "equipment": {"KG-BS": {"radio": 1}}},
        )  # fmt: skip
        opened = patrols.open_patrols(programme=programme, upto=soon(24 * 4), by=by)
    for name in ("owner", "partner"):
        wishing = world.actor(name)
        with acting(wishing):
            patrols.wish(patrol=opened[0], is_wanted=False, reason="R", by=wishing)
    day = timezone.localdate()
    for is_published in (True, False):
        with acting(by):
            roster = patrols.request_roster(
                agreement=world.agreement, from_on=day, seconds=5,
                until_on=day + timedelta(days=4), by=by,
            )  # fmt: skip
        assert run_next()
        if is_published:
            with acting(by):
                patrols.publish_roster(roster=roster, by=by)
    _swap(world)


def _swap(world: World) -> None:
    """Ask a colleague to take a duty over, or to exchange it for one of theirs."""
    names = {world.officers[name].pk: name for name in ("owner", "owner_low")}
    with system("test"):
        sent = Assignment.objects.filter(is_active=True, officer__in=names)
        given, *others = sent.order_by("during")
    name = names.pop(given.officer_id)
    (colleague,) = names.values()
    by = world.actor(name)
    with acting(by):
        patrols.ask_swap(
            assignment=given, colleague=world.officers[colleague], note="N", by=by,
            wanted=next((one for one in others if one.officer_id in names), None),
        )  # fmt: skip


def report_again(world: World, *names: str) -> None:
    """Make situation reports of what there is, by several people, and of all scopes."""
    for name in names:
        by = world.actor(name)
        scopes = [("own", None), ("all", None)]
        today = timezone.localdate(timezone=ZoneInfo(by.time_zone))
        codes = {one.agreement for one in by.memberships}
        if world.agreement.code in codes:
            scopes.append(("agreement", world.agreement))
        for scope, agreement in scopes:
            with acting(by):
                request_sitrep(day_on=today, scope=scope, agreement=agreement, by=by)
            assert make_next()


def _redraw(world: World, row: Any, name: str) -> None:
    by = world.actor(name)
    kind = row.type_name()
    with acting(by):
        makers.EDITORS[kind](by=by, **{kind: row}, **makers.REDRAWN[kind])


def maintain(world: World, row: Any, name: str) -> None:
    """Plan maintenance of an asset, by its owner."""
    by = world.actor(name)
    with acting(by):
        assets.plan_maintenance(
            asset=row, starts_at=soon(1), ends_at=soon(9), reason="R", by=by
        )


def speak(world: World, row: Any) -> None:
    """Write about an incident or a patrol, if it is one, from both sides."""
    talks: dict[str, Callable[..., None]] = {"incident": talk, "patrol": report}
    if write := talks.get(row.type_name()):
        write(world, row)


def report(world: World, row: Any) -> None:
    """Write in a patrol's log, for all and for few, with files; take one back."""
    for name in ("owner", "partner"):
        by = world.actor(name)
        with acting(by):
            for sharing in ("all", "own"):
                line = patrols.write_patrol_log(
                    patrol=row, text="x", sharing=sharing, by=by
                )
                made = [
                    patrols.attach_to_patrol_log(
                        patrol=row, entry=line, caption="c", by=by,
                        files=[ContentFile(b"x", "x.txt")],
                    )[0]
                    for _again in range(2)
                ]  # fmt: skip
                files.withdraw_file(attachment=made[-1], by=by)
            lines = PatrolLogEntry.objects.visible_to(by).filter(patrol=row)
            patrols.read_patrol_log(patrol=row, entry=lines.last(), by=by)
        look(world, row, name, PatrolAttachment)


def talk(world: World, row: Any) -> None:
    """Acknowledge, respond to and write about an incident, from both sides."""
    for name in ("owner", "partner"):
        by = world.actor(name)
        with acting(by):
            sightings.note_sighting(incident_id=row.pk, by=by)
            life.acknowledge(incident=row, by=by)
            for sharing in ("all", "owner", "own"):
                log.write_log(incident=row, text="x", sharing=sharing, by=by)
            attach(world, row, name)
            patrol = add(by, "patrol")
            responses.assign(incident=row, patrol=patrol, task="t", by=by)
            tasks.set_task(incident=row, what="w", due_at=soon(9), by=by)
            if name == "partner":
                confirming.confirm(incident=row, why="y", by=by)


def merge(world: World) -> None:
    """Merge a duplicate that others see into what they do not, and the reverse."""
    by = world.owner
    pairs = [([], ["agency:TJ-BT"]), (["agency:TJ-BT"], []), (["agency:TJ-BT"],) * 2]
    with acting(by):
        for grantees in pairs:
            row, into = (add(by, "incident", to) for to in grantees)
            duplicates.merge(incident=row, into=into, why="y", by=by)


def attach(world: World, row: Any, name: str) -> None:
    """Add files for all and for few, look at them, take one back, read the log."""
    by = world.actor(name)
    with acting(by):
        made = [
            attachments.attach(
                incident=row, files=[ContentFile(b"x", "x.txt")], sharing=sharing,
                caption="c", by=by,
            )[0]
            for sharing in ("all", "owner", "own", "all")
        ]  # fmt: skip
        files.withdraw_file(attachment=made[-1], by=by)
        lines = LogEntry.objects.visible_to(by).filter(incident=row)
        log.read_log(incident=row, entry=lines.last(), by=by)
    look(world, row, name, Attachment)


def look(world: World, row: Any, name: str, model: Any) -> None:
    """Look at all files at a record that the other side of ``name`` sees."""
    other = world.partner if name == "owner" else world.owner
    with acting(other):
        seen = model.objects.visible_to(other).filter(**{model.guard_parent: row})
        for one in seen:
            files.view(attachment=one, copy="working", by=other)


def _accounts(world: World) -> None:
    """Papers, keys of repeated requests, clients, a wrong password, a border."""
    for officer in world.officers.values():
        planners = {"KG-BS": "owner", "TJ-BT": "partner", "UZ-BT": "late"}
        assert officer.agency
        by = world.actor(planners.get(officer.agency.code, "outsider"))
        with acting(by):
            personnel.enter_absence(
                officer=officer, kind="leave", starts_at=soon(1), ends_at=soon(30),
                note="N", by=by,
            )  # fmt: skip
            personnel.certify(officer=officer, name="C", authority="A", by=by)
            personnel.authorise(
                officer=officer, territory=State.objects.get(code="KG"),
                valid_from=date(2026, 1, 1), authority="A", by=by,
            )  # fmt: skip
    for name in world.officers:
        by = world.actor(name)
        with acting(by):
            patrols.create_feed(by=by, programme=Programme.objects.first())
    by = world.actor("owner_admin")
    with acting(by):
        values = {"name": "N", "url": "https://system.example/", "clearance": 1}
        hook, _secret = webhooks.create_webhook(by=by, **values)
        webhooks.test_webhook(webhook=hook, by=by)
    sequencer.sequence()
    with system("test"):
        deliveries.collect(hook, newest())
    for name in ("owner", "outsider"):
        with system("test"):
            browser = Browser()
            browser.force_login(world.officers[name])
        sent = browser.post(
            "/api/v1/zones/",
            {"code": "K", "name": "K", "area": {"type": "MultiPolygon",
             "coordinates": [[[[70, 40], [71, 40], [71, 41], [70, 40]]]]}},
            content_type="application/json",
            headers={"Idempotency-Key": "key"},
        )  # fmt: skip
        assert sent.status_code == 201, sent.content
    for agency in world.agencies:
        world.client(agency)
    Browser().post("/accounts/login/", {"username": "nobody", "password": PASSWORD})
    with acting(world.admin):
        line = MultiLineString(LineString((70, 40), (71, 41)), srid=4326)
        section = patrols.register_section(
            code="KG-TJ-1", name="S", states=["KG", "TJ"], status="agreed",
            line=line, source="s", by=world.admin,
        )  # fmt: skip
        patrols.register_marker(
            section=section, number="127", place=Point(70.5, 40.5, srid=4326),
            source="s", by=world.admin,
        )  # fmt: skip
