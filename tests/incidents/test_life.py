"""An incident's life: each step allowed and refused, reasons, confirmation."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agencies.context import acting, system
from incidents.actions import confirming, duplicates, life
from incidents.models import (
    STEPS,
    Category,
    Incident,
    IncidentState,
    IncidentType,
    Transition,
)
from live.kinds import Kind
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    feed,
    newest,
    problem,
    report,
    text,
)
from tests.world import World

# The verb that leads to each state; "reported" is only gone back to.
VERBS: dict[str, tuple[str, dict[str, str]]] = {
    IncidentState.CONFIRMED: ("confirm", {}),
    IncidentState.RESPONDING: ("assign", {"agency": "KG-BS"}),
    IncidentState.CONTAINED: ("contain", {}),
    IncidentState.RESOLVED: ("resolve", {}),
    IncidentState.CLOSED: ("close", {"reason": "handled"}),
}
# How to get to each state from a new incident.
WAYS: dict[str, list[str]] = {
    state: [] if state == IncidentState.REPORTED else [state] for state in STEPS
} | {IncidentState.CLOSED: [IncidentState.RESPONDING, IncidentState.CLOSED]}


def at(readers: Readers, incident: Incident, state: str) -> None:
    """Take a new incident to a state."""
    for step in WAYS[state]:
        verb, data = VERBS[step]
        answer = readers.owner.post(f"{incident.pk}/{verb}/", data)
        assert answer.status_code in (200, 201), answer.content


def state_of(readers: Readers, incident: Incident) -> str:
    """Return the state as the owner reads it."""
    return str(readers.owner.get(f"{incident.pk}/").json()["state"])


def steps(readers: Readers, incident: Incident, name: str = "owner") -> list[Any]:
    """Return the steps that somebody reads."""
    reader = getattr(readers, name)
    return list(reader.get(f"{incident.pk}/transitions/").json()["results"])


@pytest.fixture
def doubted(world: World) -> Incident:
    """A released incident of a type that a second party confirms."""
    kind = IncidentType.objects.create(
        code="second-look", category=Category.DRUGS, needs_confirmation=True,
        names={"en": "Second look"}, schema={},
    )  # fmt: skip
    return report(
        world, release_to=["agency:TJ-BT", "agency:UZ-BT"], type=kind, category="drugs"
    )


@pytest.mark.parametrize(
    ("state", "to"), [p for p in product(STEPS, VERBS) if p[0] != p[1]]
)
def test_each_step_is_taken_or_refused(
    state: IncidentState, to: IncidentState, incident: Incident, readers: Readers
) -> None:
    """What the table has is possible, by a verb of its own; what it has not is not."""
    at(readers, incident, state)
    verb, data = VERBS[to]
    if to == IncidentState.RESPONDING and state in ("contained", "resolved", "closed"):
        verb, data = "reopen", {"why": "It burns again"}
    before = len(steps(readers, incident))
    answer = readers.owner.post(f"{incident.pk}/{verb}/", data)
    if to in STEPS[state]:
        assert answer.status_code in (200, 201), answer.content
        assert state_of(readers, incident) == to
        last = steps(readers, incident)[-1]
        assert (last["from_state"], last["to_state"]) == (state, to)
        assert (last["agency"], last["by"]) == ("KG-BS", "officer:owner")
    else:
        assert problem(answer)[0] == 409
        assert problem(answer)[1] in {"not_open", "closed", "wrong_state"}
        assert state_of(readers, incident) == state
        assert len(steps(readers, incident)) == before


def test_the_page_of_documents_has_the_same_table() -> None:
    """``docs/incident-life.md`` shows what :data:`STEPS` allows."""
    root = Path(__file__).resolve().parent.parent.parent
    lines = (root / "docs" / "incident-life.md").read_text().splitlines()
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| `")
    ]
    shown = {row[0]: row[1].replace("`", "").split(", ") for row in rows}
    assert {s: shown[s] for s in STEPS} == {s: [*map(str, n)] for s, n in STEPS.items()}


@pytest.mark.parametrize("state", ["contained", "resolved", "closed"])
def test_opening_again_asks_why(
    state: str, incident: Incident, readers: Readers
) -> None:
    at(readers, incident, state)
    path = f"{incident.pk}/reopen/"
    assert problem(readers.owner.post(path))[:2] == (400, "invalid")
    assert readers.owner.post(path, {"why": "  "}).status_code == 400
    assert state_of(readers, incident) == state
    made = readers.owner.post(path, {"why": "A second fire"}).json()
    assert (made["state"], made["resolved_at"], made["closed_at"]) == (
        "responding",
        None,
        None,
    )
    assert made["close_reason"] == ""
    assert steps(readers, incident)[-1]["reason"] == "A second fire"


@pytest.mark.parametrize("state", ["reported", "confirmed"])
def test_what_nobody_responded_to_stands_again_where_it_stood(
    state: str, incident: Incident, readers: Readers
) -> None:
    at(readers, incident, state)
    path = f"{incident.pk}/close/"
    assert readers.owner.post(path, {"reason": "false_report"}).status_code == 200
    again = readers.owner.post(f"{incident.pk}/reopen/", {"why": "It was true"})
    assert (again.status_code, again.json()["state"]) == (200, state)


def test_an_open_incident_is_not_opened_again(
    incident: Incident, readers: Readers
) -> None:
    again = readers.owner.post(f"{incident.pk}/reopen/", {"why": "x"})
    assert problem(again)[:2] == (409, "wrong_state")


def test_why_is_kept_with_who_and_when(shared: Incident, readers: Readers) -> None:
    """The owner's people read who; everybody who sees the incident reads the rest."""
    owner = readers.owner
    owner.post(f"{shared.pk}/confirm/", {"why": "Seen by the patrol"})
    owner.post(f"{shared.pk}/close/", {"reason": "handled", "why": "All caught"})
    own, theirs = steps(readers, shared), steps(readers, shared, "partner")
    assert [step["reason"] for step in theirs] == ["Seen by the patrol", "All caught"]
    assert [step["close_reason"] for step in theirs] == ["", "handled"]
    assert [step["by"] for step in own] == ["officer:owner"] * 2
    assert [step["by"] for step in theirs] == [None, None]
    assert [step["at"] for step in own] == [step["at"] for step in theirs]
    page = text(readers.partner.get(f"/incidents/{shared.pk}/"))
    assert "Seen by the patrol" in page
    assert_hidden(readers.outsider, "get", "{id}/transitions/", shared.pk)


