"""Types of incident on the page that reports one: fields of a form, and back."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from agencies.context import acting
from incidents import details
from incidents.actions import types
from incidents.models import IncidentType
from tests.incidents.conftest import FORM, Readers, newest, report, text
from tests.world import World

NEW = "/incidents/new/"
# A new incident of a type, as the page sends it: no category is asked for.
TYPED = {k: v for k, v in FORM.items() if k != "category"} | {
    "type": "drugs-seizure",
    "details_substances": ["heroin", "opium"],
    "details_weight_kg": "2.5",
    "details_packages": "",
    "details_test": "positive",
    "details_vehicle": " Niva 01KG123 ",
}
EVERY_KIND: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["line"],
    "properties": {
        "line": {"type": "string", "maxLength": 10, "title": "a line"},
        "lines": {"type": "string", "maxLength": 900, "title": "lines"},
        "at": {"type": "string", "format": "date-time", "title": "at"},
        "one": {"type": "string", "enum": ["a", "b"], "title": "one of"},
        "some": {
            "type": "array",
            "items": {"type": "string", "enum": ["a", "b", "c"]},
            "uniqueItems": True,
            "title": "some of",
        },
        "count": {"type": "integer", "minimum": 0, "maximum": 9, "title": "count"},
        "mass": {"type": "number", "minimum": 0, "maximum": 9, "title": "mass"},
        "is_so": {"type": "boolean", "title": "so"},
    },
}
FULL = {
    "line": "one line",
    "lines": "several\nlines",
    "at": "2026-01-31T02:00:00Z",
    "one": "b",
    "some": ["a", "c"],
    "count": 0,
    "mass": 2.5,
    "is_so": False,
}


def kind(code: str = "drugs-seizure") -> IncidentType:
    """Return a type."""
    return IncidentType.objects.get(pk=code)


def controls(page: str) -> list[str]:
    """Return the names of a form's controls, each once, in order."""
    form = page[page.index('class="form"') :]
    return list(dict.fromkeys(re.findall(r'name="([a-z_]+)"', form)))


def test_a_form_has_a_field_for_each_of_its_kinds() -> None:
    fields = details.form_fields(EVERY_KIND)
    assert [type(field).__name__ for field in fields.values()] == [
        "CharField", "CharField", "MomentField", "ChoiceField",
        "MultipleChoiceField", "IntegerField", "FloatField", "ChoiceField",
    ]  # fmt: skip
    assert [n for n, f in fields.items() if f.required] == ["details_line"]
    begun = details.initial(FULL, EVERY_KIND)
    assert begun["details_at"] == datetime(2026, 1, 31, 2, tzinfo=UTC)
    cleaned = {name: field.clean(begun[name]) for name, field in fields.items()}
    assert details.taken(EVERY_KIND, cleaned) == FULL
    empty = details.taken(EVERY_KIND, dict.fromkeys(fields, ""))
    assert set(empty.values()) == {None}


def test_details_in_words() -> None:
    """In the form's order; what it does not know comes last, and is not lost."""
    given = {"some": ["a", "c"], "line": "x", "is_so": False, "old": [1], "mass": 2.0}
    shown = details.in_order(given, EVERY_KIND)
    assert [(one.label, one.text) for one in shown] == [
        ("A line", "x"), ("Some of", "a, c"), ("Mass", "2"), ("So", "no"), ("Old", "1"),
    ]  # fmt: skip
    [at] = details.in_order({"at": FULL["at"]}, EVERY_KIND)
    assert at.moment == datetime(2026, 1, 31, 2, tzinfo=UTC)


def test_reporting_by_a_type(world: World, readers: Readers) -> None:
    """Its fields are on the page; what is written in them is on the incident's."""
    page = text(readers.owner.get(NEW, type="drugs-seizure"))
    names = controls(page)
    assert names.index("type") < names.index("details_substances")
    assert "category" not in names
    assert '<option value="drugs-seizure" selected>' in page
    assert '<optgroup label="Livestock">' in page
    sent = readers.owner.send(NEW, TYPED)
    made = newest(world)
    assert (sent.status_code, made.category, made.type_id) == (
        302, "drugs", "drugs-seizure",
    )  # fmt: skip
    assert made.details == {
        "substances": ["heroin", "opium"],
        "weight_kg": 2.5,
        "test": "positive",
        "vehicle": "Niva 01KG123",
    }
    page = text(readers.owner.get(f"/incidents/{made.pk}/"))
    for words in ("Drugs seizure", "heroin, opium", "Weight, kg", "2.5", "Niva"):
        assert words in page


