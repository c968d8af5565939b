"""A naive model of who sees what, in plain Python, written from the rules' text.

It knows nothing of keys, audiences or epochs, and shares no code with
``agencies/policy/``: it keeps who released what to whom and when, and who was
party to which agreement from when to when. Time is a number of hours; ``tick``
orders what happened.

``RULES`` says, for each type of guarded row, how to tell who sees it. A new model
is not in it, and fails ``test_every_guarded_model_has_its_rule`` until it is.
"""

from dataclasses import dataclass, field
from math import inf
from uuid import UUID

from tests.leaks.facts import Agreement, Grant, Note, Person, Sheet, Way

# From the strictest to the widest (TLP 2.0), and whom each may be released to.
STRICTNESS = ["red", "amber+strict", "amber", "green", "clear"]
ADMITTED = {
    "red": {"officer"},
    "amber+strict": {"officer", "agency"},
    "amber": {"officer", "agency", "agreement"},
    "green": {"officer", "agency", "agreement"},
    "clear": {"officer", "agency", "agreement"},
}


@dataclass
class Oracle:
    """The whole naive world."""

    people: dict[str, Person] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    sheets: dict[UUID, Sheet] = field(default_factory=dict)
    grants: dict[UUID, Grant] = field(default_factory=dict)
    notes: dict[UUID, Note] = field(default_factory=dict)
    fixes: dict[UUID, UUID] = field(default_factory=dict)
    # Steps of incidents, by the incident.
    steps: dict[UUID, UUID] = field(default_factory=dict)
    # Shapes that places had: the type, and of which place.
    versions: dict[UUID, tuple[str, UUID]] = field(default_factory=dict)
    # Plans of leads, by the programme.
    plans: dict[UUID, UUID] = field(default_factory=dict)
    # What is kept of officers: its type, and of whom.
    papers: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    # By the asset.
    maintenances: dict[UUID, UUID] = field(default_factory=dict)
    answers: dict[UUID, str] = field(default_factory=dict)
    # Calendar feeds, by the officer.
    feeds: dict[UUID, str] = field(default_factory=dict)
    # Webhooks and their deliveries: who set them up, with their own clearance.
    hooks: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    # Agencies, and officers, that have ever seen a record: they may hear that it went.
    ever: set[tuple[str, UUID]] = field(default_factory=set)
    hour: int = 0
    tick: int = 0

    # --- what there is --------------------------------------------------------

    def ids(self) -> dict[str, set[UUID]]:
        """All rows that there are, by type."""
        found: dict[str, set[UUID]] = {kind: set() for kind in RULES}
        for pk, sheet in self.sheets.items():
            found[sheet.type].add(pk)
        for pk, note in self.notes.items():
            found[note.type].add(pk)
        found["release"] = set(self.grants)
        found["fix"] = set(self.fixes)
        found["transition"] = set(self.steps)
        found["leadplan"] = set(self.plans)
        for pk, (kind, _place) in self.versions.items():
            found[kind].add(pk)
        found["maintenance"] = set(self.maintenances)
        for pk, (kind, _name) in self.papers.items():
            found[kind].add(pk)
        found["idempotencykey"] = set(self.answers)
        found["feedkey"] = set(self.feeds)
        for pk, (kind, _who) in self.hooks.items():
            found[kind].add(pk)
        found["officer"] = {p.id for p in self.people.values() if p.id}
        found["agreement"] = {a.id for a in self.agreements.values()}
        parties = [p for a in self.agreements.values() for p in a.parties]
        found["party"] = {pk for _agency, pk, _since, _left in parties}
        return found

    def visible(self, name: str) -> set[tuple[str, UUID]]:
        """All rows that a person sees, with their types."""
        return {
            (kind, pk)
            for kind, ids in self.ids().items()
            for pk in ids
            if self.sees(name, kind, pk)
        }

    def sees(self, name: str, kind: str, pk: UUID) -> bool:
        """Whether a person sees a row; whoever is locked out sees nothing."""
        person = self.people[name]
        return person.is_active and RULES[kind](self, person, pk)

    def next_tick(self) -> int:
        """Let one thing more have happened."""
        self.tick += 1
        return self.tick

    # --- records and releases -------------------------------------------------

    def owns(self, name: str, record: UUID) -> bool:
        """Whether a record belongs to a person's agency."""
        return self.people[name].agency == self.sheets[record].owner

    def sees_record(self, person: Person, pk: UUID) -> bool:
        """The owner's cleared staff, for RED the author alone, and the released to."""
        sheet = self.sheets[pk]
        return self.reads_as_owner(person, sheet) or any(
            self.opens(grant, person)
            for grant in self.live(pk)
            if person.clearance >= sheet.level
        )

    def reads_as_owner(self, person: Person, sheet: Sheet) -> bool:
        """Whether a person sees a record without any release."""
        if person.clearance < sheet.level or person.agency != sheet.owner:
            return False
        return sheet.tlp != "red" or sheet.author == person.name

    def live(self, record: UUID) -> list[Grant]:
        """The releases of a record that have neither ended nor expired."""
        return [
            grant
            for grant in self.grants.values()
            if grant.record == record and self.is_live(grant)
        ]

    def is_live(self, grant: Grant) -> bool:
        """Whether a release has neither ended nor expired."""
        is_over = grant.until is not None and grant.until <= self.hour
        return not grant.is_ended and not is_over

    def opens(self, grant: Grant | Way, person: Person) -> bool:
        """Whether a release is to this person."""
        if grant.kind == "agency":
            return person.agency == grant.name
        if grant.kind == "officer":
            return person.name == grant.name
        joined = self.agreements[grant.name].joined(person.agency)
        return joined is not None and joined <= grant.tick

    def admits(self, record: UUID, kind: str, name: str) -> bool:
        """Whether the marking, and the agreement's cap, allow a release."""
        tlp = self.sheets[record].tlp
        if kind not in ADMITTED[tlp]:
            return False
        if kind != "agreement":
            return True
        cap = self.agreements[name].max_tlp
        return STRICTNESS.index(tlp) >= STRICTNESS.index(cap)

    def sees_release(self, person: Person, pk: UUID) -> bool:
        """The owner, and whom it is to as long as it lasts."""
        grant = self.grants[pk]
        sheet = self.sheets[grant.record]
        if self.reads_as_owner(person, sheet):
            return True
        is_cleared = person.clearance >= sheet.level
        return is_cleared and self.is_live(grant) and self.opens(grant, person)

    def remark(self, record: UUID, tlp: str, level: int) -> None:
        """Change a marking: what it no longer admits ends, and does not come back."""
        sheet = self.sheets[record]
        sheet.tlp, sheet.level = tlp, level
        for grant in self.live(record):
            grant.is_ended = not self.admits(record, grant.kind, grant.name)
        self.follow(record)

    # --- what hangs on a record ----------------------------------------------

    def ways(self, record: UUID, reader: Person | None = None) -> list[Way]:
        """The ways into a record now: all, or those of one reader's agency."""
        level = self.sheets[record].level
        return [
            Way(
                grant.kind,
                grant.name,
                grant.tick,
                level,
                grant.until,
                reader.agency if reader and grant.kind == "agreement" else None,
            )
            for grant in self.live(record)
            if reader is None or self.opens(grant, reader)
        ]

    def follow(self, record: UUID) -> None:
        """Narrow what hangs on a record to the ways that are left; never widen it."""
        level = self.sheets[record].level
        for note in self.notes.values():
            if note.record != record:
                continue
            kept = []
            for way in note.ways:
                same = self._same(way, record)
                if same is None:
                    continue
                way.level = max(way.level, level)
                way.until = same.until
                kept.append(way)
            note.ways = kept

    def _same(self, way: Way, record: UUID) -> Grant | None:
        """The live release by which the readers of ``way`` come in, the longest."""
        known = [
            grant
            for grant in self.live(record)
            if (grant.kind, grant.name) == (way.kind, way.name)
            and (way.kind != "agreement" or self._is_later(grant, way))
        ]
        return max(known, key=_end, default=None)

    def _is_later(self, grant: Grant, way: Way) -> bool:
        """Whether who was a party when ``way`` was opened was one at the release."""
        joins = self.agreements[way.name].joins
        return joins(grant.tick) >= joins(way.tick)

    def sees_note(self, person: Person, pk: UUID) -> bool:
        """Whom it was written for, as long as they see the record by the same way."""
        note = self.notes[pk]
        if note.is_owners and self.reads_as_owner(person, self.sheets[note.record]):
            return True
        return any(
            person.clearance >= way.level
            and (way.until is None or way.until > self.hour)
            and way.only in (None, person.agency)
            and self.opens(way, person)
            for way in note.ways
        )

    def sees_fix(self, person: Person, pk: UUID) -> bool:
        """Exactly those who see the patrol."""
        return self.sees_record(person, self.fixes[pk])

    def sees_step(self, person: Person, pk: UUID) -> bool:
        """Exactly those who see the incident."""
        return self.sees_record(person, self.steps[pk])

    def sees_plan(self, person: Person, pk: UUID) -> bool:
        """Exactly those who see the programme, as far as the table goes."""
        return self.sees_record(person, self.plans[pk])

    def sees_none(self, person: Person, pk: UUID) -> bool:
        """Nobody in town asks for rosters or hands over: crawl and own tests do."""
        return False

    def sees_version(self, person: Person, pk: UUID) -> bool:
        """Exactly those who see the place."""
        return self.sees_record(person, self.versions[pk][1])

    def sees_maintenance(self, person: Person, pk: UUID) -> bool:
        """Exactly those who see the asset."""
        return self.sees_record(person, self.maintenances[pk])

    # --- who takes part -------------------------------------------------------

    def sees_officer(self, person: Person, pk: UUID) -> bool:
        """Colleagues and the platform; partners see active liaison officers."""
        officer = next(p for p in self.people.values() if p.id == pk)
        if self._keeps(person, officer):
            return True
        return (
            "liaison" in officer.roles
            and officer.is_active
            and any(
                agreement.joined(person.agency) is not None
                and agreement.joined(officer.agency) is not None
                for agreement in self.agreements.values()
            )
        )

    def sees_paper(self, person: Person, pk: UUID) -> bool:
        """Colleagues alone."""
        _kind, name = self.papers[pk]
        agency = self.people[name].agency
        return agency is not None and person.agency == agency

    @staticmethod
    def _keeps(person: Person, officer: Person) -> bool:
        is_colleague = person.agency is not None and person.agency == officer.agency
        return person.is_platform or is_colleague

    def sees_agreement(self, person: Person, pk: UUID) -> bool:
        """Its present parties and the platform."""
        agreement = next(a for a in self.agreements.values() if a.id == pk)
        return person.is_platform or agreement.joined(person.agency) is not None

    def sees_party(self, person: Person, pk: UUID) -> bool:
        """Who sees the agreement."""
        found = (a for a in self.agreements.values() if pk in {p[1] for p in a.parties})
        return self.sees_agreement(person, next(found).id)

    def sees_answer(self, person: Person, pk: UUID) -> bool:
        """Who asked; for an agency's system, its staff of that clearance."""
        asked = self.people[self.answers[pk]]
        if not asked.is_system:
            return person.name == asked.name
        return person.agency == asked.agency and person.clearance >= asked.clearance

    def sees_feed(self, person: Person, pk: UUID) -> bool:
        """Whoever opened it, and nobody else."""
        return person.name == self.feeds[pk]

    def sees_hook(self, person: Person, pk: UUID) -> bool:
        """Colleagues with the clearance of the administrator who set it up."""
        made = self.people[self.hooks[pk][1]]
        return person.agency == made.agency and person.clearance >= made.clearance

    # --- the journal ----------------------------------------------------------

    def remember(self) -> None:
        """Note who sees which record now."""
        for name, person in self.people.items():
            for pk in self.sheets:
                if self.sees(name, self.sheets[pk].type, pk):
                    self.ever |= {(person.agency or name, pk), (name, pk)}

    def may_hear(self, name: str, kind: str, type_name: str, subject: UUID) -> bool:
        """Whether a person may be told an event of this kind about a row.

        A tombstone is for those who had it; all others for those who see the row,
        and what only some of them may know, for these.
        """
        person = self.people[name]
        verb = kind.partition(".")[2]
        if verb == "withdrawn":
            had = {(name, subject), (person.agency or name, subject)}
            return person.is_active and bool(had & self.ever)
        if not self.sees(name, type_name, subject):
            return False
        sheet = self.sheets.get(subject)
        is_whole = sheet is None or self.reads_as_owner(person, sheet)
        return is_whole or self._hears_part(person, verb, subject)

    def _hears_part(self, person: Person, verb: str, subject: UUID) -> bool:
        """Whether somebody whom a record was released to may know what was done."""
        if verb == "release_ended":
            return False
        if verb == "released":
            return any(self.opens(grant, person) for grant in self.live(subject))
        return verb not in NOTED or any(
            note.record == subject
            and note.type.endswith(NOTED[verb])
            and self.sees_note(person, pk)
            for pk, note in self.notes.items()
        )

    def rights(self, name: str) -> object:
        """All that a person's keys depend on: when it changes, sockets close."""
        person = self.people[name]
        held = {
            code: (agreement.joined(person.agency), agreement.joins())
            for code, agreement in self.agreements.items()
            if agreement.joined(person.agency) is not None
        }
        return person.is_active, person.clearance, sorted(held.items())


