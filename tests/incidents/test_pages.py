"""The pages of incidents, without JavaScript, as officers use them."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from agencies.actions import accounts
from agencies.context import acting
from agencies.policy import Role
from incidents.models import Incident
from patrols import actions as patrols
from tests.incidents.conftest import Readers, report
from tests.world import AREA, PASSWORD, World, soon

FORM = {
    "category": "drugs",
    "severity": "severe",
    "title": "Packages in a culvert",
    "occurred_at": "2026-01-31T13:00",
    "place": "40.12345, 70.54321",
    "narrative": "Found on the morning patrol.",
    "tlp": "amber",
    "level": "0",
}


def text(answer: Any) -> str:
    """Return a page that was found."""
    assert answer.status_code == 200, answer.content
    content: str = answer.content.decode()
    return content


def stored(page: str) -> set[str]:
    """Return what a refused form says of the record as it is now."""
    return {found.strip() for found in re.findall(r"Now stored: ([^<]*)", page)}


def newest(world: World, by: str = "owner") -> Incident:
    """Return the incident reported last."""
    actor = world.actor(by)
    with acting(actor):
        rows = Incident.objects.visible_to(actor)
        return rows.select_related("owner").latest("created_at")


def test_reporting_in_a_form(world: World, readers: Readers) -> None:
    """The clock is the agency's; grantees are chosen; then the page is there."""
    page = text(readers.owner.get("/incidents/new/"))
    assert "Asia/Bishkek" in page
    assert 'data-map-picker="place"' in page
    sent = readers.owner.send("/incidents/new/", FORM | {"release_to": "agency:TJ-BT"})
    made = newest(world)
    assert (sent.status_code, sent["Location"]) == (302, f"/incidents/{made.pk}/")
    # Bishkek is six hours ahead of UTC.
    assert made.occurred_at == datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert made.place.coords == (70.54321, 40.12345)
    assert made.author_id == world.officers["owner"].pk
    page = text(readers.partner.get(f"/incidents/{made.pk}/"))
    assert "Packages in a culvert" in page
    assert 'data-map-point="40.12345, 70.54321"' in page
    assert "Asia/Dushanbe" in page


def test_choices_are_those_that_one_may_know(readers: Readers) -> None:
    """Own agreements, visible officers; nothing of others (L16)."""
    page = text(readers.outsider.get("/incidents/new/"))
    assert "agreement:KZ-UZ" in page
    assert "agency:KG-BS" in page
    assert "agency:KZ-BS" not in page
    for hidden in ("agreement:KG-TJ", "officer:owner", "officer:partner"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "required"),
        ("place", "Osh", "latitude, longitude"),
        ("place", "140.1, 70.6", "Latitude is -90..90"),
        ("occurred_at", "yesterday", "valid date/time"),
        ("occurred_at", "2099-01-01T00:00", "lies ahead"),
        ("category", "piracy", "valid choice"),
        ("release_to", "agreement:KZ-UZ", "valid choice"),
        ("level", "7", "valid choice"),
    ],
)
def test_a_form_says_what_is_wrong(
    readers: Readers, field: str, value: str, words: str
) -> None:
    """At the field, and what was written is still there."""
    page = text(readers.owner.send("/incidents/new/", FORM | {field: value}))
    assert words in page
    assert "has-error" in page
    assert "Found on the morning patrol." in page
    assert "No incidents yet" in text(readers.owner.get("/incidents/"))


def test_the_actions_refusal_stands_at_its_field(readers: Readers) -> None:
    """TLP:RED to an agency: the rule's own words."""
    sent = FORM | {"tlp": "red", "release_to": "agency:TJ-BT"}
    page = text(readers.owner.send("/incidents/new/", sent))
    assert "does not allow a release to this grantee" in page


def test_places_in_the_ways_people_write_them(world: World, readers: Readers) -> None:
    """A comma as decimal sign, a semicolon or a blank between."""
    for written in ("40,5; 70,25", "40.5 70.25", " 40.5,70.25 "):
        readers.owner.send("/incidents/new/", FORM | {"place": written})
        assert newest(world).place.coords == (70.25, 40.5)


