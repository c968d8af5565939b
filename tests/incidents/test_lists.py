"""Where officers find incidents: the list, the open ones, the map, the dashboard."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from uuid import uuid4

from django.contrib.gis.geos import Point

from agencies.policy import Role
from incidents.models import Incident
from tests.incidents.conftest import Readers, report, staff, text
from tests.world import World, soon


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
    wrong = text(readers.owner.get("/incidents/?severity=awful&days=30"))
    assert "valid choice" in wrong
    assert "a filter has a value that does not exist (severity)" in wrong
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


def test_a_map_window_reaches_back_to_the_first(world: World, readers: Readers) -> None:
    """However far apart the rows lie in time, pages lead through them, and back."""
    days = [0, 3, 6, 8, 30, 95, 400, 1100, 4000]
    made = [report(world, occurred_at=soon(-24 * n - 1)) for n in days]
    elsewhere = Point(60.5, 40.0, srid=4326)
    report(world, occurred_at=soon(-24 * 5), place=elsewhere)
    whole = [str(row.pk) for row in made]
    pages = []
    answer = readers.owner.get("", bbox="70,40,71,41", limit=2).json()
    while True:
        pages.append([row["id"] for row in answer["results"]])
        if not answer["next"]:
            break
        answer = readers.owner.client.get(answer["next"]).json()
    assert [pk for page in pages for pk in page] == whole
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    back = readers.owner.client.get(answer["previous"]).json()
    assert [row["id"] for row in back["results"]] == pages[-2]
    text_of = b64encode(b"p=0001-01-01T00:00:00Z").decode()
    forged = readers.owner.get("", bbox="70,40,71,41", cursor=text_of)
    assert forged.json()["code"] == "bad_cursor"