def test_only_the_owner_takes_steps(shared: Incident, readers: Readers) -> None:
    for verb, data in [
        ("contain", {}), ("reopen", {"why": "x"}), ("unmerge", {"why": "x"}),
    ]:  # fmt: skip
        path = f"{shared.pk}/{verb}/"
        assert problem(readers.partner.post(path, data))[:2] == (403, "not_owner")
        refused = readers.owner_observer.post(path, data)
        assert problem(refused)[:2] == (403, "permission")
        assert_hidden(readers.outsider, "post", f"{{id}}/{verb}/", shared.pk, data)


def test_a_tear_line_follows_each_step(shared: Incident, readers: Readers) -> None:
    """It has the state, and none of the words."""
    owner = readers.owner
    torn = owner.post(
        f"{shared.pk}/releases/", {"grantee": "agency:UZ-BT", "scope": "tearline"}
    )
    assert torn.status_code == 201
    pk = owner.get(f"{shared.pk}/tear-line/").json()["id"]
    for verb, data, state in [
        ("confirm", {"why": "Seen by Azamat"}, "confirmed"),
        ("contain", {}, "contained"),
        ("close", {"reason": "handled"}, "closed"),
        ("reopen", {"why": "Smoke"}, "responding"),
    ]:
        assert owner.post(f"{shared.pk}/{verb}/", data).status_code == 200
        found = readers.late.get(f"{pk}/").json()
        assert (found["state"], bool(found["closed_at"])) == (state, state == "closed")
    assert readers.late.get(f"{pk}/transitions/").json()["results"] == []
    assert "Azamat" not in text(readers.late.get(f"/incidents/{pk}/"))


