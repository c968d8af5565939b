"""Agencies, agreements, officers and posts over REST, by who asks."""

import pytest

from tests.api.http import NOWHERE, Api, faults, officer, problem, system
from tests.world import World

POINT = {"type": "Point", "coordinates": [70.61, 40.12]}
POST = {"code": "P-1", "name": "Dostuk", "place": POINT}


def codes(answer: object) -> list[str]:
    return [row["code"] for row in answer.json()["results"]]  # type: ignore[attr-defined]


def test_the_directory_is_known_to_all(world: World) -> None:
    for name in world.officers:
        answer = officer(world, name).get("agencies/")
        assert codes(answer) == ["KG-BS", "KZ-BS", "TJ-BT", "UZ-BT"]
    row = answer.json()["results"][0]
    assert set(row) == {
        "id",
        "code",
        "name",
        "kind",
        "state",
        "languages",
        "time_zone",
    }
    assert officer(world, "owner").get(f"agencies/{row['id']}/").json() == row


def test_agencies_are_filtered_by_what_is_listed_only(world: World) -> None:
    api = officer(world, "owner")
    assert codes(api.get("agencies/", {"state": "KG"})) == ["KG-BS"]
    assert codes(api.get("agencies/", {"kind": "police"})) == []
    problem(api.get("agencies/", {"kind": "circus"}), 400, "bad_filter")
    problem(api.get("agencies/", {"officers__password": "x"}), 400, "unknown_filter")


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("owner", ["KG-TJ"]),
        ("owner_low", ["KG-TJ"]),
        ("partner", ["KG-TJ"]),
        ("late", ["KZ-UZ"]),
        ("outsider", ["KZ-UZ"]),
        ("admin", ["KG-TJ", "KZ-UZ"]),
    ],
)
def test_agreements_are_known_to_their_parties(
    world: World, name: str, sees: list[str]
) -> None:
    api = officer(world, name)
    answer = api.get("agreements/")
    assert codes(answer) == sees
    for row in answer.json()["results"]:
        assert api.get(f"agreements/{row['id']}/").json() == row
        assert {p["agency"] for p in row["parties"]} == {
            "KG-TJ": {"KG-BS", "TJ-BT"},
            "KZ-UZ": {"KZ-BS", "UZ-BT"},
        }[row["code"]]


def test_an_agreement_of_others_is_none(world: World) -> None:
    api = officer(world, "outsider")
    hidden = api.get(f"agreements/{world.agreement.pk}/")
    nothing = api.get(f"agreements/{NOWHERE}/")
    garbage = api.get("agreements/KG-TJ/")
    problem(hidden, 404, "not_found")
    assert hidden.content == nothing.content == garbage.content
    assert hidden.headers.keys() == nothing.headers.keys()


def test_what_an_agreement_permits_is_told(world: World) -> None:
    row = officer(world, "partner").get(f"agreements/{world.agreement.pk}/").json()
    assert row["max_crossing_m"] == 100_000
    assert row["area"]["type"] == "MultiPolygon"
    parties = {party["agency"]: party for party in row["parties"]}
    assert parties["KG-BS"]["weight"] == 2
    assert parties["KG-BS"]["joined_at"].endswith("Z")
    assert parties["KG-BS"]["left_at"] is None


def test_partners_know_liaison_officers_without_their_clearance(world: World) -> None:
    partner = officer(world, "partner").get("officers/").json()["results"]
    seen = {row["username"]: row for row in partner}
    assert set(seen) == {"owner", "owner_low", "partner", "partner_low"}
    assert seen["owner"]["clearance"] is None
    assert seen["owner"]["roles"] is None
    assert seen["partner"]["clearance"] == 3
    own = officer(world, "owner").get("officers/", {"agency": "KG-BS"}).json()
    assert {row["username"] for row in own["results"]} == {
        "owner",
        "owner_low",
        "owner_admin",
        "owner_observer",
    }
    for row in partner + own["results"]:
        assert not {"password", "audience", "last_login", "expiring"} & set(row)


def test_an_officer_of_others_is_none(world: World) -> None:
    api = officer(world, "outsider")
    hidden = api.get(f"officers/{world.officers['owner'].pk}/")
    assert hidden.content == api.get(f"officers/{NOWHERE}/").content
    assert api.get("officers/", {"username": "owner"}).json()["results"] == []


@pytest.mark.parametrize("path", ["agencies/", "agreements/", "officers/"])
def test_reference_data_is_not_written_by_api(world: World, path: str) -> None:
    api = officer(world, "admin")
    row = api.get(path).json()["results"][0]["id"]
    problem(api.post(path, {}), 405, "method_not_allowed")
    problem(api.patch(f"{path}{row}/", {}), 405, "method_not_allowed")
    problem(api.delete(f"{path}{row}/"), 405, "method_not_allowed")


