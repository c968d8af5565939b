"""The pages of incidents, without JavaScript, as officers use them."""

import re
from typing import Any
from uuid import uuid4

import pytest

from agencies.policy import Role
from incidents.models import Incident
from tests.incidents.conftest import FORM, Readers, newest, report, staff, text
from tests.world import World


def test_the_buttons_are_those_one_may_press(
    shared: Incident, readers: Readers
) -> None:
    """By role, ownership and state."""
    path = f"/incidents/{shared.pk}/"
    owner, partner = text(readers.owner.get(path)), text(readers.partner.get(path))
    observer = text(readers.owner_observer.get(path))
    for verb in ("edit", "resolve", "close", "releases"):
        assert f"{path}{verb}/" in owner
        assert f"{path}{verb}/" not in partner
        assert f"{path}{verb}/" not in observer
    assert f"{path}acknowledge/" not in owner
    assert f"{path}acknowledge/" in partner
    for verb in ("assign", "log"):
        assert f"{path}{verb}/" in partner
        assert f"{path}{verb}/" not in observer
    readers.owner.send(f"{path}close/", {"reason": "handled"})
    closed = text(readers.owner.get(path))
    for verb in ("edit", "resolve", "close", "assign"):
        assert f"{path}{verb}/" not in closed


@pytest.mark.parametrize("agency", ["KG-BS", "TJ-BT", None])
def test_nothing_is_offered_that_ends_in_403(
    world: World, readers: Readers, agency: str | None
) -> None:
    """To any role of owner, partner or no agency: every link and every form."""
    world.officers["admin"] = world.admin_officer
    officers = staff(world, agency, [*Role][:-1]) if agency else ["admin"]
    for name in officers:
        made = report(world, release_to=["agency:TJ-BT"])
        pages = ["/", "/incidents/", "/incidents/open/", "/intel/"]
        pages += [f"/incidents/{made.pk}/"] if agency else []
        reader = getattr(readers, name)
        seen = "".join(text(reader.get(path)) for path in pages)
        links = r'(?:href|data-new|hx-get)="(/(?:incidents|intel)/[^"#?]*)'
        for link in set(re.findall(links, seen)):
            assert reader.get(link).status_code != 403, (name, link)
        forms = re.findall(r'<form method="post"[^>]*?action="(/[^"]+)"', seen)
        for form in {x for x in forms if not x.startswith("/accounts/")}:
            assert reader.send(form).status_code != 403, (name, form)


def test_what_cannot_be_taken_back_is_asked_first(
    shared: Incident, world: World, readers: Readers
) -> None:
    """All questions are shut; a reason must be chosen, none is chosen already."""
    path = f"/incidents/{shared.pk}/"
    page = text(readers.owner.get(path))
    asked = re.findall(r"<details class=\"ask\"[^>]*>.*?</details>", page, re.S)
    for verb in ("confirm", "contain", "resolve", "merge", "close"):
        assert sum(f"{path}{verb}/" in one for one in asked) == 1, verb
        assert page.count(f"{path}{verb}/") == 1, verb
    assert not re.search(r"<details[^>]*\sopen", page)
    [close] = [one for one in asked if f"{path}close/" in one]
    assert re.search(r'<option value=""\s+selected', close)
    back = text(readers.owner.send(f"{path}close/", {"reason": ""}))
    assert re.search(r'<details class="ask"[^>]*\sopen', back)
    assert "required" in back.split('id="close_reason_error"')[1][:200]
    assert newest(world).state == "reported"