def test_a_tear_line_takes_no_step_of_its_own(
    incident: Incident, readers: Readers
) -> None:
    """Who sees it is sent there; its state is that of its record, and stays it."""
    owner = readers.owner
    torn = {"grantee": "agency:TJ-BT", "scope": "tearline"}
    assert owner.post(f"{incident.pk}/releases/", torn).status_code == 201
    pk = owner.get(f"{incident.pk}/tear-line/").json()["id"]
    assert owner.post(f"{pk}/assign/", {"agency": "TJ-BT"}).status_code == 201
    states = [owner.get(f"{one}/").json()["state"] for one in (incident.pk, pk)]
    assert states == ["reported", "reported"]


# --- confirming -----------------------------------------------------------------


def test_who_reported_it_does_not_confirm_it(
    doubted: Incident, readers: Readers, world: World
) -> None:
    """Where the type wants a second party; a colleague is one, and so is a partner."""
    path = f"{doubted.pk}/confirm/"
    assert problem(readers.owner.post(path))[:2] == (403, "second_party")
    assert "Yes, confirm it" not in text(readers.owner.get(f"/incidents/{doubted.pk}/"))
    assert readers.owner_low.post(path).json()["state"] == "confirmed"
    assert problem(readers.owner_low.post(path))[:2] == (409, "wrong_state")


def test_a_partner_confirms_and_the_owner_takes_it_up(
    doubted: Incident, readers: Readers
) -> None:
    """The state moves with the owner: until then nobody else can tell."""
    path = f"{doubted.pk}/confirm/"
    for _again in range(2):
        answer = readers.partner.post(path, {"why": "Our post saw it too"})
        assert answer.json()["state"] == "reported"
    given = readers.owner.get(f"{doubted.pk}/confirmations/").json()["results"]
    assert [(one["agency"], one["reason"]) for one in given] == [
        ("TJ-BT", "Our post saw it too")
    ]
    assert readers.owner.post(path).json()["state"] == "confirmed"


def test_a_third_agency_learns_nothing_of_a_confirmation(
    doubted: Incident, readers: Readers, world: World
) -> None:
    """Not a byte of page, API or feed differs for it until the owner moves."""
    third = readers.late
    third.get(f"/incidents/{doubted.pk}/")
    paths = ["", "confirmations/", "transitions/", "log/", "responses/", "tasks/"]

    def seen() -> list[bytes]:
        return [third.get(f"{doubted.pk}/{path}").content for path in paths]

    before, heard = seen(), feed(world, "late")
    readers.partner.post(f"{doubted.pk}/confirm/", {"why": "OURS-SAW-IT"})
    assert seen() == before
    assert feed(world, "late") == heard
    assert "TJ-BT" not in text(third.get(f"/incidents/{doubted.pk}/"))
    kinds = [kind for kind, _pk in feed(world, "owner")]
    assert Kind.CONFIRMATION_GIVEN in kinds
    readers.owner.post(f"{doubted.pk}/confirm/")
    page = text(third.get(f"/incidents/{doubted.pk}/"))
    assert "OURS-SAW-IT" not in page
    # Not even that the author, who may not confirm alone, was the one to do it.
    assert [step["by"] for step in steps(readers, doubted, "late")] == [None]


def test_until_it_is_confirmed_units_may_go_and_no_more(
    doubted: Incident, readers: Readers
) -> None:
    owner, pk = readers.owner, doubted.pk
    assert owner.post(f"{pk}/assign/", {"agency": "TJ-BT"}).status_code == 201
    assert state_of(readers, doubted) == "reported"
    for verb, data in [
        ("contain", {}), ("resolve", {}), ("close", {"reason": "handled"}),
    ]:  # fmt: skip
        refused = owner.post(f"{pk}/{verb}/", data)
        assert problem(refused)[:2] == (409, "unconfirmed"), verb
    # Whoever was sent already is on the way once it is confirmed.
    assert readers.owner_low.post(f"{pk}/confirm/").json()["state"] == "responding"
    taken = [step["to_state"] for step in steps(readers, doubted)]
    assert taken == ["confirmed", "responding"]


