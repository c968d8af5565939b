"""SALUTE, METHANE and the 9-line: filled in, kept, and printed in their own order."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.formats import FORMATS, STANDARD, Format
from incidents.models import IncidentType
from incidents.printing import date_time_group
from tests.incidents.conftest import FORM, Readers, newest, problem, report, text
from tests.world import World

# What an officer writes in the lines of each, and how it is kept.
WRITTEN: dict[str, dict[str, Any]] = {
    "salute": {
        "size": "six men, two horses",
        "activity": "moving east in file",
        "unit": "no marks",
        "equipment": "packs, one long weapon",
    },
    "methane": {
        "major_incident": True,
        "hazards": "rising water",
        "access": "only from the south",
        "casualties": "4, one severe",
        "services_present": "fire brigade",
        "services_needed": "two ambulances",
    },
    "nine-line": {
        "radio": "145.500, Karaul 7",
        "patients_urgent": 1,
        "patients_routine": 2,
        "special_equipment": ["hoist", "ventilator"],
        "patients_litter": 1,
        "patients_ambulatory": 2,
        "site_security": "possible",
        "wounds": "mine, left foot",
        "site_marking": "smoke",
        "patients_nationality": "KG, TJ",
        "patients_status": ["own_service", "civilian"],
        "contamination": ["chemical"],
        "terrain": "dry river bed, wires to the north",
    },
}
PRINTED = {
    "salute": [
        "S Size six men, two horses", "A Activity moving east in file", "L Location",
        "U Unit or uniform no marks", "T Time 310700Z JAN 26",
        "E Equipment packs, one long weapon",
    ],
    "methane": [
        "M Major incident declared yes", "E Exact location",
        "T Type of incident Medical emergency",
        "H Hazards present or suspected rising water", "A Access only from the south",
        "N Number, type and severity of casualties 4, one severe",
        ("E Emergency services present and required"
        " Services present: fire brigade Services required: two ambulances"),
    ],
    "nine-line": [
        "1 Location of pick-up site",
        "2 Radio frequency, call sign, suffix 145.500, Karaul 7",
        ("3 Number of patients by precedence Patients, urgent (A): 1"
        " Patients, routine (D): 2"),
        "4 Special equipment required B: hoist, D: ventilator",
        ("5 Number of patients by type Patients, litter (L): 1"
        " Patients, ambulatory (A): 2"),
        ("6 Security of pick-up site; wounds, injuries, illnesses Security of the site:"
        " P: threat possible Wounds, injuries, illnesses: mine, left foot"),
        "7 Method of marking pick-up site C: smoke",
        ("8 Patients' nationality and status Patients' nationality: KG, TJ"
        " Patients' status: of our service, civilian"),
        ("9 Contamination; terrain Contamination: C: chemical Terrain: dry river bed,"
        " wires to the north"),
    ],
}  # fmt: skip


def sent(code: str) -> dict[str, Any]:
    """Return a report as the page sends it."""
    words = {True: "true", False: "false"}
    details = {
        f"details_{name}": words[value] if isinstance(value, bool) else value
        for name, value in WRITTEN[code].items()
    }
    typed = {"type": "medical-emergency", "category": ""} if code == "methane" else {}
    return FORM | typed | details


def lines(page: str) -> list[str]:
    """Return the lines of a printed report as plain words."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    return [row.replace("&#x27;", "'") for row in plain]


@pytest.mark.parametrize("layout", FORMATS.values(), ids=FORMATS)
def test_each_line_has_what_fills_it(layout: Format) -> None:
    """Columns of the record or standard details, and a source for the order."""
    assert layout.source
    for line in layout.lines:
        for field in line.fields:
            column = field in ("place", "occurred_at", "type")
            assert column or field.removeprefix("details/") in STANDARD["properties"]
    assert len(set(layout.details)) == len(layout.details)


@pytest.mark.parametrize("code", FORMATS)
def test_a_report_comes_back_as_it_was_spoken(
    world: World, readers: Readers, code: str
) -> None:
    """Filled in line by line, kept in the one record, printed line by line."""
    path = f"/incidents/new/?as={code}"
    page = text(readers.owner.get(path))
    wanted = [
        name.replace("details/", "details_")
        for line in FORMATS[code].lines
        for name in line.fields
    ]
    form = page[page.index('class="form"') :]
    names = list(dict.fromkeys(re.findall(r'name="([a-z_]+)"', form)))
    assert [name for name in names if name in wanted] == wanted
    # All of the report comes before what else the record asks for.
    assert names.index("severity") > names.index(wanted[-1])
    answer = readers.owner.send(path, sent(code))
    assert answer.status_code == 302, answer.content
    row = newest(world)
    assert row.details == WRITTEN[code]
    paper = text(readers.owner.get(f"/incidents/{row.pk}/print/", **{"as": code}))
    printed = lines(paper)
    assert len(printed) == len(PRINTED[code])
    for found, words in zip(printed, PRINTED[code], strict=True):
        assert found.startswith(words), found
    # Officers read the place in every system.
    [place] = [row for row in printed if "ocation" in row]
    assert "40.12345, 70.54321" in place


