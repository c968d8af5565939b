"""Who sees an incident, who saw it, when: told to its owner, and to nobody else."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.actions import releases
from agencies.context import acting, system
from agencies.sharing import shared_with
from incidents.actions.sightings import ONE_LOOK, note_sighting
from incidents.models import Incident, Sighting
from tests.api.http import bearer, token
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    feed,
    headers,
    meanwhile,
    report,
    revoke,
    text,
)
from tests.world import World, soon


def sightings(**of: Any) -> list[Sighting]:
    """Return all sightings, whoever may see them."""
    with system("test"):
        return list(Sighting.objects.filter(**of).select_related("agency"))


def readers_told(readers: Readers, incident: Incident) -> list[dict[str, Any]]:
    """Return what the owner is told over REST."""
    answer = readers.owner.get(f"{incident.pk}/readers/")
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def ago(**by: float) -> None:
    """Let all that was noted have been noted earlier."""
    with system("test"):
        for row in Sighting.objects.all():
            row.first_at -= timedelta(**by)
            row.last_at -= timedelta(**by)
            row.save()


@pytest.mark.parametrize(
    "path", ["/incidents/{}/", "/incidents/{}/panel/", "/incidents/{}/print/", "{}/"]
)
def test_whoever_is_given_all_of_it_is_noted(
    shared: Incident, readers: Readers, path: str
) -> None:
    for reader in (readers.owner, readers.partner):
        assert reader.get(path.format(shared.pk)).status_code == 200
    [seen] = sightings()
    assert (seen.agency and seen.agency.code, seen.by) == ("TJ-BT", "officer:partner")
    [row] = readers_told(readers, shared)
    [opened] = row["agencies"]
    assert opened["first_at"] == opened["last_at"] is not None
    # The owner and TJ-BT are parties to one agreement: its liaison officer is known.
    assert opened["first_by"] == "officer:partner"


@pytest.mark.parametrize("form", ["log", "attachments", "tasks", "confirm"])
def test_a_refused_form_shows_the_page_and_is_noted(
    shared: Incident, readers: Readers, form: str
) -> None:
    sent = {"why": "x" * 301}
    answer = readers.partner.send(f"/incidents/{shared.pk}/{form}/", sent)
    assert shared.narrative in answer.content.decode()
    [seen] = sightings()
    assert seen.by == "officer:partner"


def test_the_administration_is_noted_too(world: World, readers: Readers) -> None:
    row = report(world, by="partner", release_to=["agency:KG-BS"])
    page = f"/admin/incidents/incident/{row.pk}/change/"
    assert row.title in text(readers.owner_admin.get(page))
    [seen] = sightings()
    assert seen.by == "officer:owner_admin"


@pytest.fixture
def read_only(readers: Readers) -> Callable[[], AbstractContextManager[None]]:
    """A way to let the database take nothing for a while, once both are logged in."""
    for reader in (readers.owner, readers.partner):
        reader.client.raise_request_exception = False
        reader.get("")

    @contextmanager
    def held() -> Iterator[None]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            yield
            transaction.set_rollback(True)

    return held


def test_what_cannot_be_noted_is_not_shown(
    shared: Incident,
    readers: Readers,
    read_only: Callable[[], AbstractContextManager[None]],
) -> None:
    with read_only():
        for path in (f"{shared.pk}/", f"/incidents/{shared.pk}/"):
            answer = readers.partner.get(path)
            assert answer.status_code >= 500, path
            assert shared.title not in answer.content.decode()
        # Its owner reads on.
        assert readers.owner.get(f"{shared.pk}/").status_code == 200


@pytest.mark.slow
def test_no_line_outlives_a_release_that_ends_meanwhile(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, partner = committed.owner, committed.partner
    row = report(committed, release_to=["agency:TJ-BT"])
    with meanwhile(lambda: revoke(row, owner), owner) as begin, acting(partner):

        def shared(found: Any, by: Any) -> Any:
            begin()
            return shared_with(found, by)

        monkeypatch.setattr("incidents.actions.sightings.shared_with", shared)
        note_sighting(incident_id=row.pk, by=partner)
    [seen] = sightings()
    assert seen.audience == ["agency:KG-BS/0"]


def test_an_agencys_system_is_noted_without_its_name(
    shared: Incident, world: World, readers: Readers
) -> None:
    machine = bearer(token(world, "TJ-BT"))
    assert machine.get(f"incidents/{shared.pk}/").status_code == 200
    [seen] = sightings()
    assert seen.by.startswith("client:")
    [opened] = readers_told(readers, shared)[0]["agencies"]
    assert (opened["agency"], opened["first_by"]) == ("TJ-BT", None)
    assert seen.by not in text(readers.owner.get(f"/incidents/{shared.pk}/"))


def test_lists_and_parts_of_an_open_page_are_no_look(
    shared: Incident, readers: Readers
) -> None:
    partner = readers.partner
    for path in ("", "/incidents/", "/incidents/map.geojson", f"{shared.pk}/log/"):
        assert partner.get(path).status_code == 200
    log = partner.client.get(f"/incidents/{shared.pk}/", headers={"HX-Request": "true"})
    assert log.status_code == 200
    assert sightings() == []


def test_it_is_written_once_in_ten_minutes(shared: Incident, readers: Readers) -> None:
    readers.partner.get(f"{shared.pk}/")
    before = sightings()[0].last_at
    for path in (f"{shared.pk}/", f"/incidents/{shared.pk}/"):
        with CaptureQueriesContext(connection) as caught:
            readers.partner.get(path)
        written = [q["sql"] for q in caught if "incidents_sighting" in q["sql"]]
        assert [sql.split()[0] for sql in written] == ["SELECT"]
    assert sightings()[0].last_at == before
    ago(seconds=ONE_LOOK.total_seconds() + 1)
    readers.partner.get(f"{shared.pk}/")
    [seen] = sightings()
    assert seen.last_at - seen.first_at > ONE_LOOK


def test_an_owner_asks_the_database_nothing_more(
    shared: Incident, readers: Readers
) -> None:
    with CaptureQueriesContext(connection) as caught:
        readers.owner.get(f"{shared.pk}/")
    assert not [q for q in caught if "incidents_sighting" in q["sql"]]


def test_what_is_not_visible_leaves_no_line(
    incident: Incident, readers: Readers
) -> None:
    for name in ("partner", "outsider"):
        reader = getattr(readers, name)
        for path in ("{id}/", "{id}/readers/", "/incidents/{id}/"):
            assert_hidden(reader, "get", path, incident.pk)
    assert sightings() == []


def test_readers_are_for_the_owner_alone(shared: Incident, readers: Readers) -> None:
    """Who was released it is answered like for what nobody has."""
    assert_hidden(readers.partner, "get", "{id}/readers/", shared.pk)
    assert "Who sees this" not in text(readers.partner.get(f"/incidents/{shared.pk}/"))


def test_one_partner_does_not_learn_that_another_reads(
    world: World, readers: Readers
) -> None:
    row = report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"])
    late, paths = readers.late, ["", f"{row.pk}/", f"/incidents/{row.pk}/print/"]
    late.get(paths[-1])

    def seen() -> list[tuple[bytes, dict[str, str]]]:
        answers = [late.get(path) for path in paths]
        # The minute of printing goes on meanwhile.
        return [
            (re.sub(rb"Printed \d+Z", b"", a.content), headers(a) | {"Set-Cookie": ""})
            for a in answers
        ]

    before, told = seen(), feed(world, "late")
    readers.partner.get(f"{row.pk}/")
    assert seen() == before
    assert feed(world, "late") == told
    for name, expected in {
        "owner": {"officer:partner", "officer:late"},
        "partner": {"officer:partner"},
        "late": {"officer:late"},
        "outsider": set(),
    }.items():
        actor = world.actor(name)
        with acting(actor):
            rows = Sighting.objects.all()
            assert set(rows.values_list("by", flat=True)) == expected, name


def test_a_tear_line_has_readers_of_its_own(world: World, readers: Readers) -> None:
    row = report(world, release_to=["agency:TJ-BT"])
    grant = {"grantee": "agency:UZ-BT", "scope": "tearline"}
    assert readers.owner.post(f"{row.pk}/releases/", grant).status_code == 201
    [short] = readers.late.get("").json()["results"]
    readers.late.get(f"{short['id']}/")
    told = {one["grantee"]: one for one in readers_told(readers, row)}
    assert told["agency:TJ-BT"]["scope"] == "full"
    assert told["agency:TJ-BT"]["agencies"] == []
    assert told["agency:UZ-BT"]["scope"] == "tearline"
    assert told["agency:UZ-BT"]["agencies"][0]["first_at"]
    page = text(readers.owner.get(f"/incidents/{row.pk}/"))
    assert "not opened yet" in page
    # The tear line's own page tells of the tear line.
    with acting(world.owner):
        own = row.tear_line_for(world.owner)
    assert own
    assert [one["grantee"] for one in readers_told(readers, own)] == ["agency:UZ-BT"]


def test_an_agreement_is_told_by_party(world: World, readers: Readers) -> None:
    row = report(world, release_to=["agreement:KG-TJ"])
    world.join("UZ-BT")
    [told] = readers_told(readers, row)
    # Who joined later is not let in.
    assert [one["agency"] for one in told["agencies"]] == ["TJ-BT"]
    assert told["agencies"][0]["first_at"] is None
    readers.partner.get(f"{row.pk}/")
    assert readers.partner.post(f"{row.pk}/acknowledge/").status_code == 200
    [told] = readers_told(readers, row)
    [opened] = told["agencies"]
    assert opened["acknowledged_by"] == opened["first_by"] == "officer:partner"


def test_of_each_agency_the_first_and_the_last_alone(
    shared: Incident, readers: Readers
) -> None:
    for name in ("partner", "partner_low", "partner"):
        getattr(readers, name).get(f"{shared.pk}/")
        ago(minutes=20)
    [opened] = readers_told(readers, shared)[0]["agencies"]
    assert opened["first_by"] == opened["last_by"] == "officer:partner"
    assert "partner_low" not in str(readers_told(readers, shared))


def test_past_readers_stay_listed(
    shared: Incident, world: World, readers: Readers
) -> None:
    """And who gets it again begins a new row, which is told as one with the old."""
    readers.partner.get(f"{shared.pk}/")
    [row] = readers_told(readers, shared)
    [made] = readers.owner.get(f"{shared.pk}/releases/").json()["results"]
    assert (
        readers.owner.delete(f"{shared.pk}/releases/{made['id']}/").status_code == 204
    )
    [past] = readers_told(readers, shared)
    assert past["is_live"] is False
    assert past["agencies"] == row["agencies"]
    with acting(world.partner):
        assert not Sighting.objects.exists()
    ago(hours=1)
    with acting(world.owner):
        releases.release(record=shared, to="agency:TJ-BT", by=world.owner)
    readers.partner.get(f"{shared.pk}/")
    [now] = readers_told(readers, shared)
    assert now["is_live"] is True
    [opened] = now["agencies"]
    assert opened["first_at"] < opened["last_at"]


def test_an_officer_is_told_apart_from_the_agency(
    world: World, readers: Readers
) -> None:
    row = report(world, tlp="amber+strict", release_to=["officer:partner"])
    end = soon(5).isoformat()
    grant = {"grantee": "agency:TJ-BT", "expires_at": end, "reason": "Joint response"}
    readers.owner.post(f"{row.pk}/releases/", grant)
    readers.partner_low.get(f"{row.pk}/")
    told = {one["grantee"]: one for one in readers_told(readers, row)}
    assert told["officer:partner"]["agencies"] == []
    assert told["agency:TJ-BT"]["agencies"][0]["agency"] == "TJ-BT"
    assert told["agency:TJ-BT"]["expires_at"]
    assert told["agency:TJ-BT"]["released_by"] == "officer:owner"


def test_the_owners_page_asks_as_much_whoever_reads(
    shared: Incident, world: World, readers: Readers
) -> None:
    page = f"/incidents/{shared.pk}/"
    readers.owner.get(page)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            text(readers.owner.get(page))
        return len(caught)

    readers.partner.get(page)
    few = asked()
    with acting(world.owner):
        for code in ("UZ-BT", "KZ-BS"):
            releases.release(record=shared, to=f"agency:{code}", by=world.owner)
    for name in ("partner_low", "late", "outsider"):
        getattr(readers, name).get(page)
    assert asked() == few