def test_a_false_report_needs_no_confirmation(
    doubted: Incident, readers: Readers
) -> None:
    """And opened again it waits for one as before."""
    closed = readers.owner.post(f"{doubted.pk}/close/", {"reason": "false_report"})
    assert closed.json()["state"] == "closed"
    again = readers.owner.post(f"{doubted.pk}/reopen/", {"why": "It was true"})
    assert again.json()["state"] == "reported"


def test_what_is_kept_to_its_author_the_author_confirms(world: World) -> None:
    """Else that it was confirmed would tell a reader that another agency reads it."""
    kind = IncidentType.objects.create(
        code="second-look", category=Category.DRUGS, needs_confirmation=True,
        names={"en": "Second look"}, schema={},
    )  # fmt: skip
    row = report(world, tlp="red", type=kind, category="drugs")
    by = world.owner
    with acting(by):
        made = confirming.confirm(incident=row, by=by)
    assert made.state == IncidentState.CONFIRMED


@pytest.mark.parametrize("way", ["tlp", "type"])
def test_nobody_gets_round_the_second_party(
    world: World, doubted: Incident, way: str
) -> None:
    """What its author confirmed as another type, or kept to itself, waits again."""
    by, colleague = world.owner, world.owner_low
    values = {"tlp": ("red", "amber"), "type": (None, doubted.type)}[way]

    def edit(value: Any) -> str:
        with acting(by):
            given = {way: value} | ({"details": {}} if way == "type" else {})
            return life.edit(incident=doubted, by=by, **given).state

    edit(values[0])
    with acting(by):
        assert confirming.confirm(incident=doubted, by=by).state == "confirmed"
    assert edit(values[1]) == "reported"
    with acting(colleague):
        confirming.confirm(incident=doubted, by=colleague)
    assert edit(values[0]) == edit(values[1]) == "confirmed"


def test_an_agencys_system_is_no_second_party(world: World, doubted: Incident) -> None:
    """It may have reported it itself, for anybody."""
    by = world.client_actor(world.client("KG-BS"))
    with acting(by), pytest.raises(Exception, match="Whoever reported it"):
        confirming.confirm(incident=doubted, by=by)


# --- duplicates -----------------------------------------------------------------


@pytest.fixture
def pair(world: World) -> tuple[Incident, Incident]:
    """Two reports of one thing; the partner was released both, UZ-BT the second."""
    row = report(world, release_to=["agency:TJ-BT"], title="Twice")
    original = report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"], title="First")
    return row, original


def merge(readers: Readers, row: Incident, into: Incident) -> Any:
    """Merge one incident into another, over REST, as its owner."""
    return readers.owner.post(f"{row.pk}/merge/", {"into": str(into.pk)})


def test_a_duplicate_is_merged_and_parted(
    pair: tuple[Incident, Incident], readers: Readers
) -> None:
    """It is closed, points to the other, and is again what it was, with all it had."""
    row, original = pair
    readers.owner.post(f"{row.pk}/confirm/")
    readers.partner.post(f"{row.pk}/acknowledge/")
    readers.owner.post(f"{row.pk}/log/", {"text": "LOG-OF-ROW", "sharing": "all"})
    before = readers.owner.get(f"{original.pk}/").content
    made = merge(readers, row, original).json()
    assert (made["state"], made["close_reason"]) == ("closed", "duplicate")
    assert made["merged_into"] == str(original.pk)
    assert readers.owner.get(f"{original.pk}/").content == before
    page = text(readers.partner.get(f"/incidents/{original.pk}/"))
    assert row.ref in page
    assert "LOG-OF-ROW" in page
    assert original.ref in text(readers.partner.get(f"/incidents/{row.pk}/"))
    path = f"{row.pk}/unmerge/"
    assert readers.owner.post(path).status_code == 400
    parted = readers.owner.post(path, {"why": "Two fires"}).json()
    assert (parted["state"], parted["merged_into"]) == ("confirmed", None)
    assert (parted["close_reason"], parted["closed_at"]) == ("", None)
    assert parted["acknowledgements"] == made["acknowledgements"]
    assert "LOG-OF-ROW" not in text(readers.partner.get(f"/incidents/{original.pk}/"))
    assert problem(readers.owner.post(path, {"why": "x"}))[:2] == (409, "not_merged")


