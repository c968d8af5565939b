"""Pages: agencies, agreements, officers, by who asks."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory

from agencies.actions import accounts, personnel, posts
from agencies.context import acting, system
from agencies.models import Agreement, Certification, Officer, Party
from agencies.views import shell
from tests.agencies.conftest import browser
from tests.world import PASSWORD, PLACE, World

NOWHERE = "00000000-0000-0000-0000-000000000007"
STRONG = "a very long phrase 9"


def test_the_directory_counts_only_whom_one_sees(world: World) -> None:
    def row(name: str, code: str) -> dict[str, Any]:
        answer = browser(world, name).get("/agencies/")
        rows = {row["agency"].code: row for row in answer.context["rows"]}
        found: dict[str, Any] = rows[code]
        return found

    assert row("owner", "KG-BS")["officers"] == 4
    assert row("partner", "KG-BS")["officers"] == 2
    assert row("outsider", "KG-BS")["officers"] == 0
    assert [a.code for a in row("partner", "KG-BS")["agreements"]] == ["KG-TJ"]
    assert row("outsider", "KG-BS")["agreements"] == []
    assert row("outsider", "UZ-BT")["agreements"][0].code == "KZ-UZ"


def test_an_agencys_page_shows_what_one_may_know(world: World) -> None:
    with acting(world.owner):
        posts.create_post(
            by=world.owner,
            code="P1",
            name="Dostuk",
            place=PLACE,
            release_to=["agency:TJ-BT"],
        )
    partner = browser(world, "partner").get("/agencies/KG-BS/").content.decode()
    assert "Dostuk" in partner
    assert "owner_low" in partner
    assert "owner_admin" not in partner
    outsider = browser(world, "outsider").get("/agencies/KG-BS/").content.decode()
    assert "Dostuk" not in outsider
    assert "owner_low" not in outsider
    assert "KG-TJ" not in outsider


@pytest.mark.parametrize(
    ("hidden", "nothing"),
    [
        ("/agencies/agreements/KG-TJ/", "/agencies/agreements/XX/"),
        ("/agencies/officers/{owner}/", f"/agencies/officers/{NOWHERE}/"),
        ("/agencies/officers/{owner}/edit/", f"/agencies/officers/{NOWHERE}/edit/"),
    ],
)
def test_what_is_hidden_is_not_there(world: World, hidden: str, nothing: str) -> None:
    client = browser(world, "outsider")
    at = hidden.format(owner=world.officers["owner"].pk)
    one, other = client.get(at), client.get(nothing)
    assert (one.status_code, other.status_code) == (404, 404)
    assert one.content == other.content
    assert browser(world, "partner").get(at).status_code in (200, 403)
    nowhere = client.get("/no/such/page/")
    assert nowhere.content == one.content


def test_every_page_of_ours_asks_who_one_is(world: World) -> None:
    for at in ("", "agreements/", "agreements/KG-TJ/", "KG-BS/", "profile/"):
        answer = Client().get(f"/agencies/{at}")
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"/accounts/login/?next=/agencies/{at}",
        )


def test_an_agreement_tells_what_it_permits(world: World) -> None:
    text = browser(world, "partner").get("/agencies/agreements/KG-TJ/").content.decode()
    assert "joint patrol" in text
    assert "100000" in text.replace(",", "").replace("\xa0", "")
    assert "TJ-BT" in text
    assert "/join/" not in text
    assert (
        "/join/"
        in browser(world, "admin").get("/agencies/agreements/KG-TJ/").content.decode()
    )


def test_agencies_join_and_leave_by_the_platform(world: World) -> None:
    at = "/agencies/agreements/KG-TJ/"
    client = browser(world, "admin")
    given = {"agency": "UZ-BT", "weight": "2"}
    for name in ("owner", "owner_admin"):
        answer = browser(world, name).post(f"{at}join/", given)
        assert answer.status_code == 403
    outside = browser(world, "outsider").post(f"{at}join/", given)
    assert outside.status_code == 404
    assert client.post(f"{at}join/", given).status_code == 302
    with acting(world.late):
        assert Agreement.objects.get(code="KG-TJ").epoch == 2
        assert Party.objects.get(agreement__code="KG-TJ", agency__code="UZ-BT").weight
    again = client.post(
        f"{at}join/", given, headers={"Referer": f"http://testserver{at}"}
    )
    assert (again.status_code, again["Location"]) == (302, f"http://testserver{at}")
    assert "a party already" in client.get(at).content.decode()
    assert client.post(f"{at}leave/", {"agency": "UZ-BT"}).status_code == 302
    with acting(world.late):
        assert not Agreement.objects.filter(code="KG-TJ").exists()
    assert client.post(f"{at}leave/", {"agency": "UZ-BT"}).status_code == 404
    assert client.post(f"{at}leave/", {"agency": "XX"}).status_code == 404
    assert client.post(f"{at}join/", {"agency": "XX"}).status_code == 302


def test_an_officers_page(world: World) -> None:
    at = f"/agencies/officers/{world.officers['owner'].pk}/"
    colleague = browser(world, "owner_low").get(at).content.decode()
    partner = browser(world, "partner").get(at).content.decode()
    assert "Clearance" in colleague
    assert "Clearance" not in partner
    own = browser(world, "owner").get("/agencies/profile/")
    assert own.status_code == 200
    assert "/accounts/password/" in own.content.decode()
    assert browser(world, "admin").get("/agencies/profile/").status_code == 200


def officer_of(name: str) -> Officer:
    with system("test"):
        return Officer.objects.select_related("agency").get(username=name)


def test_an_agency_admin_opens_and_changes_an_account(world: World) -> None:
    client = browser(world, "owner_admin")
    assert client.get("/agencies/officers/new/").status_code == 200
    given = {
        "username": "new",
        "name": "New",
        "languages": "ky C2, RU b2",
        "roles": ["liaison"],
        "clearance": "1",
        "is_active": "on",
        "password": STRONG,
    }
    answer = client.post("/agencies/officers/new/", given)
    made = officer_of("new")
    assert answer["Location"] == f"/agencies/officers/{made.pk}/"
    assert made.agency == world.agencies["KG-BS"]
    assert made.languages == {"ky": "C2", "ru": "B2"}
    edit = f"/agencies/officers/{made.pk}/edit/"
    assert 'value="ky C2, ru B2"' in client.get(edit).content.decode()
    wrong = client.post(edit, {**given, "languages": "{}"}).content.decode()
    # The summary's labels begin as those beside the fields do.
    assert re.search(r'data-field="languages">Languages</a>:\s+Write each', wrong)
    changed = {"name": "Changed", "clearance": "0"}
    assert client.post(edit, changed).status_code == 302
    made = officer_of("new")
    assert (made.name, made.roles, made.is_active) == ("Changed", [], False)
    assert made.check_password(STRONG)
    assert client.post(edit, {**changed, "password": "123"}).status_code == 200
    assert officer_of("new").check_password(STRONG)
    taken = client.post("/agencies/officers/new/", {**given, "username": "outsider"})
    assert "This user name is taken." in taken.content.decode()
    keeper = client.post(
        "/agencies/officers/new/", {**given, "roles": ["platform_admin"]}
    )
    assert keeper.status_code == 200


def test_the_platform_opens_an_account_anywhere(world: World) -> None:
    given = {
        "username": "new",
        "name": "New",
        "agency": "KZ-BS",
        "roles": ["agency_admin"],
        "clearance": "3",
        "is_active": "on",
        "password": STRONG,
    }
    assert browser(world, "admin").post("/agencies/officers/new/", given)["Location"]
    assert officer_of("new").agency == world.agencies["KZ-BS"]


@pytest.mark.parametrize("name", ["owner", "partner", "owner_observer"])
def test_others_do_not_manage_accounts(world: World, name: str) -> None:
    client = browser(world, name)
    edit = f"/agencies/officers/{world.officers['owner'].pk}/edit/"
    for at in ("/agencies/officers/new/", edit):
        expected = 404 if name == "outsider" else 403
        assert client.get(at).status_code == expected
        assert client.post(at, {"name": "x", "clearance": "0"}).status_code == expected
    assert officer_of("owner").name == "Owner"


def test_an_agency_admin_does_not_reach_partners(world: World) -> None:
    client = browser(world, "owner_admin")
    edit = f"/agencies/officers/{world.officers['partner'].pk}/edit/"
    given = {"name": "x", "clearance": "0", "password": STRONG, "is_active": "on"}
    assert client.post(edit, given).status_code == 403
    assert officer_of("partner").check_password(PASSWORD)


def test_the_interfaces_description_has_a_way_back(db: None) -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    assert '<a href="/">To the dashboard</a>' in page


@pytest.mark.parametrize(
    "path",
    [
        "/agencies/KG%00/",
        "/agencies/agreements/KG-TJ%00/",
        "/agencies/agreements/%00/join/",
        "/agencies/agreements/%00/leave/",
    ],
)
def test_a_nul_in_an_address_is_nothing(world: World, path: str) -> None:
    admin = browser(world, "admin")
    assert admin.get(path).status_code == 404
    assert admin.post(path, {"agency": "TJ-BT"}).status_code == 404


def test_a_nul_in_a_form_is_no_agency(world: World) -> None:
    admin = browser(world, "admin")
    given = {"agency": "TJ-BT\0", "weight": 1}
    path = "/agencies/agreements/KG-TJ/"
    assert admin.post(f"{path}leave/", given).status_code == 404
    assert admin.post(f"{path}join/", given)["Location"] == path
    with system("test"):
        parties = Party.objects.present().filter(agreement=world.agreement)
        assert parties.count() == 2


def test_certifications_move_with_their_officer(world: World) -> None:
    officer = world.officers["owner_low"]
    with acting(world.owner):
        personnel.certify(officer=officer, name="First aid", by=world.owner)

    def seers() -> set[str]:
        found = set()
        for name in ("admin", "owner_admin", "partner_low", "outsider"):
            actor = world.admin if name == "admin" else world.actor(name)
            with acting(actor):
                if Certification.objects.visible_to(actor).exists():
                    found.add(name)
        return found

    assert seers() == {"owner_admin"}
    with acting(world.admin):
        accounts.change_officer(
            officer=officer, by=world.admin, agency=world.agencies["TJ-BT"]
        )
    assert seers() == {"partner_low"}


def test_the_shell_reads_nothing_for_nobody(
    db: None, django_assert_num_queries: Any
) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        shown = shell(request)
    assert (shown["actor"], shown["officer"]) == (None, None)
