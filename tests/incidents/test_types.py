"""Types of incident: their forms, over REST, in the administration, over the years."""

import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import translation

from agencies.actions import releases
from agencies.context import acting, system
from agencies.errors import Faulty, Forbidden, Refused
from incidents.actions import life, types
from incidents.formats import STANDARD
from incidents.models import Category, Incident, IncidentType, IncidentTypeVersion
from incidents.schemas import faults, unfit
from tests.incidents.conftest import Readers, body, newest, problem, report, text
from tests.world import World

DRUGS = {"substances": ["heroin"], "weight_kg": 2.5, "test": "positive"}


def typed(code: str = "drugs-seizure", **more: Any) -> dict[str, Any]:
    """Return an incident of a type as the API takes it; its category follows."""
    given = body(type=code, details=DRUGS)
    del given["category"]
    return given | more


def form(**fields: Any) -> dict[str, Any]:
    """Return a form of some fields."""
    return {"type": "object", "additionalProperties": False, "properties": fields}


def word(title: str = "word", **more: Any) -> dict[str, Any]:
    """Return a field that takes a text."""
    return {"type": "string", "maxLength": 20, "title": title} | more


def kind(code: str = "drugs-seizure") -> IncidentType:
    """Return a type."""
    return IncidentType.objects.get(pk=code)


# --- reference data ---------------------------------------------------------------


def test_every_category_has_a_type_to_begin_with(world: World) -> None:
    """Each with a form that is allowed, and named in Russian, too."""
    seeded = list(IncidentType.objects.all())
    assert {row.category for row in seeded} == set(Category)
    for row in seeded:
        assert not unfit(row.schema), row.pk
        assert set(row.names) >= {"en", "ru"}, row.pk
        assert row.schema["properties"], row.pk
    assert not unfit(STANDARD)


def test_types_over_rest(world: World, readers: Readers) -> None:
    """Those in use are listed, alike for everybody; one out of use is still read."""
    with acting(world.admin):
        types.change_type(
            incident_type=kind("drone-sighting"), is_active=False, by=world.admin
        )
    path = "/api/v1/incident-types/"
    listed = readers.owner.get(path, limit=100).json()["results"]
    codes = [row["code"] for row in listed]
    assert "drugs-seizure" in codes
    assert "drone-sighting" not in codes
    assert listed == readers.outsider.get(path, limit=100).json()["results"]
    [row] = [row for row in listed if row["code"] == "drugs-seizure"]
    assert (row["category"], row["version"]) == ("drugs", 1)
    assert row["names"]["ru"] == "Изъятие наркотиков"
    assert row["schema"]["x-order"][:2] == ["substances", "weight_kg"]
    one = readers.owner.get(f"{path}drone-sighting/").json()
    assert one["is_active"] is False
    assert readers.owner.get(f"{path}nonsense/").status_code == 404
    only = readers.owner.get(path, category="livestock").json()["results"]
    assert {row["category"] for row in only} == {"livestock"}
    standard = readers.owner.get(f"{path}standard/").json()["schema"]
    assert "casualties" in standard["properties"]
    assert Browser().get(path).status_code == 401


def test_only_the_platform_keeps_types(world: World) -> None:
    """And codes, categories and bad forms are refused."""
    given = {"names": {"en": "X"}, "schema": form(word=word()), "category": "other"}
    with acting(world.owner), pytest.raises(Forbidden):
        types.register_type(code="x", by=world.owner, **given)
    by = world.admin
    with acting(by):
        made = types.register_type(code="x", by=by, **given)
        for code, more, refused in [
            ("x", {}, "code_taken"),
            ("standard", {}, "code_taken"),
            ("y", {"names": {"ru": "Х"}}, "bad_names"),
            ("y", {"names": {"en": "X", "xx": "X"}}, "bad_names"),
            ("y", {"schema": []}, "bad_schema"),
        ]:
            with pytest.raises(Refused) as error:
                types.register_type(code=code, by=by, **given | more)
            assert error.value.code == refused, (code, more)
        with pytest.raises(Refused) as error:
            types.change_type(incident_type=made, category="drugs", by=by)
    assert error.value.code == "fixed"
    assert made.schema["x-order"] == ["word"]