def test_who_sees_one_of_two_learns_nothing_of_the_other(
    pair: tuple[Incident, Incident], readers: Readers, world: World
) -> None:
    row, original = pair
    paths = [f"{original.pk}/", f"{original.pk}/transitions/", f"?merged_into={row.pk}"]

    def seen() -> list[bytes]:
        return [readers.late.get(path).content for path in paths]

    before, heard = seen(), feed(world, "late")
    assert merge(readers, row, original).status_code == 200
    assert seen() == before
    assert feed(world, "late") == heard
    assert row.ref not in text(readers.late.get(f"/incidents/{original.pk}/"))
    assert (Kind.INCIDENT_MERGED, original.pk) in feed(world, "partner")
    # And the other way round: the duplicate is seen, what goes on is not.
    other = report(world, title="Hidden")
    shown = report(world, release_to=["agency:UZ-BT"], title="Shown")
    assert merge(readers, shown, other).status_code == 200
    found = readers.late.get(f"{shown.pk}/").json()
    assert (found["close_reason"], found["merged_into"]) == ("duplicate", None)
    assert other.ref not in text(readers.late.get(f"/incidents/{shown.pk}/"))
    asked = readers.late.get("", merged_into=str(other.pk))
    none = readers.late.get("", merged_into="6a1e2f60-0000-4000-8000-000000000000")
    assert (asked.status_code, none.status_code) == (400, 400)
    assert asked.json()["code"] == none.json()["code"]


def test_no_chains_and_no_circles(world: World, readers: Readers) -> None:
    one, two, three = (report(world, title=f"{n}") for n in range(3))
    assert problem(merge(readers, one, one))[1] == "itself"
    assert merge(readers, one, two).status_code == 200
    assert problem(merge(readers, one, three))[:2] == (409, "closed")
    assert problem(merge(readers, three, one))[:2] == (409, "is_duplicate")
    assert problem(merge(readers, two, three))[:2] == (409, "has_duplicates")
    assert problem(merge(readers, two, one))[:2] == (409, "is_duplicate")
    again = readers.owner.post(f"{one.pk}/reopen/", {"why": "x"})
    assert problem(again)[:2] == (409, "merged")


def test_the_database_refuses_a_chain(world: World, readers: Readers) -> None:
    """Whatever an action forgets: a foreign key holds it."""
    one, two, three = (report(world, title=f"{n}") for n in range(3))
    assert merge(readers, one, two).status_code == 200
    closed = {
        "state": "closed", "close_reason": "duplicate", "closed_at": one.created_at,
    }  # fmt: skip
    with system("test"):
        for row, into in [(two, three), (three, one), (three, three)]:
            with (
                pytest.raises(IntegrityError, match="incident_no_chain"),
                transaction.atomic(),
            ):
                Incident._base_manager.filter(pk=row.pk).update(
                    merged_into=into, **closed
                )
        with (
            pytest.raises(IntegrityError, match="incident_merged_is_closed"),
            transaction.atomic(),
        ):
            Incident._base_manager.filter(pk=three.pk).update(merged_into=two)


