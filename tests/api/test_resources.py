"""Absences, papers and assets over REST, by who asks."""

from typing import Any

import pytest

from tests.api.http import NOWHERE, Api, faults, officer, problem, system
from tests.world import World

ABSENCE = {
    "officer": "officer:owner_low",
    "kind": "leave",
    "starts_at": "2026-12-01T08:00:00Z",
    "ends_at": "2026-12-05T08:00:00Z",
}
CERTIFICATION = {"officer": "officer:owner_low", "name": "Commander"}
AUTHORISATION = {
    "officer": "officer:owner_low",
    "territory": "TJ",
    "valid_from": "2026-01-01",
    "agreement": "KG-TJ",
}
RADIO = {
    "code": "R-1",
    "name": "Set",
    "kind": "radio",
    "bands": [{"from_mhz": 136, "to_mhz": 174, "mode": "fm"}],
}
BODIES: dict[str, dict[str, Any]] = {
    "absences/": ABSENCE,
    "certifications/": CERTIFICATION,
    "authorisations/": AUTHORISATION,
    "assets/": RADIO,
}
VERBS = {
    "absences/": "cancel/",
    "certifications/": "revoke/",
    "authorisations/": "revoke/",
}


@pytest.mark.parametrize("path", BODIES)
def test_made_once_seen_by_colleagues_changed_in_versions(
    world: World, path: str
) -> None:
    api = system(world, "KG-BS", "resources:read", "resources:write")
    key = {"Idempotency_Key": "k"}
    made = api.post(path, BODIES[path], **key)
    assert made.status_code == 201, made.content
    assert api.post(path, BODIES[path], **key).content == made.content
    row = made.json()
    at = f"{path}{row['id']}/"
    assert made["Location"] == f"/api/v1/{at}"
    seen = officer(world, "owner_observer").get(at)
    assert (seen.status_code, seen.json()) == (200, row)
    for name in ("partner", "outsider", "admin"):
        other = officer(world, name)
        none = other.get(f"{path}{NOWHERE}/")
        assert (other.get(at).status_code, other.get(at).content) == (404, none.content)
        assert other.get(path).json()["results"] == []
    change = {"note": "N"} if path in ("absences/", "assets/") else {"authority": "A"}
    problem(api.patch(at, change), 428, "if_match_required")
    problem(api.patch(at, change, If_Match='"9"'), 412, "stale")
    changed = api.patch(at, change, If_Match=made["ETag"])
    assert changed.json() == seen.json() | change | {
        "version": 2, "updated_at": changed.json()["updated_at"],
    }  # fmt: skip


@pytest.mark.parametrize("path", VERBS)
def test_taken_back_once(world: World, path: str) -> None:
    api = system(world, "KG-BS")
    at = f"{path}{api.post(path, BODIES[path]).json()['id']}/"
    problem(officer(world, "owner_observer").post(f"{at}{VERBS[path]}"), 403,
            "permission")  # fmt: skip
    assert officer(world, "partner").post(f"{at}{VERBS[path]}").status_code == 404
    done = api.post(f"{at}{VERBS[path]}")
    assert done.json()["cancelled_at" if "absences" in path else "revoked_at"]
    problem(api.post(f"{at}{VERBS[path]}"), 409, "over")
    problem(api.patch(at, {}, If_Match="*"), 409, "over")


@pytest.mark.parametrize("path", BODIES)
def test_scopes_open_them(world: World, path: str) -> None:
    reader = system(world, "KG-BS", "resources:read")
    problem(reader.post(path, BODIES[path]), 403, "scope")
    problem(system(world, "KG-BS", "agencies:read").get(path), 403, "scope")
    problem(Api().get(path), 401, "not_authenticated")
    assert reader.get(path).status_code == 200