@pytest.mark.parametrize(
    "field",
    [
        {"$ref": "https://example.org/schema"},
        word() | {"$ref": "#/properties/other"},
        word(pattern="^(a+)+$"),
        {"type": "string", "title": "endless"},
        {"type": "string", "maxLength": 100_000, "title": "long"},
        {"type": "string", "format": "regex", "title": "format"},
        {"type": "integer", "title": "no bounds"},
        {"type": "integer", "minimum": 3, "maximum": 1, "title": "none fits"},
        {"type": "object", "title": "nested", "properties": {}},
        {"type": ["string", "null"], "title": "several"},
        {"type": "array", "items": word(), "uniqueItems": True, "title": "texts"},
        {"type": "string", "enum": [], "title": "nothing to choose"},
        {"type": "string", "enum": ["a b"], "title": "no code"},
        {"type": "string", "enum": [1], "title": "no text"},
        word() | {"title": "  "},
        {"type": "string", "maxLength": 3},
        word(**{"x-labels": {"xx": "no language"}}),
        word(**{"x-labels": {"ru": 5}}),
        {"type": "string", "enum": ["a"], "title": "t",
         "x-enum-labels": {"b": {"en": "not a choice"}}},
        "text",
        None,
    ],
)  # fmt: skip
def test_a_form_outside_the_subset(field: Any) -> None:
    assert unfit(form(word=field))


@pytest.mark.parametrize(
    "schema",
    [
        None,
        [],
        {},
        {"type": "array"},
        form() | {"additionalProperties": True},
        form() | {"patternProperties": {"(a+)+$": {}}},
        form() | {"allOf": []},
        form() | {"$defs": {}},
        form() | {"required": ["nothing"]},
        form() | {"$schema": "http://json-schema.org/draft-07/schema#"},
        form(**{"Bad name": word()}),
        form(**{f"f{n}": word() for n in range(41)}),
    ],
)
def test_a_form_that_is_none(schema: Any) -> None:
    assert unfit(schema)


def test_the_administration_writes_forms(world: World) -> None:
    """JSON in, in its order; what is not allowed is said beside it."""
    browser = Browser()
    with system("authentication"):
        browser.force_login(
            world.admin_officer, backend="agencies.authentication.OfficerBackend"
        )
    path = "/admin/incidents/incidenttype/"
    sent = {
        "code": "ice", "category": "hazard", "names": '{"en": "Ice on the pass"}',
        "schema": '{"type": "object", "additionalProperties": false, "properties":'
        ' {"zeta": {"type": "boolean", "title": "open"},'
        ' "alpha": {"type": "string", "maxLength": 9, "title": "by whom"}}}',
        "is_active": "on",
    }  # fmt: skip
    bad = text(browser.post(f"{path}add/", sent | {"schema": '{"type": "object"}'}))
    assert "is a required property" in bad
    bad = text(browser.post(f"{path}add/", sent | {"schema": "{"}))
    assert "valid JSON" in bad
    assert not IncidentType.objects.filter(pk="ice").exists()
    assert browser.post(f"{path}add/", sent).status_code == 302
    assert kind("ice").schema["x-order"] == ["zeta", "alpha"]
    page = text(browser.get(f"{path}ice/change/"))
    assert page.index("zeta") < page.index("alpha")
    assert "x-order" not in page
    # Only the order is another: that is another form, too.
    turned = (
        '{"type": "object", "additionalProperties": false, "properties":'
        ' {"alpha": {"type": "string", "maxLength": 9, "title": "by whom"},'
        ' "zeta": {"type": "boolean", "title": "open"}}}'
    )
    again = {k: v for k, v in sent.items() if k not in ("code", "category")}
    assert browser.post(f"{path}ice/change/", again).status_code == 302
    assert kind("ice").version == 1
    changed = browser.post(f"{path}ice/change/", again | {"schema": turned})
    assert changed.status_code == 302
    assert (kind("ice").version, kind("ice").schema["x-order"]) == (
        2,
        ["alpha", "zeta"],
    )


def test_an_agencys_administrator_only_looks(world: World) -> None:
    browser = Browser()
    with system("authentication"):
        browser.force_login(
            world.officers["owner_admin"],
            backend="agencies.authentication.OfficerBackend",
        )
    path = "/admin/incidents/incidenttype/"
    assert "drugs-seizure" in text(browser.get(path))
    assert browser.post(f"{path}add/", {}).status_code == 403
    assert browser.post(f"{path}drugs-seizure/change/", {}).status_code == 403


# --- incidents of a type ------------------------------------------------------------