def test_a_post_is_registered_released_and_changed(world: World) -> None:
    api = system(world, "KG-BS")
    made = api.post("posts/", {**POST, "release_to": ["agency:TJ-BT"]})
    assert made.status_code == 201, made.content
    row = made.json()
    assert made["Location"] == f"/api/v1/posts/{row['id']}/"
    assert made["ETag"] == '"1"'
    assert (row["owner"], row["code"], row["place"]) == ("KG-BS", "P-1", POINT)
    assert [release["grantee"] for release in row["releases"]] == ["agency:TJ-BT"]
    path = f"posts/{row['id']}/"

    partner = officer(world, "partner")
    assert partner.get(path).json()["name"] == "Dostuk"
    problem(partner.patch(path, {"name": "x"}, If_Match='"1"'), 403, "not_owner")
    outsider = officer(world, "outsider")
    for answer in (
        outsider.get(path),
        outsider.patch(path, {"name": "x"}, If_Match='"1"'),
        outsider.get(f"{path}releases/"),
        outsider.post(f"{path}releases/", {"grantee": "agency:KZ-BS"}),
    ):
        assert answer.content == outsider.get(f"posts/{NOWHERE}/").content
    assert outsider.get("posts/").json()["results"] == []

    changed = api.patch(path, {"name": "Dostuk 2"}, If_Match='"1"')
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert partner.get(path).json()["name"] == "Dostuk 2"
    problem(api.patch(path, {"name": "x"}), 428, "if_match_required")
    problem(api.patch(path, {"name": "x"}, If_Match='"1"'), 412, "stale")
    assert api.patch(path, {"code": "P-2"}, If_Match='"9", "2"').status_code == 200
    assert api.patch(path, {"code": "P-3"}, If_Match="*").status_code == 200


def test_remarking_a_post_withdraws_it(world: World) -> None:
    api = system(world, "KG-BS")
    row = api.post("posts/", {**POST, "release_to": ["agreement:KG-TJ"]}).json()
    path = f"posts/{row['id']}/"
    assert officer(world, "partner").get(path).status_code == 200
    assert api.patch(path, {"tlp": "amber+strict"}, If_Match="*").status_code == 200
    problem(officer(world, "partner").get(path), 404, "not_found")


def test_what_a_post_needs(world: World) -> None:
    api = system(world, "KG-BS")
    assert set(faults(api.post("posts/", {}))) == {"/code", "/name", "/place"}
    assert faults(api.post("posts/", {**POST, "owner": "TJ-BT"})) == {
        "/owner": "unknown_field"
    }
    assert faults(api.post("posts/", {**POST, "level": 4})) == {"/level": "max_value"}
    body = api.post("posts/", {**POST, "release_to": ["agency:XX", "agency:TJ-BT"]})
    problem(body, 400, "unknown_grantee")
    assert body.json()["errors"][0]["pointer"] == "/release_to/0"
    problem(api.post("posts/", {**POST, "tlp": "red"}), 400, "red_needs_author")
    low = world.client("KG-BS", clearance=0)
    assert low.clearance == 0
    assert api.post("posts/", POST).status_code == 201
    problem(api.post("posts/", POST), 409, "code_taken")
    # The other agency has codes of its own.
    assert system(world, "TJ-BT").post("posts/", POST).status_code == 201


def test_who_may_register_a_post(world: World) -> None:
    problem(officer(world, "owner_observer").post("posts/", POST), 403, "permission")
    reader = system(world, "KG-BS", "agencies:read")
    problem(reader.post("posts/", POST), 403, "scope")
    problem(system(world, "KG-BS", "patrols:write").get("posts/"), 403, "scope")
    problem(Api().post("posts/", POST), 401, "not_authenticated")


def test_a_release_is_added_and_ended(world: World) -> None:
    api = system(world, "KG-BS")
    path = f"posts/{api.post('posts/', POST).json()['id']}/"
    made = api.post(f"{path}releases/", {"grantee": "agency:TJ-BT", "reason": "why"})
    assert made.status_code == 201
    partner = officer(world, "partner")
    assert partner.get(path).json()["version"] == 1
    listed = partner.get(f"{path}releases/").json()["results"]
    assert [row["grantee"] for row in listed] == ["agency:TJ-BT"]
    release = f"{path}releases/{made.json()['id']}/"
    problem(partner.delete(release), 403, "not_owner")
    problem(api.delete(f"{path}releases/{NOWHERE}/"), 404, "not_found")
    problem(api.delete(f"{path}releases/x/"), 404, "not_found")
    assert api.delete(release).status_code == 204
    problem(partner.get(path), 404, "not_found")
    problem(api.delete(release), 404, "not_found")


def test_an_agency_lists_what_it_released(world: World) -> None:
    api = system(world, "KG-BS")
    post = api.post("posts/", {**POST, "release_to": ["agreement:KG-TJ"]}).json()
    [row] = api.get("releases/").json()["results"]
    assert row["record"] == {"type": "post", "id": post["id"]}
    assert (row["grantee"], row["scope"]) == ("agreement:KG-TJ", "full")
    path = f"releases/{row['id']}/"
    assert api.get(path).json() == row
    assert api.get("releases/", {"record": str(NOWHERE)}).json()["results"] == []
    api.delete(f"posts/{post['id']}/{path}")
    assert api.get(path).json()["ended_at"]
    for name in ("partner", "outsider"):
        other = officer(world, name)
        assert other.get("releases/").json()["results"] == []
        assert other.get(path).content == other.get(f"releases/{NOWHERE}/").content


@pytest.mark.parametrize(
    "body",
    [
        {"grantee": "agency:XX-XX"},
        {"grantee": "agency:KG-BS"},
        {"grantee": "agreement:KZ-UZ"},
        {"grantee": "officer:outsider"},
        {"grantee": "nobody"},
    ],
)
def test_grantees_one_does_not_know_are_none(
    world: World, body: dict[str, str]
) -> None:
    api = system(world, "KG-BS")
    path = f"posts/{api.post('posts/', POST).json()['id']}/releases/"
    problem(api.post(path, body), 400, "unknown_grantee")
    assert api.post(path, body).content == api.post(path, {"grantee": "x"}).content
