"""What the console asks of incidents: narrowed lists, the panel, many at once."""

from typing import Any
from uuid import uuid4

import pytest

from agencies.context import acting
from agencies.policy import Role
from incidents.models import Acknowledgement, Incident
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    problem,
    report,
    staff,
    text,
)
from tests.world import World

OPEN = "/incidents/open/"
MAP = "/incidents/map.geojson"
MANY = "/incidents/acknowledge/"


def titles(answer: Any) -> set[str]:
    """Return the titles on the map."""
    return {one["properties"]["title"] for one in answer.json()["features"]}


def noted(world: World, who: str) -> set[Any]:
    """Return of which incidents an officer sees a note."""
    actor = world.actor(who)
    with acting(actor):
        rows = Acknowledgement.objects.visible_to(actor)
        return set(rows.values_list("incident_id", "agency__code"))


@pytest.fixture
def several(world: World) -> dict[str, Incident]:
    """Incidents that differ, all seen by TJ-BT."""
    to = {"release_to": ["agency:TJ-BT"]}
    return {
        "worst": report(world, title="Worst", severity="extreme", **to),
        "drugs": report(world, title="Drugs", category="drugs", **to),
        "ours": report(world, by="partner", title="Ours", severity="minor"),
    }


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", {"Worst", "Drugs", "Ours"}),
        ("severity=extreme", {"Worst"}),
        ("category=drugs", {"Drugs"}),
        ("owner=KG-BS", {"Worst", "Drugs"}),
        ("mine=on", {"Ours"}),
        ("unseen=on", {"Worst"}),
        ("state=responding", set()),
        ("severity=awful", set()),
        ("state=closed", set()),
        ("text=worst", {"Worst"}),
        ("text=O+r", {"Worst", "Ours"}),
        ("text=%25", set()),
    ],
)
def test_list_and_map_are_narrowed_alike(
    several: dict[str, Incident], readers: Readers, query: str, left: set[str]
) -> None:
    """By the same words in the address; what they do not know keeps nothing."""
    readers.partner.send(f"/incidents/{several['drugs'].pk}/acknowledge/")
    part = text(readers.partner.get(f"{OPEN}?{query}"))
    assert {one for one in ("Worst", "Drugs", "Ours") if one in part} == left
    assert titles(readers.partner.get(f"{MAP}?{query}")) == left


def test_all_that_waits_is_told_whatever_is_shown(
    several: dict[str, Incident], readers: Readers
) -> None:
    """Two of others wait, one of them grave; a filter does not hide that."""
    for query in ("", "?mine=on", "?severity=minor"):
        part = text(readers.partner.get(OPEN + query))
        assert 'data-unseen="2" data-grave="1"' in part
    assert 'data-unseen="0" data-grave="0"' in text(readers.owner.get(OPEN))
    part = text(readers.partner.get(f"{OPEN}?state=responding"))
    assert "No open incident matches these filters." in part
    part = text(readers.partner.get(f"{OPEN}?state=lost"))
    assert "a filter has a value that does not exist (state)" in part


def test_what_left_the_list_is_told_to_who_still_shows_it(
    several: dict[str, Incident], world: World, readers: Readers
) -> None:
    """By its id, as it stands now; what is hidden is told like what is not there."""
    ours, hidden = several["ours"], report(world, title="Hidden")
    closing = {"reason": "no_action"}
    readers.partner.send(f"/incidents/{ours.pk}/close/", closing)
    path = f"{OPEN}?also={ours.pk}&also={hidden.pk}&also={uuid4()}&also=x"
    assert "Ours" not in text(readers.partner.get(OPEN))
    part = text(readers.partner.get(path))
    assert part.count("is-over") == 1
    assert "Ours" in part
    assert "state-closed" in part
    assert "Hidden" not in part
    assert str(hidden.pk) not in part


def test_what_is_closed_asks_for_no_note(
    several: dict[str, Incident], readers: Readers
) -> None:
    """Neither page nor panel offers it any more; the action still takes it."""
    worst = several["worst"]
    paths = [f"/incidents/{worst.pk}/", f"/incidents/{worst.pk}/panel/"]
    sent = f"/incidents/{worst.pk}/acknowledge/"
    assert all(sent in text(readers.partner.get(path)) for path in paths)
    readers.owner.send(f"/incidents/{worst.pk}/close/", {"reason": "false_report"})
    assert not any(sent in text(readers.partner.get(path)) for path in paths)
    readers.partner.send(sent)
    assert "TJ-BT" in text(readers.owner.get(paths[0]))


