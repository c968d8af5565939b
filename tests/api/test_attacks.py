"""What an attacker tried once, and is refused now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agencies.actions import agreements
from agencies.context import acting
from agencies.errors import Invalid
from patrols import actions
from patrols.actions import NewFix
from patrols.models import Fix
from tests.api.http import INCIDENT, Api, faults, officer, problem
from tests.patrols.series import under_way
from tests.world import World


@pytest.mark.parametrize(
    ("path", "body", "pointer", "code"),
    [
        ("incidents/", {"release_to": [0] * 50_000}, "/release_to", "max_length"),
        ("reports/", {"topics": [0] * 50_000}, "/topics", "max_length"),
        ("patrols/", {"participants": [0] * 50_000}, "/participants", "max_length"),
        ("programmes/", {"section_codes": [0] * 999}, "/section_codes", "max_length"),
        (
            "programmes/",
            {"entitlements": dict.fromkeys(map(str, range(999)), 0)},
            "/entitlements",
            "max_length",
        ),
    ],
)
def test_a_list_without_end_is_refused_unread(
    api: Api, path: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = api.post(path, body)
    assert faults(answer)[pointer] == code
    assert len(answer.content) < 5_000


def test_of_many_faults_some_are_told(api: Api) -> None:
    answer = api.post("incidents/", {f"x{n}": n for n in range(10_000)})
    assert set(faults(answer).values()) == {"unknown_field"}
    assert len(answer.content) < 10_000


@pytest.mark.parametrize("path", ["incidents/", "patrols/", "reports/"])
def test_nesting_ends_somewhere(api: Api, path: str) -> None:
    body = b'{"topics":' + b"[" * 900 + b"]" * 900 + b"}"
    problem(api.post(path, body), 400, "too_deep")


def test_no_time_lies_where_calendars_break(api: Api, world: World) -> None:
    late = "9999-12-31T23:59:59Z"
    answer = api.post("incidents/", INCIDENT | {"occurred_at": late})
    assert faults(answer)["/occurred_at"] == "bad_day"
    made = api.post("incidents/", INCIDENT).json()["id"]
    grant = {"grantee": "agency:TJ-BT", "expires_at": late}
    answer = api.post(f"incidents/{made}/releases/", grant)
    assert faults(answer)["/expires_at"] == "bad_day"
    owner = officer(world, "owner")
    form = {"release-grantee": "agency:TJ-BT", "release-scope": "full"}
    form |= {"release-expires_at": "9999-12-31T23:59"}
    owner.client.post(f"/incidents/{made}/releases/", form)
    assert owner.get(f"/incidents/{made}/").status_code == 200


@pytest.mark.slow
def test_a_list_goes_on_behind_a_thousand_rows_of_one_moment(
    api: Api, world: World
) -> None:
    patrol = under_way(world)
    at = datetime.now(UTC) - timedelta(minutes=5)
    fixes = [NewFix(at, (70.3, 40.1), device=f"d{n}") for n in range(1300)]
    with acting(world.owner):
        actions.add_fixes(patrol=patrol, fixes=fixes, by=world.owner)
        wanted = Fix.objects.visible_to(world.owner).count()
    seen: list[str] = []
    url: str | None = "positions/?limit=200"
    while url and len(seen) < 2 * wanted:
        page = api.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"] and page["next"].replace("http://testserver", "")
    assert len(seen) == len(set(seen)) == wanted


@pytest.mark.parametrize("code", ['x","agency:KG-BS/3","y', 'a"b', "A@B", "A#B", ""])
def test_no_code_is_part_of_another_key(world: World, code: str) -> None:
    with acting(world.admin), pytest.raises(Invalid) as refused:
        agreements.create_agreement(
            code=code, name="X", parties={world.agencies["KZ-BS"]: 1}, by=world.admin
        )
    assert refused.value.code == "bad_code"


def test_a_zero_byte_in_a_query_is_refused(world: World, api: Api) -> None:
    admin = officer(world, "admin")
    answer = admin.get("/admin/agencies/officer/?agency__code__exact=%00")
    assert answer.status_code == 400
    assert api.get("incidents/?cursor=%00").status_code == 400


def test_a_rule_without_end_is_refused(world: World) -> None:
    planner = officer(world, "owner")
    rule = "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 120)
    answer = planner.post("programmes/", {"recurrence": rule})
    assert "/recurrence" in faults(answer)
