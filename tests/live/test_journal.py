"""Recording, numbering and reading events, within one connection."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions import releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.policy import Actor
from incidents.actions import life
from incidents.models import Incident
from live import journal, pokes, sequencer
from live.models import Dispatch, Event
from tests.world import NOW, PLACE, World


def report(by: Actor, *release_to: str, **values: Any) -> Incident:
    given = {
        "category": "smuggling",
        "severity": "severe",
        "title": "Two men with packs",
        "place": PLACE,
        "occurred_at": NOW,
    }
    with acting(by):
        return life.report(by=by, release_to=release_to, **given | values)


def heard(actor: Actor, after: int = 0) -> list[journal.Entry]:
    sequencer.sequence()
    with acting(actor):
        return journal.read(actor.keys, after=after)


def head(actor: Actor) -> int:
    sequencer.sequence()
    with acting(actor):
        return journal.head(actor)


def test_one_poke_for_a_transaction(world: World) -> None:
    owner = world.owner
    report(owner)
    report(owner)
    hooks = [hook[1] for hook in connection.run_on_commit]
    assert hooks.count(pokes.written) == 1


def test_numbers_are_dense_and_in_order(world: World) -> None:
    sequencer.sequence()
    with system("test"):
        numbers = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert sequencer.sequence() == 0


def test_frame(world: World) -> None:
    partner = world.partner
    place = head(partner)
    incident = report(world.owner, "agency:TJ-BT")
    [entry] = heard(partner, place)
    frame = entry.frame()
    assert set(frame) == {"cursor", "id", "kind", "at", "ref", "data"}
    assert frame["kind"] == "incident.reported"
    assert frame["ref"] == {"type": "incident", "id": incident.pk}
    assert frame["data"]["title"] == incident.title


def test_outsider_hears_nothing(world: World) -> None:
    outsider = world.outsider
    place = head(outsider)
    report(world.owner, "agency:TJ-BT")
    assert heard(outsider, place) == []
    assert head(outsider) == place


def test_revoked_is_a_tombstone_and_the_past_is_gone(world: World) -> None:
    owner, partner = world.owner, world.partner
    place = head(partner)
    incident = report(owner, "agency:TJ-BT")
    with acting(owner):
        found = Release.objects.visible_to(owner).of(incident).get()
        releases.revoke(record=incident, release_id=found.pk, by=owner)
        life.edit(incident=incident, by=owner, title="Three men")
    entries = heard(partner, place)
    assert [entry.kind for entry in entries] == ["incident.withdrawn"]
    assert entries[0].data == {}
    kinds = [entry.kind for entry in heard(owner, place)]
    assert kinds == ["incident.reported", "incident.release_ended", "incident.changed"]


def test_tombstone_is_silent_after_a_new_release(world: World) -> None:
    owner, partner = world.owner, world.partner
    place = head(partner)
    incident = report(owner, "agency:TJ-BT")
    with acting(owner):
        found = Release.objects.visible_to(owner).of(incident).get()
        releases.revoke(record=incident, release_id=found.pk, by=owner)
        releases.release(record=incident, to="agency:TJ-BT", by=owner)
    assert [e.kind for e in heard(partner, place)] == ["incident.released"]


def test_empty_page_is_not_the_last(world: World) -> None:
    """What is left out still moves the place on."""
    owner, partner = world.owner, world.partner
    place = head(partner)
    incident = report(owner, "agency:TJ-BT")
    with acting(owner):
        for _round in range(3):
            found = Release.objects.visible_to(owner).of(incident).live().get()
            releases.revoke(record=incident, release_id=found.pk, by=owner)
            releases.release(record=incident, to="agency:TJ-BT", by=owner)
    sequencer.sequence()
    with acting(partner):
        entries, onward = journal.page(partner.keys, after=place, limit=1)
        assert (entries, onward is not None) == ([], True)
        found_kinds = []
        while onward is not None:
            entries, onward = journal.page(partner.keys, after=onward, limit=1)
            found_kinds += [entry.kind for entry in entries]
    assert found_kinds == ["incident.released"]


def test_colleague_without_clearance_hears_less(world: World) -> None:
    low, high = world.partner_low, world.partner
    places = head(low), head(high)
    report(world.owner, "agency:TJ-BT", level=2)
    assert heard(low, places[0]) == []
    assert len(heard(high, places[1])) == 1


def test_latest(world: World) -> None:
    owner = world.owner
    first, second = report(owner), report(owner)
    sequencer.sequence()
    with acting(owner):
        entries = journal.latest(owner.keys, limit=2)
        assert [e.subject_id for e in entries] == [second.pk, first.pk]
        kinds = {e.kind for e in journal.latest(
            owner.keys, limit=9, without=["incident.reported"]
        )}  # fmt: skip
    assert "incident.reported" not in kinds


def test_an_unknown_type_stops_nobody(world: World) -> None:
    """A line from an application that is gone must not stop the feed."""
    partner = world.partner
    place = head(partner)
    report(world.owner, "agency:TJ-BT")
    with system("test"):
        broken = Event(kind="ghost.seen", actor="", subject_type="ghost")
        broken.subject_id = broken.pk
        broken.audience = list(partner.shared_keys)
        broken.save(force_insert=True)
    report(world.owner, "agency:TJ-BT")
    kinds = [entry.kind for entry in heard(partner, place)]
    assert kinds == ["incident.reported", "incident.reported"]


def test_journal_is_closed_without_keys(world: World) -> None:
    report(world.owner)
    assert not Event.objects.exists()


def test_signs_of_life_and_position(world: World) -> None:
    sequencer.sequence()
    assert sequencer.dispatch() is False
    sequencer.alive()
    position = Dispatch.objects.get()
    with system("test"):
        assert position.seq == Event.objects.count()


@pytest.mark.parametrize("name", ["nowhere.tasks.nothing", "live.models.NoSuchTask"])
def test_a_task_that_does_not_exist_holds_up_nothing(
    world: World, settings: Any, name: str
) -> None:
    settings.EVENT_TASKS = {"incident.reported": [name]}
    report(world.owner)
    sequencer.sequence()
    sequencer.dispatch()
    with system("test"):
        assert Dispatch.objects.get().seq == Event.objects.count()


class Overtaking:
    """A task; while it is started, another sequencer moves the position."""

    @staticmethod
    def delay() -> None:
        sequencer.alive()
        Dispatch.objects.update(seq=1_000_000)


def test_starting_tasks_locks_nothing_and_moves_nothing_back(
    world: World, settings: Any
) -> None:
    settings.EVENT_TASKS = {"incident.reported": [f"{__name__}.Overtaking"]}
    report(world.owner)
    sequencer.alive()
    sequencer.sequence()
    with CaptureQueriesContext(connection) as asked:
        sequencer.dispatch()
    own = [q["sql"] for q in asked if "live_dispatch" in q["sql"]]
    # The one lock is that of the sign of life.
    assert sum("FOR UPDATE" in sql for sql in own) == 1
    assert Dispatch.objects.get().seq == 1_000_000


def test_only_the_owner_is_told_from_what_a_tear_line_was_taken(world: World) -> None:
    """Not a partner who sees both, nor a colleague who sees the reduced one only."""
    full = report(world.owner, "agency:TJ-BT", level=2)
    with acting(world.owner):
        releases.release(
            record=full, to="agency:TJ-BT", scope="tearline", by=world.owner
        )
    told = {
        name: [
            entry.data.get("tear_line_of_ref")
            for entry in heard(world.actor(name))
            if entry.kind == "incident.released" and "title" in entry.data
        ]
        for name in ("owner", "owner_low", "partner")
    }
    assert told == {"owner": [full.ref], "owner_low": [None], "partner": [None]}