def test_a_shift(shared: Incident, world: World, readers: Readers) -> None:
    """Acknowledge, offer, assign, write, move on, resolve, close: all by forms."""
    path = f"/incidents/{shared.pk}/"
    assert "not acknowledged" in text(readers.partner.get("/incidents/"))
    assert readers.partner.send(f"{path}acknowledge/").status_code == 302
    assert "not acknowledged" not in text(readers.partner.get("/incidents/"))
    page = text(readers.owner.get(path))
    assert "TJ-BT" in page
    sent = readers.owner.send(f"{path}assign/", {"agency": "TJ-BT", "task": "Block"})
    assert sent.status_code == 302
    row = readers.partner.get(f"{shared.pk}/responses/").json()["results"][0]
    step = f"{path}responses/{row['id']}/"
    assert step in text(readers.partner.get(path))
    assert readers.partner.send(step, {"state": "on_scene"}).status_code == 302
    assert "on scene" in text(readers.owner.get(path))
    line = {"text": "Two persons stopped", "sharing": "all"}
    assert readers.partner.send(f"{path}log/", line).status_code == 302
    assert "Two persons stopped" in text(readers.owner.get(path))
    assert readers.owner.send(f"{path}resolve/").status_code == 302
    assert readers.owner.send(f"{path}close/", {"reason": "handled"}).status_code == 302
    assert newest(world).state == "closed"
    assert "handled" in text(readers.partner.get(path))


def test_closing_says_what_can_still_be_done(
    shared: Incident, readers: Readers
) -> None:
    """Who is not back yet, before; lines and the end of a response, afterwards."""
    path = f"/incidents/{shared.pk}/"
    ask = text(readers.owner.get(path)).split("Close…")[1].split("</details>")[0]
    assert "Not over yet" not in ask
    assert "Lines can still be added to the log, responses ended" in ask
    readers.owner.send(f"{path}assign/", {"agency": "TJ-BT", "task": "Block"})
    ask = text(readers.owner.get(path)).split("Close…")[1].split("</details>")[0]
    told = re.sub(r"<[^>]*>|\s+", " ", ask.split("Not over yet:")[1])
    assert told.split()[:2] == ["TJ-BT", "dispatched"]
    row = readers.partner.get(f"{shared.pk}/responses/").json()["results"][0]
    readers.owner.send(f"{path}close/", {"reason": "handled"})
    step, line = f"{path}responses/{row['id']}/", {"text": "Late", "sharing": "all"}
    page = text(readers.partner.get(path))
    for state in ("done", "declined"):
        assert f'value="{state}"' in page
    assert 'value="en_route"' not in page
    assert readers.partner.send(step, {"state": "en_route"}).status_code == 409
    assert readers.partner.send(step, {"state": "done"}).status_code == 302
    assert readers.owner.send(f"{path}log/", line).status_code == 302
    assert "Late" in text(readers.partner.get(path))


def test_the_address_of_a_verb_leads_to_the_page(
    shared: Incident, readers: Readers
) -> None:
    """Of a form that came back, as of anything that one does not see."""
    path = f"/incidents/{shared.pk}/"
    verbs = ("acknowledge", "assign", "log", "resolve", "close", "releases")
    steps = (f"responses/{uuid4()}", f"releases/{uuid4()}/end")
    for verb in (*verbs, *steps):
        for reader in (readers.owner, readers.outsider):
            back = reader.get(f"{path}{verb}/")
            assert (back.status_code, back["Location"]) == (302, path), verb
        assert readers.owner.client.put(f"{path}{verb}/").status_code == 405
    assert readers.outsider.get(path).status_code == 404


def test_the_log_alone_for_htmx(shared: Incident, readers: Readers) -> None:
    """The fragment comes back, with the line or with what is wrong."""
    path = f"/incidents/{shared.pk}/log/"
    htmx = {"HX-Request": "true"}
    part = text(readers.owner.send(path, {"text": "Line", "sharing": "all"}, **htmx))
    assert part.lstrip().startswith("<section")
    assert "Line" in part
    part = text(readers.owner.send(path, {"text": "", "sharing": "all"}, **htmx))
    assert "required" in part


