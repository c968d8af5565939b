"""Forms and cards of releases: names, not codes; what a marking forbids is closed."""

import re
from typing import Any

import pytest

from agencies.actions import posts, releases
from agencies.context import acting, system
from agencies.forms.accounts import OfficerForm, role_words
from agencies.forms.grantees import GranteeRadios, Marking, grantee_choices
from agencies.forms.records import ReleaseForm
from agencies.models import Agency, Officer, Post, Release
from agencies.policy import PERMISSIONS, Actor, Level, Permission, Role
from agencies.views.records import known_releases, named
from incidents.actions import life
from incidents.models import Incident
from tests.agencies.conftest import browser
from tests.world import PLACE, World, soon


def report(world: World, *release_to: str, **more: Any) -> Incident:
    by = world.owner
    given: dict[str, Any] = {
        "category": "other",
        "severity": "minor",
        "title": "A title",
        "narrative": "A narrative",
        "language": "en",
        "place": PLACE,
        "occurred_at": soon(-1),
        "release_to": release_to,
    }
    with acting(by):
        return life.report(by=by, **(given | more))


def options(actor: Actor, **markings: Marking) -> dict[str, Any]:
    """Return the options on offer by grantee, with the title of their group."""
    with acting(actor):
        groups = (
            grantee_choices(actor, markings) if markings else grantee_choices(actor)
        )
    return {code: (title, made) for title, group in groups for code, made in group}


# --- to whom ------------------------------------------------------------------


def test_grantees_stand_in_groups_officers_by_agency(world: World) -> None:
    world.join("UZ-BT")
    with acting(world.owner):
        titles = [title for title, _group in grantee_choices(world.owner)]
    assert titles == [
        "Agreements",
        "Agencies",
        "Officers of TJ-BT",
        "Officers of UZ-BT",
        "Officers of your own agency",
    ]
    known = options(world.owner)
    assert str(known["officer:partner"][1]) == "TJ-BT · Partner"
    assert "TJ-BT, UZ-BT" in known["agreement:KG-TJ"][1].who
    assert not {"agency:KG-BS", "officer:owner", "officer:outsider"} & set(known)


@pytest.mark.parametrize(
    ("tlp", "closed"),
    [
        ("red", {"agency", "agreement"}),
        ("amber+strict", {"agreement"}),
        ("amber", set()),
        ("clear", set()),
    ],
)
def test_what_the_tlp_forbids_is_closed(
    world: World, tlp: str, closed: set[str]
) -> None:
    known = options(world.owner, full=Marking(tlp))
    partners = {c: o for c, (_t, o) in known.items() if not o.label.startswith("KG-BS")}
    shut = {c.partition(":")[0] for c, o in partners.items() if o.refused}
    assert shut == closed
    if tlp == "red":
        assert "named officers only" in known["agency:TJ-BT"][1].refused["full"]


def test_an_agreement_is_closed_to_what_it_does_not_cover(world: World) -> None:
    with system("test"):
        world.agreement.max_tlp = "green"
        world.agreement.save()
    [why] = options(world.owner, full=Marking("amber"))["agreement:KG-TJ"][
        1
    ].refused.values()
    assert "TLP:AMBER" in why
    assert "TLP:GREEN" in why


def test_colleagues_are_named_for_red_and_if_cleared(world: World) -> None:
    def why(marking: Marking) -> Any:
        return options(world.owner, full=marking)["officer:owner_low"][1].refused

    assert why(Marking("red")) == {}
    assert "already" in why(Marking("amber"))["full"]
    assert "2 · confidential" in why(Marking("red", 2))["full"]
    # A partner's clearance is the partner's own business: nothing is told of it.
    partner = options(world.owner, full=Marking("red", 3))["officer:partner_low"][1]
    assert partner.refused == {}


def release_form(world: World, row: Any, data: Any, tear_line: Any = None) -> Any:
    return ReleaseForm(data, actor=world.owner, row=row, tear_line=tear_line)


def test_the_form_refuses_what_it_shows_as_closed(world: World) -> None:
    row = report(world, tlp="red")
    with acting(world.owner):
        sent = {"scope": "full", "grantee": "agency:TJ-BT"}
        form = release_form(world, row, sent)
        assert not form.is_valid()
        assert "named officers only" in str(form.errors["grantee"])
        assert form.first_error.startswith("To whom: TLP:RED")
        assert release_form(
            world, row, {"scope": "full", "grantee": "officer:partner"}
        ).is_valid()
        # Its tear line may be marked otherwise.
        tear_line = Incident(tlp="amber")
        sent["scope"] = "tearline"
        assert release_form(world, row, sent, tear_line).is_valid()


def test_the_list_closes_without_a_script_what_no_scope_lets_in(world: World) -> None:
    row = report(world, tlp="red")
    page = browser(world, "owner").get(f"/incidents/{row.pk}/").content.decode()
    [agency] = re.findall(r'<input type="radio"[^>]*value="agency:TJ-BT"[^>]*>', page)
    [officer] = re.findall(
        r'<input type="radio"[^>]*value="officer:partner"[^>]*>', page
    )
    assert "disabled" in agency
    assert "disabled" not in officer
    assert page.count("TLP:RED does not allow a release to this grantee") == 4
    assert 'data-who="everybody at TJ-BT"' in page
    assert str(GranteeRadios.sees["tearline"]) in page
    assert f"{Incident.tear_line_words}. Always unclassified (level 0)." in page