def test_only_what_waits_can_be_ticked(
    several: dict[str, Incident], world: World, readers: Readers
) -> None:
    part = text(readers.partner.get(OPEN))
    assert part.count('class="tick"') == 2
    assert f'value="{several["ours"].pk}"' not in part
    (observer,) = staff(world, "TJ-BT", [Role.OBSERVER])
    part = text(getattr(readers, observer).get(OPEN))
    assert "Worst" in part
    assert 'class="tick"' not in part
    assert 'data-unseen="0"' in part


def test_filters_stand_as_the_address_has_them(readers: Readers) -> None:
    form = text(readers.owner.get("/incidents/filters/?severity=severe&mine=on"))
    assert '<option value="severe" selected>' in form
    assert 'name="mine" id="console_mine" checked' in form
    assert "closed" not in form.split('name="state"')[1].split("</select>")[0]


def test_the_panel_is_the_page_for_the_console(
    shared: Incident, readers: Readers
) -> None:
    """With its log and what one may do; of others the same nothing as of none."""
    path = f"/incidents/{shared.pk}/panel/"
    readers.owner.send(f"/incidents/{shared.pk}/log/", {"text": "L", "sharing": "own"})
    owner, partner = text(readers.owner.get(path)), text(readers.partner.get(path))
    for part in (owner, partner):
        assert shared.title in part
        assert "<html" not in part
        assert 'id="log"' in part
    assert "data-acknowledge" in partner
    assert "data-acknowledge" not in owner
    assert "Nothing written yet." in partner
    assert "Nothing written yet." not in owner
    assert_hidden(readers.outsider, "get", "/incidents/{id}/panel/", shared.pk)


def test_many_are_acknowledged_each_for_itself(
    several: dict[str, Incident], world: World, readers: Readers
) -> None:
    """The page says which could not be: what is hidden like what does not exist."""
    hidden, none = report(world, title="Hidden"), uuid4()
    wanted = [str(several["worst"].pk), str(several["drugs"].pk)]
    sent = readers.partner.send(
        MANY, {"id": [*wanted, str(hidden.pk), str(none), "no id"]}
    )
    assert sent.status_code == 302
    page = text(readers.partner.get(sent["Location"]))
    assert "2 incidents acknowledged" in page
    for one in (hidden.pk, none, "no id"):
        assert f"{one}: Not found." in page
    assert noted(world, "owner") == {
        (several["worst"].pk, "TJ-BT"),
        (several["drugs"].pk, "TJ-BT"),
    }
    assert 'data-unseen="0"' in text(readers.partner.get(OPEN))


def test_nothing_ticked_and_an_opened_address(readers: Readers) -> None:
    sent = readers.partner.send(MANY)
    assert "Nothing was ticked." in text(readers.partner.get(sent["Location"]))
    back = readers.partner.get(MANY)
    assert (back.status_code, back["Location"]) == (302, "/incidents/")


def test_many_over_the_api(
    several: dict[str, Incident], world: World, readers: Readers
) -> None:
    hidden, none = report(world, title="Hidden"), uuid4()
    ids = [str(several["worst"].pk), str(hidden.pk), str(none), "x"]
    for _again in range(2):
        answer = readers.partner.post("acknowledge/", {"ids": ids})
        assert answer.status_code == 200
        found = {one.pop("id"): one for one in answer.json()["results"]}
        refused = {"is_acknowledged": False, "code": "not_found"}
        assert found == {
            ids[0]: {"is_acknowledged": True, "code": None},
            **dict.fromkeys(ids[1:], refused),
        }
    assert len(noted(world, "owner")) == 1


def test_who_may_not_acknowledge_acknowledges_none(
    several: dict[str, Incident], world: World, readers: Readers
) -> None:
    (observer,) = staff(world, "TJ-BT", [Role.OBSERVER])
    ids = [str(several["worst"].pk), str(uuid4())]
    answer = getattr(readers, observer).post("acknowledge/", {"ids": ids})
    codes = {one["id"]: one["code"] for one in answer.json()["results"]}
    assert codes == {ids[0]: "permission", ids[1]: "not_found"}
    assert noted(world, "owner") == set()


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/ids"]),
        ({"ids": []}, ["/ids"]),
        ({"ids": "x"}, ["/ids"]),
        ({"ids": [1]}, ["/ids/0"]),
        ({"ids": ["x"] * 201}, ["/ids"]),
        ({"ids": ["x"], "all": True}, ["/all"]),
    ],
)
def test_a_wrong_body_is_refused(
    readers: Readers, body: Any, pointers: list[str]
) -> None:
    status, _code, found = problem(readers.partner.post("acknowledge/", body))
    assert (status, found) == (400, pointers)