def test_releasing_and_ending_on_the_page(incident: Incident, readers: Readers) -> None:
    """Add, see, end; the tear line too; errors at the field."""
    path = f"/incidents/{incident.pk}/"
    sent = {"grantee": "agency:TJ-BT", "scope": "full", "reason": "Joint action"}
    assert readers.owner.send(f"{path}releases/", sent).status_code == 302
    page = text(readers.owner.get(path))
    assert "Joint action" in page
    made = readers.owner.get(f"{incident.pk}/").json()["releases"][0]["id"]
    assert f"{path}releases/{made}/end/" in page
    partner = text(readers.partner.get(path))
    assert f"{path}releases/{made}/end/" not in partner
    ended = readers.owner.send(f"{path}releases/{made}/end/")
    assert ended.status_code == 302
    assert readers.partner.get(path).status_code == 404
    late = sent | {"expires_at": "2020-01-01T00:00"}
    assert "lies in the past" in text(readers.owner.send(f"{path}releases/", late))
    torn = sent | {"grantee": "agency:UZ-BT", "scope": "tearline"}
    assert readers.owner.send(f"{path}releases/", torn).status_code == 302
    assert "tear line" in text(readers.owner.get(path)).lower()


@pytest.mark.parametrize(
    ("name", "path", "data"),
    [
        ("partner", "resolve/", {}),
        ("partner", "close/", {"reason": "handled"}),
        ("partner", "releases/", {"grantee": "agency:UZ-BT", "scope": "full"}),
        ("partner", "edit/", FORM),
        ("partner", "assign/", {"agency": "TJ-BT", "patrol": ""}),
        ("owner_observer", "resolve/", {}),
        ("owner_observer", "acknowledge/", {}),
        ("owner_observer", "log/", {"text": "x", "sharing": "all"}),
    ],
)
def test_what_is_not_offered_is_refused(
    shared: Incident, readers: Readers, name: str, path: str, data: Any
) -> None:
    """The action decides, whatever the page offered: 403, and nothing changes."""
    sent = getattr(readers, name).send(f"/incidents/{shared.pk}/{path}", data)
    is_offer = (name, path) == ("partner", "assign/")
    assert sent.status_code == (302 if is_offer else 403)
    assert readers.owner.get(f"{shared.pk}/").json()["version"] == 1


def test_a_conflict_leads_back_with_its_words(
    shared: Incident, readers: Readers
) -> None:
    """A second click on "resolve" is told why it did nothing."""
    path = f"/incidents/{shared.pk}/"
    readers.owner.send(f"{path}resolve/")
    back = readers.owner.send(f"{path}resolve/", Referer=f"http://testserver{path}")
    assert (back.status_code, back["Location"]) == (302, f"http://testserver{path}")
    assert "no longer open" in text(readers.owner.get(path))


def test_pages_are_for_officers(client: Any, world: World) -> None:
    """Others go to the login page; fragments say so to htmx."""
    for path in ("", "new/", "open/", "map.geojson", f"{uuid4()}/"):
        answer = client.get(f"/incidents/{path}")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
    assert (
        client.get("/incidents/open/", headers={"HX-Request": "1"}).status_code == 401
    )


def test_the_page_shows_no_private_line(shared: Incident, readers: Readers) -> None:
    """The page reads children under the reader's own rights."""
    line = {"text": "CANARY-LINE", "sharing": "own"}
    readers.partner.post(f"{shared.pk}/log/", line)
    assert "CANARY-LINE" in text(readers.partner.get(f"/incidents/{shared.pk}/"))
    assert "CANARY-LINE" not in text(readers.owner.get(f"/incidents/{shared.pk}/"))


def test_the_administration_shows_no_more(
    shared: Incident, world: World, readers: Readers
) -> None:
    """The platform's administrator sees no record; nobody changes one there."""
    path = "/admin/incidents/incident/"
    officer = text(readers.owner_admin.get(path))
    assert shared.ref in officer
    detail = readers.owner_admin.get(f"{path}{shared.pk}/change/")
    assert "CANARY-NARRATIVE" in text(detail)
    assert readers.owner_admin.send(f"{path}{shared.pk}/change/").status_code == 403
    assert readers.owner_admin.get(f"{path}add/").status_code == 403
    assert readers.owner_admin.send(f"{path}{shared.pk}/delete/").status_code == 403
    world.officers["admin"] = world.admin_officer
    assert shared.ref not in text(readers.admin.get(path))
    assert readers.admin.get(f"{path}{shared.pk}/change/").status_code in (302, 404)
    assert readers.owner.get(path).status_code in (302, 403)