def test_a_partners_incident_is_merged_by_nobody_else(
    world: World, readers: Readers
) -> None:
    """A reference over two owners would tell readers who sees what."""
    own = report(world, release_to=["agency:TJ-BT"])
    theirs = report(world, by="partner", release_to=["agency:KG-BS"])
    assert problem(merge(readers, own, theirs))[:2] == (403, "not_owner")
    assert problem(merge(readers, theirs, own))[:2] == (403, "not_owner")
    hidden = report(world, by="outsider")
    unknown = merge(readers, own, hidden)
    assert problem(unknown)[:2] == (400, "invalid")
    assert "unknown_incident" in unknown.content.decode()


def test_a_merge_by_the_page(world: World, readers: Readers) -> None:
    """By reference; what is wrong stands beside the field."""
    row, original = report(world, title="Twice"), report(world, title="First")
    path = f"/incidents/{row.pk}/merge/"
    wrong = text(readers.owner.send(path, {"into": "KG-BS-1999-00000"}))
    assert "Your agency has no such incident." in wrong
    assert readers.owner.send(path, {"into": original.ref}).status_code == 302
    page = text(readers.owner.get(f"/incidents/{row.pk}/"))
    assert original.ref in page
    back = readers.owner.send(f"/incidents/{row.pk}/unmerge/", {"why": "No"})
    assert back.status_code == 302
    assert state_of(readers, row) == "reported"


def test_the_marks_of_a_child_of_a_duplicate_stay_its_own(
    pair: tuple[Incident, Incident], readers: Readers, world: World
) -> None:
    """What is shown with the other is shown to those who see the duplicate alone."""
    row, original = pair
    readers.owner.post(f"{row.pk}/log/", {"text": "LOG-OF-ROW", "sharing": "all"})
    merge(readers, row, original)
    assert "LOG-OF-ROW" not in text(readers.late.get(f"/incidents/{original.pk}/"))


# --- pages and lists --------------------------------------------------------------


def test_all_steps_by_the_pages(incident: Incident, readers: Readers) -> None:
    path = f"/incidents/{incident.pk}/"
    for verb, data in [
        ("confirm", {"why": "Seen"}), ("contain", {}), ("resolve", {}),
        ("reopen", {"why": "Again"}), ("close", {"reason": "handled", "why": "Over"}),
    ]:  # fmt: skip
        assert f"{path}{verb}/" in text(readers.owner.get(path)), verb
        assert readers.owner.send(f"{path}{verb}/", data).status_code == 302, verb
    page = text(readers.owner.get(path))
    assert all(word in page for word in ("Seen", "Again", "Over"))
    assert f"{path}contain/" not in page
    asked = text(readers.owner.send(f"{path}reopen/", {"why": ""}))
    assert 'id="reopen_why_error"' in asked


def test_what_is_confirmed_or_contained_is_open(
    world: World, incident: Incident, readers: Readers
) -> None:
    """Lists, filters and the dashboard's rows count it among what needs somebody."""
    for verb in ("confirm", "contain"):
        readers.owner.post(f"{incident.pk}/{verb}/")
        state = newest(world).state
        for query in ({"is_open": "true"}, {"state": state}):
            found = readers.owner.get("", **query).json()["results"]
            assert [row["id"] for row in found] == [str(incident.pk)], query
        assert incident.title in text(readers.owner.get("/incidents/open/"))


def test_steps_are_only_added_to(incident: Incident, readers: Readers) -> None:
    readers.owner.post(f"{incident.pk}/confirm/")
    assert Transition.guard_append_only


def test_actions_are_atomic(world: World) -> None:
    """A merge that is refused at its end leaves nothing behind."""
    one, two, three = (report(world, title=f"{n}") for n in range(3))
    by = world.owner
    with acting(by):
        duplicates.merge(incident=one, into=two, by=by)
        with pytest.raises(Exception, match="unmerge that first"):
            duplicates.merge(incident=two, into=three, by=by)
        rows = Transition.objects.visible_to(by).filter(incident=two)
        assert not rows.exists()
        assert life.resolve(incident=two, by=by).state == IncidentState.RESOLVED
