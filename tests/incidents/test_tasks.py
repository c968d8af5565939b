"""Tasks of agencies about an incident."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.context import system
from incidents.models import Incident, Task
from live.kinds import Kind
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    feed,
    problem,
    report,
    text,
)
from tests.world import World


def later(hours: float = 2) -> str:
    """Return a moment some hours ahead."""
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def given(
    readers: Readers, incident: Incident, name: str = "owner", **more: Any
) -> Any:
    """Set a task over REST."""
    body = {"what": "Search the culvert", "due_at": later()} | more
    return getattr(readers, name).post(f"{incident.pk}/tasks/", body)


def listed(readers: Readers, incident: Incident, name: str) -> list[Any]:
    """Return the tasks that somebody reads."""
    reader = getattr(readers, name)
    return list(reader.get(f"{incident.pk}/tasks/").json()["results"])


@pytest.fixture
def three(world: World) -> Incident:
    """An incident that TJ-BT and UZ-BT were released."""
    return report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"])


def test_a_task_from_set_to_done(
    three: Incident, readers: Readers, world: World
) -> None:
    made = given(readers, three, agency="TJ-BT")
    assert made.status_code == 201
    task = made.json()
    assert (task["agency"], task["state"], task["set_by"]) == (
        "TJ-BT",
        "open",
        "officer:owner",
    )
    path = f"{three.pk}/tasks/{task['id']}/done/"
    done = readers.partner.post(path).json()
    assert (done["state"], done["ended_by"]) == ("done", "officer:partner")
    assert done["ended_at"] is not None
    assert problem(readers.partner.post(path))[:2] == (409, "task_over")
    kinds = [kind for kind, pk in feed(world, "partner") if pk == three.pk]
    assert kinds[-2:] == [Kind.TASK_SET, Kind.TASK_DONE]


def test_a_third_agency_learns_nothing_of_a_task(
    three: Incident, readers: Readers, world: World
) -> None:
    """No byte of list, page or feed differs for it."""
    third = readers.late
    third.get(f"/incidents/{three.pk}/")
    before = third.get(f"{three.pk}/").content, listed(readers, three, "late")
    heard = feed(world, "late")
    task = given(readers, three, agency="TJ-BT", what="CANARY-TASK").json()
    given(readers, three, "partner", what="CANARY-OWN")
    readers.partner.post(f"{three.pk}/tasks/{task['id']}/done/")
    assert (third.get(f"{three.pk}/").content, listed(readers, three, "late")) == before
    assert feed(world, "late") == heard
    for path in (f"/incidents/{three.pk}/", "/incidents/tasks/"):
        assert "CANARY-" not in text(third.get(path)).replace(
            "CANARY-TITLE", ""
        ).replace("CANARY-NARRATIVE", "")
    assert {t["what"] for t in listed(readers, three, "owner")} == {
        "CANARY-TASK",
        "CANARY-OWN",
    }
    for end in ("done", "cancel"):
        real = third.post(f"{three.pk}/tasks/{task['id']}/{end}/")
        none = third.post(f"{three.pk}/tasks/{uuid4()}/{end}/")
        assert (real.status_code, real.content) == (404, none.content)
    assert_hidden(readers.outsider, "get", "{id}/tasks/", three.pk)


def test_who_may_set_and_end_which(three: Incident, readers: Readers) -> None:
    refused = given(readers, three, "partner", agency="UZ-BT")
    assert problem(refused)[:2] == (403, "not_owner")
    assert problem(given(readers, three, "owner_observer"))[:2] == (403, "permission")
    none = given(readers, three, agency="KZ-BS")
    assert problem(none) == (400, "not_released", ["/agency"])
    set_by_owner = given(readers, three, agency="TJ-BT").json()["id"]
    path = f"{three.pk}/tasks/{set_by_owner}"
    assert problem(readers.partner.post(f"{path}/cancel/"))[:2] == (403, "not_owner")
    assert readers.owner.post(f"{path}/cancel/").json()["state"] == "cancelled"
    own = given(readers, three, "partner").json()
    assert own["agency"] == "TJ-BT"
    ended = readers.partner.post(f"{three.pk}/tasks/{own['id']}/cancel/")
    assert ended.json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"what": "  "}, "invalid"),
        ({"due_at": "2026-01-01T00:00:00Z"}, "in_the_past"),
        ({"due_at": "tomorrow"}, "invalid"),
        ({"agency": "XX"}, "invalid"),
        ({"who": "me"}, "invalid"),
    ],
)
def test_a_task_that_cannot_be(
    body: dict[str, str], code: str, three: Incident, readers: Readers
) -> None:
    assert problem(given(readers, three, **body))[:2] == (400, code)
    assert listed(readers, three, "owner") == []


def test_of_a_closed_incident_tasks_can_only_end(
    three: Incident, readers: Readers
) -> None:
    task = given(readers, three, agency="TJ-BT").json()["id"]
    readers.owner.post(f"{three.pk}/close/", {"reason": "handled"})
    assert problem(given(readers, three))[:2] == (409, "closed")
    assert readers.partner.post(f"{three.pk}/tasks/{task}/done/").status_code == 200


def test_tasks_by_the_pages(three: Incident, readers: Readers, world: World) -> None:
    """Set on the incident's page, found on the agency's own, done from there."""
    path = f"/incidents/{three.pk}/tasks/"
    wrong = text(readers.owner.send(path, {"what": "", "agency": "TJ-BT"}))
    assert 'id="task_what_error"' in wrong
    form = {"what": "Hold the ford", "agency": "TJ-BT", "due_at": "2099-01-01T08:00"}
    assert readers.owner.send(path, form).status_code == 302
    mine = text(readers.partner.get("/incidents/tasks/"))
    assert "Hold the ford" in mine
    assert "overdue" not in mine
    assert "Hold the ford" in text(readers.owner.get("/incidents/tasks/"))
    assert "Hold the ford" not in text(readers.late.get("/incidents/tasks/"))
    with system("test"):
        Task._base_manager.update(due_at=timezone.now() - timedelta(minutes=1))
    for page in ("/incidents/tasks/", f"/incidents/{three.pk}/"):
        assert "overdue" in text(readers.partner.get(page))
    [task] = listed(readers, three, "partner")
    sent = readers.partner.send(f"{path}{task['id']}/", {"state": "done"})
    assert sent.status_code == 302
    assert "Hold the ford" not in text(readers.partner.get("/incidents/tasks/"))
    assert readers.late.send(f"{path}{task['id']}/").status_code == 404


def test_the_database_knows_when_a_task_is_over(
    three: Incident, readers: Readers
) -> None:
    given(readers, three)
    with (
        system("test"),
        pytest.raises(IntegrityError, match="task_ended_at"),
        transaction.atomic(),
    ):
        Task._base_manager.update(state="done")
