"""What an officer reads while writing a place."""

from tests.patrols.conftest import Callers
from tests.patrols.series import a_zone
from tests.world import World

ECHO = "/patrols/echo/"


def test_a_place_is_echoed_in_every_system(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    page = callers.owner.page(ECHO, place="40.1, 70.6").content.decode()
    for part in (
        'data-point="40.10000, 70.60000"', 'data-copy="42T ', 'data-copy="X=',
        "In every system", "± 7.0 km", zone.name,
    ):  # fmt: skip
        assert part in page
    assert (
        zone.name
        not in callers.outsider.page(ECHO, place="40.1, 70.6").content.decode()
    )


def test_what_is_not_a_place_yet_is_no_error(callers: Callers) -> None:
    answer = callers.owner.page(ECHO, place="42T XK 363")
    assert answer.status_code == 200
    assert "Read the digits 363" in answer.content.decode()
    assert callers.owner.page(ECHO).content.strip() == b""
    assert callers.owner.page(ECHO, place="x" * 5000).status_code == 200


def test_the_echo_escapes_what_was_written(callers: Callers) -> None:
    page = callers.owner.page(ECHO, place="<b>xx</b>").content.decode()
    assert "<b>xx" not in page.lower()


def test_towns_by_their_names(callers: Callers) -> None:
    """In Latin and in Cyrillic letters; with what they are often mixed up with."""
    for text in ("Batken", "batken", "Баткен", "Batken (KG)", "Batken, 3 km SW"):
        page = callers.owner.page(ECHO, place=text).content.decode()
        assert "data-point" in page, text
    several = callers.owner.page(ECHO, place="Рашт, 3 км ЮЗ").content.decode()
    assert "data-point" not in several
    assert "Rasht (IR) [37.276, 49.589]; Rasht (TJ) [39.029, 70.374]" in several
    one = callers.owner.page(ECHO, place="Rasht (TJ), 3 km SW").content.decode()
    assert "data-point" in one
    unknown = callers.owner.page(ECHO, place="Atlantis").content.decode()
    assert "No place of the name ATLANTIS is known" in unknown


def test_swapped_numbers_are_told(callers: Callers) -> None:
    """Outside the region: how far, and what they would be the other way round."""
    page = callers.owner.page(ECHO, place="70.76694, 40.20888").content.decode()
    assert "This is outside the region, by " in page
    assert "Did you mean 40.20888, 70.76694?" in page
    assert 'data-take="40.20888, 70.76694"' in page
    assert "data-point" in page
    told = callers.owner.page("/patrols/echo.json", place="70.76694, 40.20888").json()
    assert told["outside"]["meant"] == "40.20888, 70.76694"
    assert 1_500_000 < told["outside"]["metres"] < 1_700_000
    for text, meant in {
        "70.80 40.05": "40.05, 70.80",
        "70.7669, 40.2089": "40.2089, 70.7669",
        # As typed: what was cut off would be kilometres.
        "70.12345, 40.1": "40.1, 70.12345",
        "70,59123 40,12": "40.12, 70.59123",
    }.items():
        told = callers.owner.page("/patrols/echo.json", place=text).json()
        assert told["outside"]["meant"] == meant
    right = callers.owner.page("/patrols/echo.json", place="40.20888, 70.76694").json()
    assert right["outside"] is None


def test_elsewhere_is_told_without_a_guess(callers: Callers) -> None:
    """Neither way round in the region, or in a grid, which nobody swaps."""
    for text in ("52.5, 13.4", "38W NT 1234 5678"):
        page = callers.owner.page(ECHO, place=text).content.decode()
        assert "This is outside the region, by " in page, text
        assert "data-take" not in page, text


def test_the_maps_read_out(callers: Callers) -> None:
    found = callers.owner.page("/patrols/echo.json", place="40.1, 70.6").json()
    systems = {one["system"] for one in found["written"]}
    assert {"decimal", "dms", "dm", "utm", "mgrs", "sk42"} <= systems
    assert callers.owner.page("/patrols/echo.json").json() == {
        "fault": "", "written": [],
    }  # fmt: skip


def test_only_officers_are_answered(client: object) -> None:
    from django.test import Client  # noqa: PLC0415

    assert Client().get(ECHO, {"place": "40.1, 70.6"}).status_code == 302
