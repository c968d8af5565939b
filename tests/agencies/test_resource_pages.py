"""Pages of personnel, assets and radio, by who asks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.actions import assets, personnel
from agencies.context import acting, system
from agencies.models import Absence, Asset, Authorisation, Certification, State
from tests.agencies.conftest import browser
from tests.world import World, soon

NOWHERE = "00000000-0000-0000-0000-000000000007"


def text_of(client: Client, at: str) -> str:
    answer = client.get(at)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def keep(world: World) -> tuple[Absence, Certification, Authorisation]:
    """Let owner_low be on leave, a commander soon no more, and let over the border."""
    by, officer = world.owner, world.officers["owner_low"]
    with acting(by):
        away = personnel.enter_absence(
            officer=officer, kind="leave", starts_at=soon(-1), ends_at=soon(1), by=by,
            note="Wedding",
        )  # fmt: skip
        paper = personnel.certify(
            officer=officer, name="commander", by=by,
            expires_on=timezone.now().date() + timedelta(9),
        )  # fmt: skip
        permit = personnel.authorise(
            officer=officer, territory=State.objects.get(code="TJ"),
            valid_from=timezone.now().date(), agreement=world.agreement, by=by,
        )  # fmt: skip
    return away, paper, permit


def own_radio(world: World, name: str, code: str, mode: str, *to: str) -> Asset:
    by = world.actor(name)
    with acting(by):
        return assets.create_asset(
            by=by, code=code, name=f"Set {code}", kind="radio", release_to=list(to),
            bands=[{"from_mhz": 136, "to_mhz": 174, "mode": mode}],
        )  # fmt: skip


def test_the_board_is_the_agencys_own(world: World) -> None:
    keep(world)
    own = text_of(browser(world, "owner_observer"), "/agencies/personnel/")
    assert re.search(r'class="away away-leave"\s+title="[^"]+: leave"', own)
    assert "runs out" in own
    assert "cmd" in own
    assert "Import CSV" not in own
    assert "Import CSV" in text_of(browser(world, "owner"), "/agencies/personnel/")
    for name in ("partner", "outsider"):
        other = text_of(browser(world, name), "/agencies/personnel/")
        assert "Owner" not in other
        assert not re.search(r'title="[^"]+: leave"', other)
    assert browser(world, "admin").get("/agencies/personnel/").status_code == 403


@pytest.mark.parametrize(
    ("month", "status"),
    [("2026-02", 200), ("2026-13", 400), ("x", 400), ("9999-12", 400), ("1-1", 400)],
)
def test_a_month_is_one_of_our_time(world: World, month: str, status: int) -> None:
    client = browser(world, "owner")
    answer = client.get("/agencies/personnel/", {"month": month})
    assert answer.status_code == status
    if status == 200:
        days = answer.context["rows"][0]["cells"]
        assert len(days) == 28
        assert (answer.context["month"].before, answer.context["month"].after) == (
            "2026-01", "2026-03",
        )  # fmt: skip


def test_an_officers_page_shows_papers_to_colleagues_alone(world: World) -> None:
    keep(world)
    at = f"/agencies/officers/{world.officers['owner_low'].pk}/"
    own = text_of(browser(world, "owner_observer"), at)
    for words in ("Wedding", "qualified to command", "Entry to", "KG-TJ"):
        assert words in own
    assert "New absence" not in own
    # A liaison officer: partners see the page, and nothing of that.
    partner = text_of(browser(world, "partner"), at)
    for words in ("Wedding", "Availability", "commander</", "Entry to"):
        assert words not in partner


@pytest.mark.parametrize("kind", ["absence", "certification", "authorisation"])
def test_hidden_and_none_are_one_answer(world: World, kind: str) -> None:
    row = next(row for row in keep(world) if row.type_name() == kind)
    for name in ("partner", "outsider", "admin"):
        client = browser(world, name)
        for verb, url in (("get", f"{kind}-edit"), ("post", f"{kind}-edit"),
                          ("post", f"{kind}-end")):  # fmt: skip
            real = getattr(client, verb)(reverse(url, args=[row.pk]))
            none = getattr(client, verb)(reverse(url, args=[NOWHERE]))
            assert (real.status_code, real.content) == (404, none.content)
    observer = browser(world, "owner_observer")
    assert observer.get(reverse(f"{kind}-edit", args=[row.pk])).status_code == 403
    assert observer.post(reverse(f"{kind}-end", args=[row.pk])).status_code == 403


def test_an_absence_is_kept_on_its_pages(world: World) -> None:
    client = browser(world, "owner")
    officer = world.officers["owner_low"]
    at = reverse("officer-absence-new", args=[officer.pk])
    given = {"kind": "leave", "starts_at": "2026-12-01T08:00",
             "ends_at": "2026-12-01T07:00"}  # fmt: skip
    wrong = client.post(at, given)
    assert wrong.context["form"].errors["ends_at"]
    made = client.post(at, given | {"ends_at": "2026-12-05T08:00"})
    assert made["Location"] == f"/agencies/officers/{officer.pk}/"
    with system("test"):
        row = Absence.objects.get()
    edit = reverse("absence-edit", args=[row.pk])
    change = given | {"ends_at": "2026-12-06T08:00", "note": "Longer"}
    stale = client.post(edit, change | {"version": "9"})
    assert "Somebody changed this" in stale.content.decode()
    assert client.post(edit, change | {"version": "1"}).status_code == 302
    assert client.post(reverse("absence-end", args=[row.pk])).status_code == 302
    with system("test"):
        row.refresh_from_db()
    assert (row.note, row.version) == ("Longer", 3)
    assert row.cancelled_at is not None


def test_papers_are_kept_on_their_pages(world: World) -> None:
    client = browser(world, "owner_admin")
    officer = world.officers["owner_low"]
    new = reverse("officer-authorisation-new", args=[officer.pk])
    given = {"territory": "TJ", "valid_from": "2026-01-01"}
    wrong = client.post(new, given)
    assert wrong.context["form"].errors["authority"]
    assert client.post(new, given | {"agreement": "KG-TJ"}).status_code == 302
    other = client.post(new, given | {"agreement": "KZ-UZ"})
    assert other.context["form"].errors["agreement"]
    page = text_of(client, reverse("officer-certification-new", args=[officer.pk]))
    assert '<option value="commander">' in page
    made = client.post(
        reverse("officer-certification-new", args=[officer.pk]), {"name": "Medic"}
    )
    assert made.status_code == 302
    with system("test"):
        paper = Certification.objects.get()
        permit = Authorisation.objects.get()
    edit = reverse("certification-edit", args=[paper.pk])
    renewed = {"name": "Medic", "expires_on": "2030-01-01", "version": "1"}
    assert client.post(edit, renewed).status_code == 302
    # The agreement that it rests on may since be one of others only.
    world.leave("KG-BS")
    edit = reverse("authorisation-edit", args=[permit.pk])
    assert "KG-TJ" not in text_of(client, edit)
    change = {"valid_from": "2026-01-01", "authority": "Ministry", "version": "1"}
    assert client.post(edit, change).status_code == 302
    with system("test"):
        permit.refresh_from_db()
    assert permit.agreement_id == world.agreement.pk
    assert permit.authority == "Ministry"


def test_nobody_keeps_the_personnel_of_others(world: World) -> None:
    at = reverse("officer-absence-new", args=[world.officers["owner"].pk])
    none = reverse("officer-absence-new", args=[NOWHERE])
    assert browser(world, "partner").get(at).status_code == 403
    outsider = browser(world, "outsider")
    real, nothing = outsider.get(at), outsider.get(none)
    assert (real.status_code, real.content) == (404, nothing.content)


def test_assets_are_listed_as_they_are_released(world: World) -> None:
    shared = own_radio(world, "owner", "R-1", "fm", "agency:TJ-BT")
    own_radio(world, "owner", "R-2", "fm")
    at = "/agencies/assets/"
    assert "R-1" in text_of(browser(world, "owner"), at)
    assert "R-2" in text_of(browser(world, "owner"), at)
    partner = text_of(browser(world, "partner"), at)
    assert "Set R-1" in partner
    assert "Set R-2" not in partner
    assert "Set R-1" not in text_of(browser(world, "outsider"), at)
    client = browser(world, "partner")
    assert "Set R-1" in text_of(client, f"{at}?owner=KG-BS&kind=radio")
    assert "Nothing matches" in text_of(client, f"{at}?kind=dog")
    assert "Set R-1" not in text_of(client, f"{at}?kind=circus")
    page = text_of(client, f"{at}{shared.pk}/")
    assert "136-174 FM" in page
    assert "Plan maintenance" not in page
    assert client.get(f"{at}{shared.pk}/edit/").status_code == 403


def test_an_asset_on_its_pages(world: World) -> None:
    client = browser(world, "owner")
    at = "/agencies/assets/"
    given = {"code": "R-1", "name": "Set", "kind": "radio", "status": "serviceable",
             "bands": "136-174 fm", "tlp": "amber", "level": "0"}  # fmt: skip
    wrong = client.post(f"{at}new/", given | {"bands": "loud"})
    assert wrong.context["form"].errors["bands"]
    made = client.post(f"{at}new/", given)
    assert made.status_code == 302
    page = made["Location"]
    edit = client.post(
        f"{page}edit/", given | {"bands": "136-174 FM", "seats": "2", "version": "1"}
    )
    assert edit.status_code == 302
    late = {"starts_at": "2026-12-01T08:00", "ends_at": "2026-12-01T07:00"}
    again = client.post(f"{page}maintenance/", late)
    assert again.context["planning"].errors["ends_at"]
    begun = (timezone.now() - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    planned = {"starts_at": begun, "ends_at": "2199-12-05T08:00", "reason": "Gears"}
    assert client.post(f"{page}maintenance/", planned).status_code == 302
    assert "out of service" in text_of(client, page)
    assert "in maintenance" in text_of(client, at)
    with system("test"):
        asset = Asset.objects.get()
        maintenance = asset.maintenances.get()
    assert (asset.seats, asset.version) == (2, 3)
    released = client.post(
        f"{page}releases/", {"scope": "full", "grantee": "agency:TJ-BT"}
    )
    assert released.status_code == 302
    assert "Gears" in text_of(browser(world, "partner"), page)
    end = f"{page}maintenance/{maintenance.pk}/end/"
    assert browser(world, "partner").post(end).status_code == 403
    outsider = browser(world, "outsider")
    none = outsider.post(f"{at}{NOWHERE}/maintenance/{NOWHERE}/end/")
    assert (outsider.post(end).status_code, outsider.post(end).content) == (
        404, none.content,
    )  # fmt: skip
    assert client.post(end).status_code == 302
    assert "out of service" not in text_of(client, page)


def test_radio_speaks_of_what_one_sees(world: World) -> None:
    def shown(name: str, query: str = "") -> Any:
        return browser(world, name).get(f"/agencies/radio/{query}")

    own_radio(world, "owner", "R-1", "fm", "agency:TJ-BT")
    own_radio(world, "partner", "R-1", "dmr", "agency:KG-BS")
    own_radio(world, "outsider", "R-1", "fm")
    owner = shown("owner")
    assert [code for code, _row in owner.context["matrix"]] == ["KG-BS", "TJ-BT"]
    [apart] = owner.context["apart"]
    assert {apart["one"], *apart["others"]} == {"KG-BS", "TJ-BT"}
    assert "share frequencies but not the mode" in owner.content.decode()
    before = shown("outsider").content
    assert b"at least two agencies" in before
    own_radio(world, "partner", "R-2", "fm", "agency:KG-BS")
    again = shown("owner")
    assert again.context["common"] == "136-174 FM"
    assert again.context["apart"] == []
    one = shown("owner", "?agency=TJ-BT&agency=KZ-BS")
    assert [code for code, _row in one.context["matrix"]] == ["TJ-BT"]
    with system("test"):
        Asset.objects.filter(owner__code="TJ-BT", code="R-2").update(
            status="unserviceable"
        )
    assert shown("owner").context["common"] == ""
