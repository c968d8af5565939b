"""Every channel agrees with the naive oracle, after every random step.

The cheap channels (tables, querysets, sockets) are compared after each step, for
everybody and every guarded model; the outer ones (feed, REST, pages, maps, filters,
administration) at the end of each example. ``make leaks`` runs it for hours.
"""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from tests.leaks import inside, outside
from tests.leaks.extent import EXAMPLES, IS_LONG, STEPS
from tests.leaks.makers import MAKERS, REDRAWN
from tests.leaks.oracle import STRICTNESS
from tests.leaks.town import Town, furnish
from tests.world import World

WRITERS = [
    "owner", "owner", "owner_mid", "owner_low", "partner", "late", "outsider",
    "partner_system",
]  # fmt: skip
GRANTEES = [
    "agency:TJ-BT", "agency:UZ-BT", "agency:KZ-BS", "agency:KG-BS",
    "agreement:KG-TJ", "agreement:KZ-UZ", "agreement:TJ-UZ",
    "officer:partner", "officer:owner_low", "officer:late",
]  # fmt: skip
AGENCIES = ["KG-BS", "TJ-BT", "UZ-BT", "KZ-BS"]
AGREEMENTS = ["KG-TJ", "TJ-UZ", "KZ-UZ"]
# Officers whose rights change; the others keep acting.
CHANGED = ["owner_low", "owner_mid", "partner", "partner_low", "late", "owner_admin"]
# Who looks everywhere at the end of an example, and who in the furnished town: each
# visit is some 150 requests.
VISITORS = 3 if IS_LONG else 1
EVERYBODY = [
    "admin", "owner_low", "owner_admin", "partner", "partner_low", "late", "outsider",
    "partner_system",
]  # fmt: skip

people = st.sampled_from(WRITERS)
tlps = st.sampled_from(STRICTNESS)
levels = st.integers(0, 2)

CONTRIBUTIONS = [
    "acknowledge", "all", "owner", "own", "assign", "confirm", "task", "file", "read",
    "open",
]  # fmt: skip
# What is done with a patrol's log.
TALK = ["all", "own", "file", "read"]


class Machine(RuleBasedStateMachine):
    """Everything that changes who sees what, in any order."""

    base: Town
    browsers: dict[str, Browser]

    def __init__(self) -> None:
        """Go on from the furnished town, in a savepoint that the example undoes."""
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.town = self.base.branch()
        self.sockets = inside.Sockets(self.town, inside.credentials(self.browsers))

    def teardown(self) -> None:
        """Look at the outer channels, then undo the example."""
        try:
            inside.check_querysets(self.town)
            inside.check_rights(self.town)
            inside.check_feed(self.town)
            outside.check_outside(self.town, self.browsers, self.visitors())
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def visitors(self) -> list[str]:
        """Return whose turn it is to look everywhere: a few in each example."""
        names = list(self.browsers)
        turn = len(self.town.oracle.sheets) + len(self.town.oracle.grants)
        return [names[(turn + n) % len(names)] for n in range(VISITORS)]

    def check(self) -> None:
        """Compare the cheap channels with the oracle."""
        self.town.oracle.remember()
        inside.check_database(self.town)
        self.sockets.check(self.town)

    def record(self, data: st.DataObject, *kinds: str) -> UUID:
        """Choose a record, of some kinds or any."""
        sheets = self.town.oracle.sheets
        found = [pk for pk, s in sheets.items() if not kinds or s.type in kinds]
        # Simple examples use what was made last.
        return data.draw(st.sampled_from(found[::-1]))

    def somebody(self, data: st.DataObject, record: UUID) -> str:
        """Choose who acts on a record: mostly its author, sometimes anybody."""
        author = self.town.oracle.sheets[record].author or "partner_system"
        return data.draw(st.sampled_from([author] * 4 + WRITERS))

    # --- records --------------------------------------------------------------

    @rule(
        kind=st.sampled_from(["incident", "report", "patrol", *sorted(MAKERS)]),
        writer=people,
        to=st.lists(st.sampled_from(GRANTEES), max_size=2, unique=True),
        tlp=tlps,
        level=levels,
    )
    def make(self, kind: str, writer: str, to: list[str], tlp: str, level: int) -> None:
        """Create a record and release it in the same transaction."""
        self.town.make(kind, writer, to, tlp=tlp, level=level)
        self.check()

    @rule(
        data=st.data(),
        to=st.sampled_from(GRANTEES),
        scope=st.sampled_from(["full", "full", "tearline"]),
        hours=st.sampled_from([None, None, 1, 2, 5]),
    )
    def release(
        self, data: st.DataObject, to: str, scope: str, hours: int | None
    ) -> None:
        """Release a record, or its tear line, for good or for some hours."""
        record = self.record(data)
        who = self.somebody(data, record)
        self.town.release(who, record, to, scope=scope, hours=hours)
        self.check()

    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        """End a release; mostly one that lasts."""
        grants = self.town.oracle.grants
        live = [pk for pk, g in grants.items() if self.town.oracle.is_live(g)]
        release = data.draw(st.sampled_from(live[::-1] or list(grants)))
        who = self.somebody(data, grants[release].record)
        self.town.revoke(who, release)
        self.check()

    @rule(data=st.data(), tlp=tlps, level=levels)
    def remark(self, data: st.DataObject, tlp: str, level: int) -> None:
        """Change a record's marking."""
        record = self.record(data)
        self.town.remark(self.somebody(data, record), record, tlp=tlp, level=level)
        self.check()

    @rule(
        data=st.data(),
        who=people,
        verb=st.sampled_from(CONTRIBUTIONS),
    )
    def contribute(self, data: st.DataObject, who: str, verb: str) -> None:
        """Let any reader acknowledge, confirm, write, offer to respond, set a task."""
        self.town.contribute(who, self.record(data, "incident"), verb)
        self.check()

    @rule(data=st.data(), kind=st.sampled_from(sorted(REDRAWN)))
    def redraw(self, data: st.DataObject, kind: str) -> None:
        """Draw a place anew."""
        place = self.record(data, kind)
        self.town.redraw(self.somebody(data, place), place)
        self.check()

    @rule(data=st.data(), who=people, verb=st.sampled_from(["agree", "start", "move"]))
    def patrol(self, data: st.DataObject, who: str, verb: str) -> None:
        """Let a patrol go on, and send where it is."""
        patrol = self.record(data, "patrol")
        if verb == "move":
            self.town.move(who, patrol)
        else:
            self.town.step(who, patrol, verb)
        self.check()

    @rule(data=st.data(), who=people, verb=st.sampled_from(TALK))
    def report(self, data: st.DataObject, who: str, verb: str) -> None:
        """Write in the log of a patrol, or read it."""
        self.town.report(who, self.record(data, "patrol"), verb)
        self.check()

    @rule(data=st.data(), lead=st.sampled_from(AGENCIES))
    def hand_over(self, data: st.DataObject, lead: str) -> None:
        """Transfer the lead of a patrol."""
        patrol = self.record(data, "patrol")
        self.town.hand_over(self.somebody(data, patrol), patrol, lead)
        self.check()

    @rule(data=st.data(), days=st.integers(1, 3))
    def open_patrols(self, data: st.DataObject, days: int) -> None:
        """Open a programme's patrols; the rotation gives each its lead."""
        programme = self.record(data, "programme")
        self.town.open_patrols(self.somebody(data, programme), programme, days)
        self.check()

    @rule(who=st.sampled_from(["owner", "outsider"]))
    def post_once(self, who: str) -> None:
        """Report over REST with a key."""
        self.town.post_once(who, self.browsers[who])
        self.check()

    # --- time, agreements, officers -------------------------------------------

    @rule(hours=st.integers(1, 3), is_swept=st.booleans())
    def pass_time(self, hours: int, is_swept: bool) -> None:
        """Let time pass; what ends by itself needs no sweep."""
        self.town.pass_time(hours)
        self.check()
        if is_swept:
            self.town.sweep()
            self.check()

    @rule(agreement=st.sampled_from(AGREEMENTS), agency=st.sampled_from(AGENCIES))
    def join_or_leave(self, agreement: str, agency: str) -> None:
        """Let an agency join an agreement, or leave it if it is a party."""
        if self.town.oracle.agreements[agreement].joined(agency) is None:
            self.town.join(agreement, agency)
        else:
            self.town.leave(agreement, agency)
        self.check()

    @rule(
        who=st.sampled_from(CHANGED),
        clearance=st.integers(0, 3),
        is_active=st.sampled_from([True, True, False]),
    )
    def change_officer(self, who: str, clearance: int, is_active: bool) -> None:
        """Change an officer's clearance, or lock them out."""
        self.town.change_officer(who, clearance, is_active)
        self.check()