def test_what_is_wrong_is_said(world: World) -> None:
    api = system(world, "KG-BS")
    wanted = {"/officer", "/kind", "/starts_at", "/ends_at"}
    assert set(faults(api.post("absences/", {}))) == wanted
    for who in ("officer:outsider", "officer:nobody", "owner"):
        answer = api.post("absences/", ABSENCE | {"officer": who})
        assert faults(answer) == {"/officer": "unknown"}
    partner = api.post("absences/", ABSENCE | {"officer": "officer:partner"})
    problem(partner, 403, "not_owner")
    assert api.post("absences/", ABSENCE).status_code == 201
    problem(api.post("absences/", ABSENCE), 409, "overlaps")
    assert faults(api.post("authorisations/", AUTHORISATION | {"territory": "XX"})) == {
        "/territory": "does_not_exist"
    }
    other = AUTHORISATION | {"agreement": "KZ-UZ"}
    assert faults(api.post("authorisations/", other)) == {"/agreement": "unknown"}
    wrong = RADIO | {"bands": [{"from_mhz": 9, "to_mhz": 8, "mode": "fm"}]}
    assert api.post("assets/", wrong).json()["code"] == "bad_bands"
    many = RADIO | {"bands": RADIO["bands"] * 13}
    assert faults(api.post("assets/", many)) == {"/bands": "max_length"}


def test_lists_are_filtered(world: World) -> None:
    api = system(world, "KG-BS")
    for path, body in BODIES.items():
        assert api.post(path, body).status_code == 201
    for path, query, count in (
        ("absences/", {"officer": "officer:owner_low"}, 1),
        ("absences/", {"officer": "owner_low"}, 0),
        ("absences/", {"kind": "sick"}, 0),
        ("absences/", {"ends_after": "2026-12-05T08:00:00Z"}, 0),
        ("absences/", {"starts_before": "2026-12-02T08:00:00Z"}, 1),
        ("certifications/", {"code": "commander"}, 1),
        ("certifications/", {"expires_before": "2030-01-01"}, 0),
        ("authorisations/", {"territory": "TJ"}, 1),
        ("assets/", {"kind": "radio", "status": "serviceable", "owner": "KG-BS"}, 1),
        ("assets/", {"code": "R-2"}, 0),
    ):
        answer = api.get(path, query)
        assert len(answer.json()["results"]) == count, (path, query)
    problem(api.get("absences/", {"note": "x"}), 400, "unknown_filter")


def test_maintenance_hangs_on_its_asset(world: World) -> None:
    api = system(world, "KG-BS")
    row = api.post("assets/", RADIO | {"release_to": ["agency:TJ-BT"]}).json()
    at = f"assets/{row['id']}/"
    spell = {"starts_at": "2199-01-01T08:00:00Z", "ends_at": "2199-01-02T08:00:00Z"}
    planned = api.post(f"{at}maintenance/", spell | {"reason": "Service"}).json()
    [maintenance] = planned["maintenance"]
    assert maintenance == spell | {"reason": "Service", "id": maintenance["id"]}
    assert planned["version"] == 2
    partner = system(world, "TJ-BT")
    assert partner.get(at).json()["maintenance"] == [maintenance]
    end = f"{at}maintenance/{maintenance['id']}/end/"
    problem(partner.post(end), 403, "not_owner")
    problem(partner.post(f"{at}maintenance/", spell), 403, "not_owner")
    for missing in (NOWHERE, "x"):
        assert api.post(f"{at}maintenance/{missing}/end/").status_code == 404
    problem(api.post(f"{at}maintenance/", spell), 409, "overlaps")
    assert api.post(end).json()["maintenance"] == []
    problem(api.post(end), 409, "over")


def test_a_partner_is_not_told_the_post(world: World) -> None:
    api = system(world, "KG-BS")
    place = {"type": "Point", "coordinates": [70.61, 40.12]}
    post = api.post("posts/", {"code": "P", "name": "P", "place": place}).json()
    body = RADIO | {"post": post["id"], "release_to": ["agency:TJ-BT"]}
    row = api.post("assets/", body).json()
    assert row["post"] == post["id"]
    seen = system(world, "TJ-BT").get(f"assets/{row['id']}/").json()
    assert seen["post"] is None
    assert seen["bands"] == RADIO["bands"]