def test_an_error_keeps_the_order_and_what_was_written(readers: Readers) -> None:
    wrong = sent("nine-line") | {"details_patients_urgent": "two", "title": ""}
    page = text(readers.owner.send("/incidents/new/?as=nine-line", wrong))
    assert "Enter a whole number." in page
    assert "1 · Location of pick-up site" in page
    assert "mine, left foot" in page


def test_another_type_within_a_report(readers: Readers) -> None:
    """The type's own fields come below it; those of the lines stay in the lines."""
    given = sent("salute") | {"fields": "yes", "type": "drone-sighting"}
    page = text(readers.owner.send("/incidents/new/?as=salute", given))
    assert page.count('name="details_size"') == 1
    assert "six men, two horses" in page
    below = page[page.index('id="of-type"') :]
    assert 'name="details_drones"' in below
    assert 'name="details_size"' not in below


@pytest.mark.parametrize("code", [*FORMATS, "full", ""])
def test_any_incident_is_printed(world: World, readers: Readers, code: str) -> None:
    """One that was reported otherwise, too; a line without an answer says so."""
    row = report(world, release_to=["agency:TJ-BT"])
    query = {"as": code} if code else {}
    for reader in (readers.owner, readers.partner):
        page = text(reader.get(f"/incidents/{row.pk}/print/", **query))
        assert "CANARY-TITLE" in page
        assert "CANARY-NARRATIVE" in page
        assert page.count("TLP:AMBER") == 2
        assert "<nav" in page
        assert "not-printed" in page
        assert 'id="bar"' not in page
        assert ("not reported" in page) == (code in FORMATS)
    none = readers.outsider.get(f"/incidents/{row.pk}/print/", **query)
    assert none.status_code == 404


def test_all_of_an_incident_on_paper(world: World, readers: Readers) -> None:
    kind = IncidentType.objects.get(pk="drugs-seizure")
    row = report(world, type=kind, category="drugs", details={"weight_kg": 2})
    readers.owner.post(f"{row.pk}/log/", {"text": "CANARY-LOG", "sharing": "own"})
    page = text(readers.owner.get(f"/incidents/{row.pk}/print/"))
    for words in ("Drugs seizure", "Weight, kg", "CANARY-LOG", "my agency only"):
        assert words in page


def test_what_a_reader_may_not_know_is_not_printed(
    world: World, readers: Readers
) -> None:
    """The paper is the page: the owner's own lines and names stay at home."""
    row = report(world, release_to=["agency:TJ-BT"])
    readers.owner.post(f"{row.pk}/log/", {"text": "CANARY-OWN", "sharing": "own"})
    readers.owner.post(f"{row.pk}/log/", {"text": "CANARY-ALL", "sharing": "all"})
    page = text(readers.partner.get(f"/incidents/{row.pk}/print/"))
    assert "CANARY-ALL" in page
    assert "CANARY-OWN" not in page
    assert "everybody who sees" not in page


def test_an_order_that_there_is_none_of(world: World, readers: Readers) -> None:
    row = report(world)
    for path in (f"/incidents/{row.pk}/print/", "/incidents/new/"):
        assert readers.owner.get(path, **{"as": "sonnet"}).status_code == 400
    assert readers.owner.get("/incidents/new/", **{"as": "full"}).status_code == 400


def test_both_ways_are_offered(world: World, readers: Readers) -> None:
    row = report(world)
    page = text(readers.owner.get(f"/incidents/{row.pk}/"))
    new = text(readers.owner.get("/incidents/new/"))
    for code in FORMATS:
        assert f"/incidents/{row.pk}/print/?as={code}" in page
        assert f'href="?as={code}"' in new


def test_the_api_takes_the_same_words(readers: Readers) -> None:
    """What is no page of ours reports a 9-line in the same details."""
    place = {"type": "Point", "coordinates": [70.6, 40.1]}
    given = {
        "type": "medical-emergency", "severity": "severe", "title": "Mine",
        "place": place, "occurred_at": "2026-01-31T08:00:00Z",
        "details": WRITTEN["nine-line"] | {"patients": 3},
    }  # fmt: skip
    made = readers.owner.post(data=given).json()
    page = text(readers.owner.get(f"/incidents/{made['id']}/print/?as=nine-line"))
    assert "2 Radio frequency, call sign, suffix 145.500, Karaul 7" in lines(page)
    given["details"] = {"patients_urgent": -1}
    refused = problem(readers.owner.post(data=given))
    assert refused == (400, "invalid", ["/details/patients_urgent"])


def test_a_date_time_group_is_in_utc_whatever_the_locale() -> None:
    at = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    assert date_time_group(at) == "221405Z NOV 26"