@pytest.mark.parametrize(
    "patrol", ["", "no id", "5d0e8b3a-0000-4000-8000-000000000000"]
)
def test_choosing_a_type_keeps_what_was_written(readers: Readers, patrol: str) -> None:
    """By htmx, and by a button without it: nothing is judged, nothing saved."""
    sent = TYPED | {
        "fields": "yes", "patrol": patrol, "title": "", "type": "weapons-seizure",
        "release_to": ["agency:TJ-BT"], "details_weapons_count": "many",
    }  # fmt: skip
    page = text(readers.owner.send(NEW, sent))
    assert "has-error" not in page
    assert "details_weapons_count" in controls(page)
    assert "details_weight_kg" not in controls(page)
    # Both have it, so that it stays; and so does all else.
    assert "Niva 01KG123" in page
    assert "Found on the morning patrol." in page
    assert re.search(r'value="agency:TJ-BT"[^>]*checked', page)
    assert 'hx-select="#of-type"' in page
    assert "No incidents yet" in text(readers.owner.get("/incidents/"))


def test_values_survive_an_error(readers: Readers) -> None:
    page = text(readers.owner.send(NEW, TYPED | {"details_weight_kg": "-3"}))
    assert "greater than or equal to 0" in page
    assert "Niva 01KG123" in page
    assert re.search(r'value="opium"[^>]*checked', page)
    assert "No incidents yet" in text(readers.owner.get("/incidents/"))


def test_what_only_the_action_refuses_stands_at_its_field(readers: Readers) -> None:
    sent = TYPED | {"details_vehicle": "a\u0001b"}
    page = text(readers.owner.send(NEW, sent))
    assert "a character that cannot be kept" in page
    assert 'id="id_details_vehicle_error"' in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"type": "piracy"}, "valid choice"),
        ({"type": ""}, "Choose a type, or a category."),
        ({"category": "livestock"}, "belongs to another category"),
    ],
)
def test_a_type_that_does_not_fit(
    readers: Readers, more: dict[str, str], words: str
) -> None:
    assert words in text(readers.owner.send(NEW, TYPED | more))
    assert "No incidents yet" in text(readers.owner.get("/incidents/"))


def test_editing_details(world: World, readers: Readers) -> None:
    """What was filled in is there; only what was touched changes."""
    given = {"began_at": "2026-01-31T02:03:04Z", "killed": 0, "is_over": False}
    row = report(
        world, type=kind("exchange-of-fire"), category="clash",
        details=given | {"size": "six men"},
    )  # fmt: skip
    path = f"/incidents/{row.pk}/edit/"
    page = text(readers.owner.get(path))
    assert 'value="2026-01-31T08:03"' in page
    # A standard detail that the API wrote can be corrected here, too.
    assert "six men" in page
    sent = {
        **FORM, "category": "", "version": "1", "type": "exchange-of-fire",
        "place": "40.10000, 70.60000",
        "details_began_at": "2026-01-31T08:03", "details_killed": "2",
        "details_is_over": "false", "details_size": "",
    }  # fmt: skip
    assert readers.owner.send(path, sent).status_code == 302
    assert newest(world).details == {
        "began_at": "2026-01-31T02:03:04Z", "killed": 2, "is_over": False,
    }  # fmt: skip
    other = sent | {"version": "2", "type": "drone-sighting", "details_drones": "1"}
    assert readers.owner.send(path, other).status_code == 302
    now = newest(world)
    assert (now.category, now.type_id) == ("other", "drone-sighting")
    assert now.details == {"drones": 1}
    none = sent | {"version": "3", "type": "", "category": "hazard"}
    assert readers.owner.send(path, none).status_code == 302
    now = newest(world)
    assert (now.category, now.type, now.details) == ("hazard", None, {})


def test_editing_something_else_leaves_details_alone(
    world: World, readers: Readers
) -> None:
    """Even if the form has changed meanwhile so that they would not fit."""
    row = report(world, type=kind(), category="drugs", details={"weight_kg": 2.5})
    with acting(world.admin):
        types.change_type(
            incident_type=kind(), by=world.admin,
            schema={"type": "object", "additionalProperties": False, "properties": {}},
        )  # fmt: skip
    sent = FORM | {
        "category": "", "version": "1", "type": "drugs-seizure", "title": "Corrected",
        "details_weight_kg": "2.5",
    }  # fmt: skip
    assert readers.owner.send(f"/incidents/{row.pk}/edit/", sent).status_code == 302
    now = newest(world)
    assert (now.title, now.details, now.type_version) == (
        "Corrected", {"weight_kg": 2.5}, 1,
    )  # fmt: skip


def test_the_language_of_the_text(world: World, readers: Readers) -> None:
    """Said in the form, and to screen readers; one from the API is not lost."""
    readers.owner.send(NEW, FORM | {"language": "ky"})
    made = newest(world)
    assert made.language == "ky"
    assert 'lang="ky"' in text(readers.owner.get(f"/incidents/{made.pk}/"))
    page = text(readers.owner.get(NEW))
    assert "Кыргызча" in page
    with_script = report(world, language="kk-Cyrl")
    page = text(readers.owner.get(f"/incidents/{with_script.pk}/edit/"))
    assert '<option value="kk-Cyrl" selected>' in page