def test_a_type_stands_for_its_category(readers: Readers) -> None:
    made = readers.owner.post(data=typed())
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["category"], shown["type"]) == ("drugs", "drugs-seizure")
    assert (shown["type_version"], shown["details"]) == (1, DRUGS)
    listed = readers.owner.get(type="drugs-seizure").json()["results"]
    assert [row["details"] for row in listed] == [DRUGS]
    assert readers.owner.get(type="livestock-theft").json()["results"] == []
    assert problem(readers.owner.get(type="nonsense"))[:2] == (400, "bad_filter")


def test_a_contradiction_is_refused(readers: Readers) -> None:
    refused = readers.owner.post(data=typed(category="livestock"))
    assert problem(refused) == (400, "type_category", ["/category"])
    made = readers.owner.post(data=typed()).json()
    sent = readers.owner.patch(
        f"{made['id']}/", {"category": "arms"}, **{"If-Match": '"1"'}
    )
    assert problem(sent) == (400, "type_category", ["/category"])
    now = readers.owner.get(f"{made['id']}/").json()
    assert (now["category"], now["version"]) == ("drugs", 1)


@pytest.mark.parametrize("code", ["piracy", "", 5, ["drugs-seizure"], "nul\x00"])
def test_an_unknown_type(readers: Readers, code: Any) -> None:
    """400, by its code; nothing is reported."""
    refused = readers.owner.post(data=typed(code))
    assert problem(refused)[0::2] == (400, ["/type"])
    assert refused.json()["errors"][0]["code"] == "unknown_type"
    assert readers.owner.get().json()["results"] == []


def test_a_type_out_of_use_takes_nothing_new(world: World, readers: Readers) -> None:
    """What has it keeps it, and can still be corrected."""
    made = readers.owner.post(data=typed()).json()
    with acting(world.admin):
        types.change_type(incident_type=kind(), is_active=False, by=world.admin)
    refused = readers.owner.post(data=typed())
    assert refused.json()["errors"][0]["code"] == "unknown_type"
    sent = readers.owner.patch(
        f"{made['id']}/",
        {"details": DRUGS | {"packages": 4}},
        **{"If-Match": '"1"'},
    )
    assert sent.json()["details"] == DRUGS | {"packages": 4}
    assert "Drugs seizure" in text(readers.owner.get(f"/incidents/{made['id']}/edit/"))
    assert "Drugs seizure" not in text(readers.owner.get("/incidents/new/"))


BAD: list[tuple[Any, str, str]] = [
    ({"nonsense": 1}, "/details/nonsense", "unknown_field"),
    ({"a/b~c": 1}, "/details/a~1b~0c", "unknown_field"),
    ({"weight_kg": "2"}, "/details/weight_kg", "wrong_type"),
    ({"weight_kg": -1}, "/details/weight_kg", "min_value"),
    ({"weight_kg": 1e30}, "/details/weight_kg", "max_value"),
    ({"packages": 2.5}, "/details/packages", "wrong_type"),
    ({"packages": True}, "/details/packages", "wrong_type"),
    ({"packages": None}, "/details/packages", "wrong_type"),
    ({"test": "maybe"}, "/details/test", "invalid_choice"),
    ({"substances": "heroin"}, "/details/substances", "wrong_type"),
    ({"substances": ["heroin", "tea"]}, "/details/substances/1", "invalid_choice"),
    ({"substances": ["opium", "opium"]}, "/details/substances", "repeated"),
    ({"substances": [["opium"]]}, "/details/substances", "too_deep"),
    ({"substances": ["opium"] * 61}, "/details/substances", "too_many"),
    ({"vehicle": {"plate": "01KG"}}, "/details/vehicle", "too_deep"),
    ({"vehicle": "x" * 121}, "/details/vehicle", "max_length"),
    ({"vehicle": "nul\u0000"}, "/details/vehicle", "bad_character"),
    ({"vehicle": "  "}, "/details/vehicle", "blank"),
    ({"vehicle": "x" * 20_000}, "/details", "too_large"),
    ([], "/details", "not_an_object"),
    ("text", "/details", "not_an_object"),
    (5, "/details", "not_an_object"),
    (None, "/details", "null"),
]


@pytest.mark.parametrize(("details", "place", "code"), BAD)
def test_details_that_break_their_form(
    readers: Readers, details: Any, place: str, code: str
) -> None:
    """400 with pointer and code, and nothing is written."""
    refused = readers.owner.post(data=typed(details=details))
    assert problem(refused) == (400, "invalid", [place])
    assert refused.json()["errors"][0]["code"] == code
    assert readers.owner.get().json()["results"] == []