def test_editing_keeps_what_is_not_touched(world: World, readers: Readers) -> None:
    """Seconds and the sixth decimal survive a form that cannot show them."""
    at = datetime(2026, 1, 31, 7, 0, 42, tzinfo=UTC)
    made = report(world, occurred_at=at)
    path = f"/incidents/{made.pk}/edit/"
    assert "2026-01-31T13:00" in text(readers.owner.get(path))
    sent = FORM | {
        "place": "40.10000, 70.60000",
        "version": "1",
        "severity": "moderate",
        "category": "smuggling",
        "narrative": "CANARY-NARRATIVE",
    }
    assert readers.owner.send(path, sent).status_code == 302
    now = newest(world)
    assert (now.title, now.version) == ("Packages in a culvert", 2)
    assert (now.occurred_at, now.place) == (at, made.place)
    stale = text(readers.owner.send(path, sent | {"title": "Older"}))
    assert "Somebody changed this in the meantime" in stale
    # What is stored, at each field that was sent otherwise; at no other.
    assert stored(stale) == {"Packages in a culvert"}
    stale = text(readers.owner.send(path, sent | {"severity": "minor"}))
    assert stored(stale) == {"moderate"}
    assert newest(world).title == "Packages in a culvert"
    gone = text(readers.owner.send(path, sent | {"version": ""}))
    assert "Somebody changed this in the meantime" in gone


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


def staff(world: World, agency: str, roles: list[Role]) -> list[str]:
    """Give an agency an officer of each role, named after it."""
    with acting(world.admin):
        for role in roles:
            world.officers[role] = accounts.create_officer(
                username=role,
                password=PASSWORD,
                agency=world.agencies[agency],
                name=role,
                clearance=3,
                roles=[role],
                by=world.admin,
            )
    return list(roles)


def test_only_who_can_acknowledge_is_told_to(
    shared: Incident, world: World, readers: Readers
) -> None:
    """An observer, a planner or an analyst has nothing to do about it."""
    assert "not acknowledged" in text(readers.partner.get("/incidents/open/"))
    for role in staff(world, "TJ-BT", [Role.OBSERVER, Role.PLANNER, Role.ANALYST]):
        for path in ("/incidents/", "/incidents/open/"):
            page = text(getattr(readers, role).get(path))
            assert shared.ref in page
            assert "not acknowledged" not in page


def test_what_cannot_be_taken_back_is_asked_first(
    shared: Incident, world: World, readers: Readers
) -> None:
    """Both questions are shut; a reason must be chosen, none is chosen already."""
    path = f"/incidents/{shared.pk}/"
    page = text(readers.owner.get(path))
    asked = re.findall(r"<details class=\"ask\"[^>]*>.*?</details>", page, re.S)
    assert [f"{path}resolve/" in asked[0], f"{path}close/" in asked[1]] == [True] * 2
    assert page.count(f"{path}resolve/") == page.count(f"{path}close/") == 1
    assert not re.search(r"<details[^>]*\sopen", page)
    assert re.search(r'<option value=""\s+selected', asked[1])
    back = text(readers.owner.send(f"{path}close/", {"reason": ""}))
    assert re.search(r'<details class="ask"[^>]*\sopen', back)
    assert "required" in back.split('id="close_reason_error"')[1][:200]
    assert newest(world).state == "reported"


def test_a_tear_lines_title_says_what_it_is_about(
    world: World, readers: Readers
) -> None:
    """To its reader it is a record like others; its owner has it marked."""
    made = report(world)
    sent = {"grantee": "agency:TJ-BT", "scope": "tearline"}
    readers.owner.send(f"/incidents/{made.pk}/releases/", sent)
    page = text(readers.partner.get("/incidents/"))
    assert "Smuggling of goods near 40.1, 70.6" in page
    torn = re.search(r'data-id="([^"]+)"', page)
    assert torn
    for path in ("/incidents/", "/incidents/open/", f"/incidents/{torn[1]}/"):
        seen = text(readers.partner.get(path)).lower()
        assert made.ref.lower() not in seen
        assert "tear line" not in seen
    assert "tear line of" in text(readers.owner.get(f"/incidents/{torn[1]}/"))
    assert torn[1] not in text(readers.owner.get("/incidents/"))


def test_a_moment_is_written_one_way(world: World, readers: Readers) -> None:
    """With year and offset, whatever language the browser asks for."""
    at = datetime(2026, 1, 31, 7, 5, tzinfo=UTC)
    made = report(world, occurred_at=at)
    for path in ("/incidents/", f"/incidents/{made.pk}/"):
        page = text(
            readers.owner.client.get(path, headers={"Accept-Language": "ru, kk;q=0.5"})
        )
        assert '<html lang="en"' in page
        assert "31 Jan 2026, 13:05 +06" in page


def test_the_dashboard_tells_the_platforms_administrator_why(
    world: World, readers: Readers
) -> None:
    """Nothing of agencies is shown, by design; what there is to do is a click away."""
    world.officers["admin"] = world.admin_officer
    page = text(readers.admin.get("/"))
    assert "by design you see none" in page
    for link in ("/admin/", "/agencies/", "/agencies/agreements/"):
        assert f'href="{link}"' in page.split("by design")[1]
    assert "by design you see none" not in text(readers.owner_observer.get("/"))


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
    assert told.split()[:2] == ["TJ-BT", "assigned"]
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