# Events about what hangs on a record: heard by those who see one of that type. What a
# patrol's is named after it: ``patrollogentry``.
NOTED = {
    "acknowledged": "acknowledgement",
    "logged": "logentry",
    "attached": "attachment",
    "file_scanned": "attachment",
    "response_assigned": "response",
    "response_changed": "response",
    "confirmation_given": "confirmation",
    "task_set": "task",
    "task_done": "task",
    "task_cancelled": "task",
    "consent_asked": "consent",
    "consent_reminded": "consent",
    "consent_accepted": "consent",
    "consent_refused": "consent",
    "consent_countered": "consent",
    "consent_lapsed": "consent",
    "counter_adopted": "consent",
}
RECORDS = [
    "incident", "report", "patrol", "programme", "zone", "route", "checkpoint", "post",
    "asset",
]  # fmt: skip
RULES = {
    **dict.fromkeys(RECORDS, Oracle.sees_record),
    "release": Oracle.sees_release,
    "acknowledgement": Oracle.sees_note,
    "logentry": Oracle.sees_note,
    "attachment": Oracle.sees_note,
    "custodyline": Oracle.sees_note,
    "logread": Oracle.sees_note,
    "patrollogentry": Oracle.sees_note,
    "patrollogread": Oracle.sees_note,
    "patrolattachment": Oracle.sees_note,
    "patrolcustodyline": Oracle.sees_note,
    "sighting": Oracle.sees_note,
    "response": Oracle.sees_note,
    "confirmation": Oracle.sees_note,
    "task": Oracle.sees_note,
    "transition": Oracle.sees_step,
    "consent": Oracle.sees_note,
    "fix": Oracle.sees_fix,
    "leadplan": Oracle.sees_plan,
    **dict.fromkeys(
        [
            "roster",
            "rosterwork",
            "assignment",
            "assetuse",
            "gap",
            "remedy",
            "sitrep",
            "sitreppaper",
            "wish",
            "swap",
            "handover",
            "duty",
            "dutyhandover",
            "handoveritem",
            "reachability",
            "escalationrule",
            "standingrelease",
            "escalation",
            "notice",
        ],
        Oracle.sees_none,
    ),
    "zoneversion": Oracle.sees_version,
    "routeversion": Oracle.sees_version,
    "checkpointversion": Oracle.sees_version,
    "officer": Oracle.sees_officer,
    "maintenance": Oracle.sees_maintenance,
    "absence": Oracle.sees_paper,
    "certification": Oracle.sees_paper,
    "authorisation": Oracle.sees_paper,
    "agreement": Oracle.sees_agreement,
    "party": Oracle.sees_party,
    "idempotencykey": Oracle.sees_answer,
    "feedkey": Oracle.sees_feed,
    "webhook": Oracle.sees_hook,
    "delivery": Oracle.sees_hook,
}
# Types whose rows the model bounds by ``may_hear`` instead of naming each, and why.
BOUNDED = {"event": "one action writes several, each a copy of its subject's audience"}


def _end(grant: Grant) -> float:
    return inf if grant.until is None else grant.until
