"""The administration: border sections by the platform, records to look at."""

import json

import pytest
from django.contrib.gis.geos import MultiLineString
from django.test import Client

from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid
from patrols import actions
from patrols.models import BorderSection
from tests.patrols.conftest import BACKEND, Callers
from tests.patrols.series import a_line, a_patrol, a_programme
from tests.world import World

LINE = json.dumps({"type": "LineString", "coordinates": [[70, 40], [70.5, 40.1]]})
SECTION = {
    "code": "KG-TJ-01",
    "name": "Isfara",
    "states": "KG,TJ",
    "status": "not_agreed",
    "line": LINE,
    "source": "Protocol 7",
}


@pytest.fixture
def platform(world: World) -> Client:
    """Log the platform administrator in."""
    client = Client()
    with system("log in"):
        client.force_login(world.admin_officer, backend=BACKEND)
    return client


def test_platform_keeps_border_sections(platform: Client) -> None:
    made = platform.post("/admin/patrols/bordersection/add/", SECTION)
    assert made.status_code == 302, made.content.decode()
    section = BorderSection.objects.get()
    assert section.line.geom_type == "MultiLineString"
    page = "/admin/patrols/bordersection/KG-TJ-01/change/"
    shown = platform.get(page).content.decode()
    assert "MultiLineString" in shown
    assert 'data-map-draw="id_line"' in shown
    changed = SECTION | {"status": "agreed", "line": section.line.json}
    assert platform.post(page, changed).status_code == 302
    section.refresh_from_db()
    assert section.status == "agreed"
    wrong = platform.post(
        "/admin/patrols/bordersection/add/", SECTION | {"states": "KG"}
    )
    assert wrong.status_code == 200
    assert BorderSection.objects.count() == 1


def test_rules_of_border_sections(world: World) -> None:
    values = {
        "name": "S",
        "states": ["KG", "TJ"],
        "status": "agreed",
        "line": MultiLineString(a_line(), srid=4326),
    }
    with acting(world.admin):
        section = actions.register_section(by=world.admin, code="A", **values)
        for action, given, code in [
            (actions.register_section, {"code": "A"} | values, "code_taken"),
            (
                actions.register_section,
                {"code": "B"} | values | {"states": ["KG", "KG"]},
                "two_states",
            ),
            (actions.change_section, {"section": section, "code": "C"}, "code_fixed"),
            (actions.change_section, {"section": section, "states": ["KG", "XX"]},
             "two_states"),
        ]:  # fmt: skip
            with pytest.raises((Invalid, Conflict)) as refused:
                action(by=world.admin, **given)
            assert refused.value.code == code
    with acting(world.owner), pytest.raises(Forbidden):
        actions.register_section(by=world.owner, code="B", **values)


def test_records_are_there_to_look_at(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    a_programme(world)
    admin = callers.owner_admin
    for name in ("zone", "route", "checkpoint", "programme", "patrol", "bordersection"):
        assert admin.page(f"/admin/patrols/{name}/").status_code == 200
        assert admin.page(f"/admin/patrols/{name}/add/").status_code == 403
    BorderSection.objects.create(
        code="S", name="S", states=["KG", "TJ"], status="agreed",
        line=MultiLineString(a_line(), srid=4326),
    )  # fmt: skip
    # Who may not change it has nothing to draw on.
    section = admin.page("/admin/patrols/bordersection/S/change/").content.decode()
    assert "data-map-draw" not in section
    page = admin.page(f"/admin/patrols/patrol/{patrol.pk}/change/")
    assert page.status_code == 200
    assert patrol.ref in page.content.decode()
    assert admin.send(f"/admin/patrols/patrol/{patrol.pk}/change/").status_code == 403
    assert admin.page(f"/admin/patrols/patrol/{patrol.pk}/delete/").status_code == 403


def test_platform_sees_no_content(platform: Client, world: World) -> None:
    patrol = a_patrol(world)
    assert patrol.ref not in platform.get("/admin/patrols/patrol/").content.decode()
    page = platform.get(f"/admin/patrols/patrol/{patrol.pk}/change/")
    assert page.status_code == 302
