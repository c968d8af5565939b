"""What is done with records in the small world, told to the oracle as well.

``furnish`` fills the world, so that each type of row is seen by some and hidden from
others; ``makers`` knows how to make one row of each.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.utils import timezone

import patrols.actions
from agencies.actions import assets, releases
from agencies.actions.webhooks import create_webhook, test_webhook
from agencies.context import system
from agencies.models import Agency, IdempotencyKey, Release
from agencies.policy import Role
from agencies.records import Owned
from incidents.actions import (
    attachments,
    confirming,
    life,
    log,
    responses,
    sightings,
    tasks,
)
from incidents.models import Confirmation, Incident, Transition
from live import deliveries, sequencer
from live.feed import newest
from live.models import Delivery
from patrols.models import Consent, LeadPlan, PatrolAttachment
from tests.leaks.facts import Grant, Note, Person, Sheet
from tests.leaks.ground import ANY, Ground
from tests.leaks.makers import EDITORS, MAKERS, REDRAWN
from tests.world import World, soon


class Town(Ground):
    """The world, the oracle, and all that happens to records in both."""

    # --- records and releases -------------------------------------------------

    def make(
        self,
        kind: str,
        writer: str,
        to: list[str] = ANY,
        *,
        must: bool = False,
        **marking: Any,
    ) -> UUID | None:
        """Create a record and release it in the same transaction."""
        mark = f"zephyr{uuid4().hex[:12]}"
        to = list(to)
        made: Owned | None = self.do(
            writer,
            lambda by: MAKERS[kind](by, mark, to, **marking),
            must=must,
        )
        if made is None:
            return None
        sheet = self.note(made, writer, mark)
        others = set(getattr(made, "participants", [])) | set(
            getattr(made, "entitlements", {})
        )
        wanted = {*to, *(f"agency:{code}" for code in others - {sheet.owner})}
        self.note_releases(made.pk, wanted)
        return made.pk

    def note(self, row: Owned, author: str, mark: str) -> Sheet:
        """Tell the oracle of a new record."""
        owner = self.oracle.people[author].agency or ""
        is_system = self.oracle.people[author].is_system
        sheet = Sheet(
            row.type_name(),
            owner,
            None if is_system else author,
            str(row.tlp),
            row.level,
            mark,
            getattr(row, "tear_line_of_id", None),
        )
        self.oracle.sheets[row.pk] = sheet
        return sheet

    def note_releases(self, record: UUID, wanted: set[str]) -> None:
        """Tell the oracle of a new record's releases: these, and no others."""
        with system("test"):
            rows = list(Release.objects.filter(record_id=record))
        assert {row.grantee for row in rows} == wanted
        tick = self.oracle.next_tick()
        for row in rows:
            kind, _colon, name = row.grantee.partition(":")
            self.oracle.grants[row.pk] = Grant(record, kind, name, tick)

    def release(
        self,
        who: str,
        record: UUID,
        to: str,
        *,
        scope: str = "full",
        hours: int | None = None,
        must: bool = False,
    ) -> UUID | None:
        """Release a record, or its tear line, for some hours or for good."""
        until = datetime.now(UTC) + timedelta(hours=hours) if hours else None
        row = self.row(record)
        made: Release | None = self.do(
            who,
            lambda by: releases.release(
                record=row, to=to, by=by, scope=scope, expires_at=until
            ),
            on=record,
            is_for_owner=True,
            must=must,
        )
        if made is None:
            return None
        if scope == "tearline" and made.record_id not in self.oracle.sheets:
            full = self.oracle.sheets[record]
            self.oracle.sheets[made.record_id] = Sheet(
                full.type, full.owner, full.author, full.tlp, 0, "", record
            )
        kind, _colon, name = to.partition(":")
        for grant in self.oracle.live(made.record_id):
            grant.is_ended |= (grant.kind, grant.name) == (kind, name)
        assert self.oracle.admits(made.record_id, kind, name), "wider than its marking"
        self.oracle.grants[made.pk] = Grant(
            made.record_id,
            kind,
            name,
            self.oracle.next_tick(),
            self.oracle.hour + hours if hours else None,
        )
        self.oracle.follow(made.record_id)
        return made.pk

    def revoke(self, who: str, release: UUID) -> None:
        """End a release, as somebody who may or may not."""
        grant = self.oracle.grants[release]
        row = self.row(grant.record)
        done = self.do(
            who,
            lambda by: releases.revoke(record=row, release_id=release, by=by),
            on=grant.record,
            is_for_owner=self.oracle.is_live(grant),
        )
        if done is not None:
            grant.is_ended = True
            self.oracle.follow(grant.record)

    def remark(self, who: str, record: UUID, **marking: Any) -> None:
        """Change a record's marking."""
        row = self.row(record)
        kind = self.type_of(record)
        done = self.do(
            who,
            lambda by: EDITORS[kind](by=by, **{kind: row}, **marking),
            on=record,
            is_for_owner=True,
        )
        if done is not None:
            sheet = self.oracle.sheets[record]
            tlp = str(marking.get("tlp", sheet.tlp))
            self.oracle.remark(record, tlp, marking.get("level", sheet.level))

    # --- what hangs on records ------------------------------------------------

    def contribute(self, who: str, record: UUID, verb: str, **more: Any) -> None:
        """Acknowledge, assign one's own agency, or write in the log, as a reader."""
        row = self.row(record)
        person = self.oracle.people[who]
        known = set(self.oracle.notes)
        if verb == "acknowledge":
            made = self.do(
                who,
                lambda by: life.acknowledge(incident=row, by=by),
                on=record,
            )
        elif verb == "assign":
            own = Agency.objects.get(code=person.agency)
            made = self.do(
                who,
                lambda by: responses.assign(incident=row, by=by, agency=own),
                on=record,
            )
        elif verb in ("file", "read"):
            self._contribute_file(who, record, verb)
            return
        elif verb == "open":
            made = self.do(
                who,
                lambda by: sightings.note_sighting(incident_id=record, by=by),
                on=record,
            )
        elif verb == "task":
            made = self.do(
                who,
                lambda by: tasks.set_task(
                    incident=row, what="Look", due_at=soon(99), by=by
                ),
                on=record,
            )
        elif verb == "confirm":
            self.do(who, lambda by: confirming.confirm(incident=row, by=by), on=record)
            with system("test"):
                given = Confirmation.objects.filter(incident=record)
                made = given.filter(agency__code=person.agency).first()
        else:
            made = self.do(
                who,
                lambda by: log.write_log(
                    incident=row, text="Seen", by=by, sharing=verb
                ),
                on=record,
            )
        self._note_steps(record)
        # Whoever opens what the own agency owns leaves no mark.
        if not made or made.pk in known:
            return
        is_own = verb == "own" and not self.oracle.owns(who, record)
        reader = None if verb == "all" else person
        self.oracle.notes[made.pk] = Note(
            made.type_name(), record, not is_own, self.oracle.ways(record, reader)
        )

    def _contribute_file(self, who: str, record: UUID, verb: str) -> None:
        """Add a file for all readers, or say that one has read the log.

        A file's custody, and who has read, are for the owner and that reader alone.
        """
        row, person = self.row(record), self.oracle.people[who]
        if verb == "read":
            mark = self.do(who, lambda by: log.read_log(incident=row, by=by), on=record)
            found = [(mark, person)] if mark else []
        else:
            made = self.do(
                who,
                lambda by: attachments.attach(
                    incident=row, by=by, sharing="all",
                    files=[ContentFile(b"Seen.", "x")],
                ),
                on=record,
            )  # fmt: skip
            found = _with_custody(made or [], person)
        self._note_found(record, found)

    def _note_found(self, record: UUID, found: list[tuple[Any, Any]]) -> None:
        """Note what hangs on a record, for the owner and one reader; None is all."""
        for one, reader in found:
            ways = self.oracle.ways(record, reader)
            self.oracle.notes[one.pk] = Note(one.type_name(), record, True, ways)

    def report(self, who: str, patrol: UUID, verb: str) -> None:
        """Write in the log of a patrol, for all or for one's own agency, or read it.

        ``file``: for all, with a file.
        """
        row, person = self.row(patrol), self.oracle.people[who]
        act: Any = patrols.actions.read_patrol_log
        if verb == "file":
            files = [ContentFile(b"Seen.", "x")]
            act = partial(patrols.actions.write_patrol_log, text="Seen", files=files)
        elif verb != "read":
            act = partial(patrols.actions.write_patrol_log, text="Seen", sharing=verb)
        made = self.do(who, lambda by: act(patrol=row, by=by), on=patrol)
        if made is not None and verb == "file":
            with system("test"):
                kept = list(PatrolAttachment.objects.filter(entry=made))
            self._note_found(patrol, [(made, None), *_with_custody(kept, person)])
        elif made is not None:
            is_own = verb == "own" and not self.oracle.owns(who, patrol)
            ways = self.oracle.ways(patrol, None if verb == "all" else person)
            self.oracle.notes[made.pk] = Note(
                made.type_name(), patrol, not is_own, ways
            )

    def _note_steps(self, incident: UUID) -> None:
        """Note the steps that an incident took: whoever sees it sees them."""
        with system("test"):
            taken = Transition.objects.filter(incident=incident)
            for pk in taken.values_list("pk", flat=True):
                self.oracle.steps[pk] = incident

    def step(self, who: str, patrol: UUID, verb: str, **values: Any) -> None:
        """Take a patrol one step on, as somebody who may or may not."""
        row = self.row(patrol)
        self.do(
            who,
            lambda by: getattr(patrols.actions, verb)(patrol=row, by=by, **values),
            on=patrol,
        )
        self._note_consents(row)

    def _note_consents(self, patrol: Any) -> None:
        """Note what was asked of a patrol: the owner and all who take part see it."""
        with system("test"):
            asked = Consent.objects.filter(patrol=patrol).values_list("pk", flat=True)
            new = set(asked) - set(self.oracle.notes)
        for pk in new:
            readers = [Person("", None, code, 3) for code in patrol.participants]
            ways = [w for r in readers for w in self.oracle.ways(patrol.pk, r)]
            self.oracle.notes[pk] = Note("consent", patrol.pk, True, ways)

    def hand_over(self, who: str, patrol: UUID, lead: str) -> None:
        """Let another of those that take part lead: it gives no right to see."""
        row = self.row(patrol)
        agency = self.world.agencies[lead]
        self.do(
            who,
            lambda by: patrols.actions.change(patrol=row, by=by, lead=agency),
            on=patrol,
            is_for_owner=True,
        )
        self._note_consents(row)

    def move(self, who: str, patrol: UUID) -> None:
        """Send a position, each a minute and a kilometre after the one before.

        Well within the two hours that maps show, however long an example takes.
        """
        row = self.row(patrol)
        number = list(self.oracle.fixes.values()).count(patrol)
        at = timezone.now() - timedelta(minutes=45 - number)
        place = (70.5 + number / 100, 40.1)
        fix = patrols.actions.NewFix(at=at, place=place, device="d")
        done = self.do(
            who,
            lambda by: patrols.actions.add_fixes(patrol=row, fixes=[fix], by=by),
            on=patrol,
        )
        if done:
            with system("test"):
                made = row.fixes.get(at=at)
            self.oracle.fixes[made.pk] = patrol

    def redraw(self, who: str, place: UUID) -> None:
        """Draw a place anew, once; what it was stays."""
        row: Any = self.row(place)
        kind = self.type_of(place)
        done = self.do(
            who,
            lambda by: EDITORS[kind](by=by, **{kind: row}, **REDRAWN[kind]),
            on=place,
            is_for_owner=True,
        )
        if done is not None:
            model = row.version_model()
            with system("test"):
                former = model.objects.filter(**{kind: place})
                for pk in former.values_list("pk", flat=True):
                    self.oracle.versions[pk] = (model.type_name(), place)

    def maintain(self, who: str, asset: UUID) -> None:
        """Plan maintenance of an asset."""
        row = self.row(asset)
        made = self.do(
            who,
            lambda by: assets.plan_maintenance(
                asset=row, starts_at=soon(1), ends_at=soon(9), reason="Service", by=by
            ),
            on=asset,
            is_for_owner=True,
        )
        if made is not None:
            self.oracle.maintenances[made.pk] = asset

    def open_patrols(self, who: str, programme: UUID, days: int = 3) -> None:
        """Open a programme's next patrols; the rotation says who leads."""
        row = self.row(programme)
        made = self.do(
            who,
            lambda by: patrols.actions.open_patrols(
                programme=row, upto=soon(24 * days), by=by
            ),
            on=programme,
            is_for_owner=True,
        )
        for patrol in made or []:
            self.note(patrol, who, self.oracle.sheets[programme].mark)
            codes = set(row.entitlements) - {row.owner.code}
            self.note_releases(patrol.pk, {f"agency:{code}" for code in codes})
        if made:
            with system("test"):
                kept = LeadPlan.objects.filter(programme=programme)
                for pk in kept.values_list("pk", flat=True):
                    self.oracle.plans[pk] = programme

    def open_feed(self, who: str) -> None:
        """Give an officer's calendar a feed of the officer's own."""
        made = self.do(who, lambda by: patrols.actions.create_feed(by=by), must=True)
        self.oracle.feeds[made[0].pk] = who

    def open_webhook(self, who: str) -> None:
        """Send an agency's events to a system of its own; take up the first ones."""
        clearance = self.oracle.people[who].clearance
        values = {"name": "N", "url": "https://system.example/", "clearance": clearance}
        made = self.do(who, lambda by: create_webhook(by=by, **values), must=True)
        self.oracle.hooks[made[0].pk] = ("webhook", who)
        self.do(who, lambda by: test_webhook(webhook=made[0], by=by), must=True)
        sequencer.sequence()
        with system("test"):
            deliveries.collect(made[0], newest())
            found = Delivery.objects.filter(webhook=made[0])
            taken = found.values_list("pk", flat=True)
            self.oracle.hooks |= dict.fromkeys(taken, ("delivery", who))

    def post_once(self, who: str, browser: Browser) -> None:
        """Report over REST with a key, so that the answer is kept for who asked."""
        mark = f"zephyr{uuid4().hex[:12]}"
        body = {
            "category": "drugs", "severity": "minor", "title": mark,
            "place": {"type": "Point", "coordinates": [70.6, 40.1]},
            "occurred_at": timezone.now().isoformat(), "release_to": [],
        }  # fmt: skip
        sent = browser.post(
            "/api/v1/incidents/",
            orjson.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": mark},
        )
        assert sent.status_code == 201, sent.content
        with system("test"):
            kept = IdempotencyKey.objects.get(key=mark)
            row = Incident.objects.select_related("owner").get(pk=sent.json()["id"])
        self.note(row, who, mark)
        self.oracle.answers[kept.pk] = who