def test_a_new_record_tells_each_tlp_apart(world: World) -> None:
    page = browser(world, "owner").get("/incidents/new/").content.decode()
    assert 'data-decided-by="tlp"' in page
    boxes = re.findall(r'<input type="checkbox"[^>]*name="release_to"[^>]*>', page)
    assert boxes
    assert not [box for box in boxes if "disabled" in box]
    assert 'data-refused="red amber+strict"' in page


# --- released to --------------------------------------------------------------


def shown(world: World, row: Any, reader: str) -> dict[str, Any]:
    actor = world.actor(reader)
    with acting(actor):
        return {r.made.grantee: r for r in named(known_releases(row, actor), actor)}


def test_releases_are_shown_by_name(world: World) -> None:
    row = report(world, "agency:TJ-BT", "agreement:KG-TJ", "officer:partner")
    with system("test"):
        Agency.objects.filter(code="TJ-BT").update(name="Border Troops")
        Officer.objects.filter(username="partner").update(rank="Captain")
        Officer.objects.filter(username="owner").update(rank="Major")
    found = shown(world, row, "owner")
    assert {(r.name, r.note) for r in found.values()} == {
        ("Border Troops", "TJ-BT"),
        ("Joint patrols of KG and TJ", "KG-TJ"),
        ("Captain Partner", "TJ-BT"),
    }
    assert {r.by for r in found.values()} == {"Major Owner"}
    page = browser(world, "owner").get(f"/incidents/{row.pk}/").content.decode()
    assert "released by Major Owner" in page
    assert "Captain Partner" in page
    # Who of the owner released it is the owner's business.
    assert {r.by for r in shown(world, row, "partner").values()} == {""}


def test_a_system_that_released_is_shown_by_its_name(world: World) -> None:
    row = report(world)
    client = world.client("KG-BS", "incidents:write")
    by = world.client_actor(client)
    with acting(by):
        releases.release(record=row, to="agency:TJ-BT", by=by)
    [release] = shown(world, row, "owner").values()
    assert release.by == "system KG-BS system"
    page = browser(world, "owner").get(f"/incidents/{row.pk}/").content.decode()
    assert client.client_id not in page


def test_a_grantee_one_sees_no_more_keeps_its_code(world: World) -> None:
    """The owner chose it; but nothing new is told of whom it may not know."""
    row = report(world, "officer:partner")
    with system("test"):
        Officer.objects.filter(username="partner").update(rank="Colonel")
    world.leave("TJ-BT")
    [release] = shown(world, row, "owner").values()
    assert (release.name, release.note) == ("partner", "")


def test_an_ended_release_is_named_too(world: World) -> None:
    with acting(world.owner):
        posts.create_post(
            by=world.owner, code="P", name="P", place=PLACE, release_to=["agency:TJ-BT"]
        )
        row = Post.objects.get()
        made = Release.objects.get()
        releases.revoke(record=row, release_id=made.pk, by=world.owner)
    [release] = shown(world, row, "owner").values()
    assert (release.note, release.made.is_live) == ("TJ-BT", False)


# --- accounts -----------------------------------------------------------------


def test_every_permission_and_level_has_words(world: World) -> None:
    for role in Role:
        for permission in Permission:
            is_said = str(permission.label) in role_words(role)
            assert is_said == (permission in PERMISSIONS[role])
    page = browser(world, "owner_admin").get("/agencies/officers/new/").content.decode()
    for level in Level:
        assert str(level.label) in page
    assert role_words(Role.LIAISON) in page
    assert role_words(Role.PLATFORM_ADMIN) not in page


def test_no_clearance_above_ones_own_is_on_offer(world: World) -> None:
    low = Actor(
        label="x", agency="KG-BS", clearance=1, roles=frozenset(["agency_admin"])
    )
    form = OfficerForm(by=low, is_new=True)
    assert [value for value, _label in form.fields["clearance"].choices] == [0, 1]  # type: ignore[attr-defined]
    keeper = OfficerForm(by=world.admin, is_new=True)
    assert len(keeper.fields["clearance"].choices) == len(Level)  # type: ignore[attr-defined]


def test_levels_are_named_wherever_they_are_shown(world: World) -> None:
    row = report(world, level=2)
    client = browser(world, "owner")
    page = client.get(f"/incidents/{row.pk}/").content.decode()
    assert "Will see the whole record, if cleared for 2 · confidential" in page
    assert page.count("2 · confidential") > 1
    assert "3 · secret" in client.get("/agencies/profile/").content.decode()
    assert "1 · restricted" in client.get("/incidents/new/").content.decode()


def test_errors_stand_at_the_top_with_the_way_to_their_field(world: World) -> None:
    client = browser(world, "owner_admin")
    given = {"username": "x", "clearance": "9", "password": "x"}
    page = client.post("/agencies/officers/new/", given).content.decode()
    at = page.index('role="alert"')
    summary = page[at : page.index("</ul>", at)]
    assert re.findall(r'href="#(\w+)" data-field="(\w+)"', summary) == [
        ("id_name", "name"),
        ("id_clearance", "clearance"),
    ]
    assert 'id="id_clearance"' in page
    assert 'aria-invalid="true"' in page