def test_every_fault_is_told(readers: Readers) -> None:
    given = {"weight_kg": "2", "test": "maybe", "nonsense": 1}
    refused = readers.owner.post(data=typed(details=given))
    assert set(problem(refused)[2]) == {f"/details/{name}" for name in given}


def test_moments_say_their_zone(readers: Readers) -> None:
    for value in ("2026-01-31T08:00:00", "2026-01-31", "soon", "0001-01-01T00:00:00Z"):
        given = typed("exchange-of-fire", details={"began_at": value})
        refused = readers.owner.post(data=given)
        assert refused.json()["errors"][0]["code"] == "bad_moment", value
    given = typed("exchange-of-fire", details={"began_at": "2026-01-31T08:00:00+05:00"})
    made = readers.owner.post(data=given).json()
    # 03:00 in UTC, 09:00 in Bishkek.
    assert "31 Jan 2026, 09:00" in text(readers.owner.get(f"/incidents/{made['id']}/"))


def test_what_a_form_needs(world: World, readers: Readers) -> None:
    with acting(world.admin):
        types.register_type(
            code="strict", category="other", names={"en": "Strict"}, by=world.admin,
            schema=form(word=word()) | {"required": ["word"]},
        )  # fmt: skip
    refused = readers.owner.post(data=typed("strict", details={}))
    assert problem(refused) == (400, "invalid", ["/details/word"])
    assert refused.json()["errors"][0]["code"] == "required"


def test_without_a_type_the_standard_details_alone(readers: Readers) -> None:
    made = readers.owner.post(data=body(details={"size": "two men"}))
    assert made.status_code == 201
    assert made.json()["details"] == {"size": "two men"}
    assert (made.json()["type"], made.json()["type_version"]) == (None, None)
    refused = readers.owner.post(data=body(details=DRUGS))
    assert problem(refused)[0] == 400
    neither = {k: v for k, v in body().items() if k != "category"}
    assert problem(readers.owner.post(data=neither)) == (400, "invalid", ["/category"])


def test_changing_the_type(readers: Readers) -> None:
    """Details that do not fit the other form are refused, not dropped."""
    pk = readers.owner.post(data=typed()).json()["id"]
    match = {"If-Match": '"1"'}
    refused = readers.owner.patch(f"{pk}/", {"type": "livestock-theft"}, **match)
    assert set(problem(refused)[2]) == {f"/details/{name}" for name in DRUGS}
    given = {"type": "livestock-theft", "details": {"heads": 4}}
    now = readers.owner.patch(f"{pk}/", given, **match).json()
    assert (now["category"], now["details"]) == ("livestock", {"heads": 4})
    given = {"type": None, "details": {}}
    now = readers.owner.patch(f"{pk}/", given, **{"If-Match": '"2"'}).json()
    assert (now["type"], now["type_version"]) == (None, None)
    assert now["category"] == "livestock"


# --- over the years -----------------------------------------------------------------


def test_what_was_filled_in_keeps_its_form(world: World, readers: Readers) -> None:
    """Its labels and its rules, when the type has long had others."""
    pk = readers.owner.post(data=typed(details=DRUGS | {"packages": 3})).json()["id"]
    by = world.admin
    with acting(by):
        types.change_type(
            incident_type=kind(), by=by, names={"en": "Narcotics found"},
            schema=form(weight_kg=kind().schema["properties"]["weight_kg"]
                        | {"title": "mass", "maximum": 1}),
        )  # fmt: skip
    assert kind().version == 2
    page = text(readers.owner.get(f"/incidents/{pk}/"))
    for words in ("Drugs seizure", "Weight, kg", "Packages", "heroin"):
        assert words in page
    assert "Narcotics found" not in page
    assert "Mass" not in page
    # Corrected by its own form, which still takes two and a half kilogrammes.
    sent = readers.owner.patch(
        f"{pk}/", {"details": DRUGS | {"packages": 9}}, **{"If-Match": '"1"'}
    )
    assert (sent.status_code, sent.json()["type_version"]) == (200, 1)
    edit = text(readers.owner.get(f"/incidents/{pk}/edit/"))
    assert 'name="details_packages"' in edit
    # What is new goes by the new form.
    refused = readers.owner.post(data=typed())
    assert set(problem(refused)[2]) == {
        "/details/substances", "/details/weight_kg", "/details/test",
    }  # fmt: skip
    new = readers.owner.post(data=typed(details={"weight_kg": 0.5})).json()
    assert new["type_version"] == 2
    page = text(readers.owner.get(f"/incidents/{new['id']}/"))
    assert "Narcotics found" in page
    assert "Mass" in page
    former = readers.owner.get("/api/v1/incident-types/drugs-seizure/versions/").json()
    assert [row["version"] for row in former["results"]] == [1]
    assert former["results"][0]["names"]["en"] == "Drugs seizure"
    assert IncidentTypeVersion.objects.count() == 1