@pytest.fixture
def town(world: World) -> Town:
    """The furnished town."""
    return furnish(world)


def test_every_guarded_model_has_its_rule(town: Town) -> None:
    """A new model joins the oracle and the town, or fails here with what to add."""
    inside.check_rules()
    made = {sheet.type for sheet in town.oracle.sheets.values()}
    assert made == set(MAKERS), "make one in furnish() in tests/leaks/town.py"


def test_what_was_told_of_an_agreement_closes_with_it(town: Town) -> None:
    """Who leaves loses the agreement's events, and those of its liaison officers."""
    town.change_officer("owner", 2, is_active=True)
    town.leave("KG-TJ", "TJ-BT")
    town.oracle.remember()
    inside.check_database(town)


def test_a_tear_line_hidden_from_a_colleague_is_refused(town: Town) -> None:
    """Its author may keep it to himself; who then writes another is told of no row."""
    record = town.make("incident", "owner", must=True)
    assert record
    assert town.release("owner", record, "agency:KZ-BS", scope="tearline", must=True)
    tear_lines = town.oracle.sheets.items()
    hidden = next(pk for pk, sheet in tear_lines if sheet.tear_line_of == record)
    town.oracle.remember()
    town.remark("owner", hidden, tlp="red", level=0)
    assert not town.oracle.sees("owner_low", "incident", hidden)
    assert not town.release("owner_low", record, "agency:UZ-BT", scope="tearline")
    inside.check_database(town)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_everybody_looks_everywhere(town: Town) -> None:
    """In the furnished town every channel gives everybody exactly what is theirs."""
    inside.check_feed(town)
    browsers = {name: town.browser(name) for name in EVERYBODY}
    outside.check_outside(town, browsers, browsers)


@pytest.mark.slow
@pytest.mark.timeout(0 if IS_LONG else 600)
def test_the_channels_agree(town: Town) -> None:
    """Run the machine; each example is undone, the town stays."""
    town.oracle.remember()
    Machine.base = town
    Machine.browsers = town.browsers()
    phases: list[Any] = [Phase.explicit, Phase.reuse, Phase.generate]
    if IS_LONG:
        # Shrinking replays an example hundreds of times.
        phases.append(Phase.shrink)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=phases,
            print_blob=True,
        ),
    )