def test_filters_stand_in_the_url(world: World, readers: Readers) -> None:
    """And the pages of older rows keep them."""
    report(world, title="Old one", occurred_at=soon(-24 * 40))
    for n in range(51):
        report(world, title=f"Row {n:02}", occurred_at=soon(-n))
    report(world, title="Drugs found", category="drugs")
    page = text(readers.owner.get("/incidents/?category=drugs"))
    assert "Drugs found" in page
    assert "Row 00" not in page
    page = text(readers.owner.get("/incidents/?days=30&category=smuggling"))
    assert "Old one" not in page
    assert "Row 49" in page
    assert "Row 50" not in page
    link = page.split('rel="next"')[1].split('href="')[1].split('"')[0]
    assert "days=30" in link
    older = text(readers.owner.get(f"/incidents/{link.replace('&amp;', '&')}"))
    assert "Row 50" in older
    assert "Row 49" not in older
    nothing = text(readers.owner.get("/incidents/?severity=extreme"))
    assert "Nothing matches these filters" in nothing
    assert "valid choice" in text(readers.owner.get("/incidents/?severity=awful"))
    assert readers.owner.get("/incidents/?before=x").status_code == 400
    assert readers.owner.get(
        f"/incidents/?before=2026-01-01_{uuid4()}"
    ).status_code == (400)


def test_the_fragment_of_open_incidents(world: World, readers: Readers) -> None:
    """The newest fifty that are open; none that is over."""
    over = report(world, title="Over")
    readers.owner.post(f"{over.pk}/resolve/")
    report(world, title="Open one")
    part = text(readers.owner.get("/incidents/open/"))
    assert "Open one" in part
    assert "Over" not in part
    assert "<html" not in part


def test_the_map(world: World, readers: Readers) -> None:
    """Open ones and those of the last week, as GeoJSON, within a window."""
    old = report(world, occurred_at=soon(-24 * 30))
    gone = report(world, occurred_at=soon(-24 * 30))
    readers.owner.post(f"{gone.pk}/resolve/")
    new = report(world)
    readers.owner.post(f"{new.pk}/resolve/")
    answer = readers.owner.get("/incidents/map.geojson")
    assert answer["Content-Type"] == "application/geo+json"
    features = {f["id"]: f for f in answer.json()["features"]}
    assert set(features) == {str(old.pk), str(new.pk)}
    assert features[str(old.pk)]["geometry"]["coordinates"] == [70.6, 40.1]
    assert features[str(old.pk)]["properties"]["url"] == f"/incidents/{old.pk}/"
    assert readers.partner.get("/incidents/map.geojson").json()["features"] == []
    near = readers.owner.get("/incidents/map.geojson", bbox="70,40,71,41").json()
    assert len(near["features"]) == 2
    far = readers.owner.get("/incidents/map.geojson", bbox="60,40,61,41").json()
    assert far["features"] == []
    assert readers.owner.get("/incidents/map.geojson", bbox="x").status_code == 400


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


def test_patrols_are_offered_by_what_tells_them_apart(
    world: World, readers: Readers
) -> None:
    """Under way first, then the next, then the latest over; far ones not at all."""
    hours = {"now": -1, "next": 20, "later": 40, "early": -40, "far": 24 * 6}
    made = {}
    with acting(world.owner):
        zone = patrols.create_zone(by=world.owner, code="Z1", name="Zone", area=AREA)
        for name, start in hours.items():
            made[name] = patrols.plan(
                by=world.owner,
                lead=world.agencies["KG-BS"],
                participants=["KG-BS"],
                title="Batken patrol",
                zone=zone,
                starts_at=soon(start),
                ends_at=soon(start + 6),
            )
        patrols.agree(patrol=made["now"], by=world.owner)
        patrols.start(patrol=made["now"], by=world.owner)
    report(world)
    row = newest(world)
    offered = {}
    for path in ("/incidents/new/", f"/incidents/{row.pk}/"):
        page = text(readers.owner.get(path))
        [select] = re.findall(r'<select name="patrol".*?</select>', page, re.DOTALL)
        offered[path] = re.findall(r">([^<]*· Batken patrol ·[^<]*)<", select)
        assert [label.split(" · ")[0] for label in offered[path]] == [
            made[name].ref for name in ("now", "next", "later", "early")
        ]
    clock = ZoneInfo(world.agencies["KG-BS"].time_zone)
    at = made["now"].starts_at.astimezone(clock)
    label = f"{made['now'].ref} · Batken patrol · {at:%-d %b %H:%M} · under way"
    assert offered["/incidents/new/"][0] == label