def test_what_changes_nothing_makes_no_version(world: World) -> None:
    before = kind()
    with acting(world.admin):
        types.change_type(
            incident_type=before, names=before.names, schema=before.schema,
            needs_confirmation=True, by=world.admin,
        )  # fmt: skip
    assert (kind().version, kind().needs_confirmation) == (1, True)
    assert not IncidentTypeVersion.objects.exists()


# --- in the reader's language -------------------------------------------------------


def test_labels_are_in_the_readers_language(
    world: World, readers: Readers, settings: Any
) -> None:
    """Names, fields and choices; English where there is nothing else."""
    settings.LANGUAGES = [("en", "English"), ("ru", "Русский"), ("tg", "Тоҷикӣ")]
    made = readers.owner.post(data=typed()).json()
    path = f"/incidents/{made['id']}/"
    page = text(readers.owner.client.get(path, headers={"Accept-Language": "ru"}))
    for words in ("Изъятие наркотиков", "Вещества", "героин", "Вес, кг"):
        assert words in page
    page = text(readers.owner.client.get(path, headers={"Accept-Language": "tg"}))
    for words in ("Drugs seizure", "Substances", "heroin"):
        assert words in page
    with translation.override("ru"):
        assert str(kind()) == "Изъятие наркотиков"


# --- who sees it --------------------------------------------------------------------


def test_a_tear_line_has_no_type_and_no_details(world: World, readers: Readers) -> None:
    """The category, which is coarser, is what a reader of it gets."""
    row = report(world, category="drugs", type=kind(), details=DRUGS)
    by = world.owner
    with acting(by):
        releases.release(record=row, to="agency:TJ-BT", by=by, scope="tearline")
    [shown] = readers.partner.get().json()["results"]
    assert (shown["category"], shown["type"]) == ("drugs", None)
    assert (shown["type_version"], shown["details"]) == (None, {})
    for path in ("", "print/", "print/?as=salute", "print/?as=methane"):
        page = text(readers.partner.get(f"/incidents/{shown['id']}/{path}"))
        for word_ in ("Drugs seizure", "heroin", r"\b2\.5\b", "drugs-seizure"):
            assert not re.search(word_, page), path
    # Nor may its owner put them there.
    tear_line = newest(world)
    assert tear_line.is_tear_line
    for given in ({"details": {"size": "two"}}, {"type": "drugs-seizure"}):
        sent = readers.owner.patch(
            f"{tear_line.pk}/", given, **{"If-Match": f'"{tear_line.version}"'}
        )
        assert problem(sent)[:2] == (409, "is_tear_line")
    edit = text(readers.owner.get(f"/incidents/{tear_line.pk}/edit/"))
    assert 'name="type"' not in edit
    assert 'name="category"' in edit
    # A change of the details is none of the tear line.
    with acting(by):
        life.edit(incident=row, by=by, details={"packages": 77})
    [now] = readers.partner.get().json()["results"]
    assert now == shown


def test_a_change_of_the_type_reaches_the_tear_line_as_its_category(
    world: World, readers: Readers
) -> None:
    row = report(world, category="drugs", type=kind(), details=DRUGS)
    by = world.owner
    with acting(by):
        releases.release(record=row, to="agency:TJ-BT", by=by, scope="tearline")
        life.edit(incident=row, type=kind("weapons-seizure"), details={}, by=by)
    [shown] = readers.partner.get().json()["results"]
    assert (shown["category"], shown["type"]) == ("arms", None)


def test_the_action_itself_refuses(world: World) -> None:
    """Whoever calls it, and half of nothing is written."""
    with pytest.raises(Faulty) as error:
        report(world, type=kind(), category="drugs", details={"nonsense": 1})
    assert [fault.pointer for fault in error.value.parts] == ["/details/nonsense"]
    with acting(world.owner):
        assert not Incident.objects.visible_to(world.owner).exists()


def test_a_long_mixed_list_is_quickly_refused() -> None:
    """Comparing each with each would take minutes; it is counted first."""
    mixed = [n if n % 2 else str(n) for n in range(2000)]
    schema = {"properties": {"x": {"type": "array", "uniqueItems": True}}}
    assert [fault.code for fault in faults({"x": mixed}, schema)] == ["too_many"]