def _with_custody(made: list[Any], person: Person) -> list[tuple[Any, Any]]:
    """Return files, for all, and their custody, for who added them."""
    with system("test"):
        lines = [line for one in made for line in one.custody.all()]
    return [*((one, None) for one in made), *((line, person) for line in lines)]


def _send_out(town: Town, patrol: UUID) -> None:
    """Let a patrol leave, move and be written about."""
    for name, verb in (("owner", "agree"), ("partner", "agree"), ("owner", "start")):
        town.step(name, patrol, verb)
    for _again in range(2):
        town.move("partner", patrol)
    for verb in ("all", "own", "file", "read"):
        town.report("partner", patrol, verb)


def furnish(world: World) -> Town:
    """Fill the small world: each type of row, seen by some and hidden from others."""
    town = Town(world)
    town.add_agreement("TJ-UZ", ["TJ-BT", "UZ-BT"], "green")
    town.add_officer("owner_mid", "KG-BS", 1)
    town.add_officer("late_admin", "UZ-BT", 2, [Role.AGENCY_ADMIN])
    town.add_client("partner_system", "TJ-BT", 1)
    town.keep("partner", by="partner")
    town.keep("owner_low", by="owner")
    for name in ("owner", "partner", "late", "outsider"):
        town.make("zone", name, must=True)
    for kind in MAKERS:
        town.make(kind, "owner", ["agency:TJ-BT"], must=True)
    incident = town.make("incident", "owner", ["agreement:KG-TJ"], level=1, must=True)
    assert incident
    for verb in (
        "acknowledge", "assign", "own", "confirm", "task", "file", "read", "open",
    ):  # fmt: skip
        town.contribute("partner", incident, verb)
    town.release("owner", incident, "agency:KZ-BS", scope="tearline", must=True)
    patrol = next(k for k, s in town.oracle.sheets.items() if s.type == "patrol")
    _send_out(town, patrol)
    hangs: dict[str, Callable[[str, UUID], None]] = dict.fromkeys(REDRAWN, town.redraw)
    hangs |= {"asset": town.maintain, "programme": town.open_patrols}
    for pk, sheet in list(town.oracle.sheets.items()):
        if hang := hangs.get(sheet.type):
            hang(sheet.author or "owner", pk)
    town.post_once("owner", town.browser("owner"))
    town.open_feed("owner")
    town.open_feed("partner")
    town.open_webhook("owner_admin")
    return town
