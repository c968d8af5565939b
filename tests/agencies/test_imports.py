"""Files of absences, papers and assets: seen first, then all of it or nothing."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.actions import assets, personnel
from agencies.context import acting, system
from agencies.errors import Invalid
from agencies.imports import sheets
from agencies.models import Absence, Asset, Authorisation, Certification
from tests.agencies.conftest import browser
from tests.world import PLACE, World, soon

PEOPLE = "/agencies/personnel/"
AWAY = f"{PEOPLE}absences/"
HEAD = "officer,kind,starts_at,ends_at,note\n"


def upload(client: Client, at: str, text: str | bytes) -> Any:
    raw = text if isinstance(text, bytes) else text.encode()
    return client.post(f"{at}import/", {"file": SimpleUploadedFile("a.csv", raw)})


def confirm(client: Client, at: str, shown: Any) -> Any:
    page = shown.content.decode()
    names = ("text", "seen")
    given = {
        name: found[1]
        for name in names
        if (found := re.search(rf'name="{name}"\s+value="([^"]+)"', page))
    }
    assert set(given) == set(names), page[-3000:]
    return client.post(f"{at}import/", given)


def faults(answer: Any) -> list[tuple[int, str, str]]:
    assert answer.status_code == 400
    return [(f.row, f.column, f.code) for f in answer.context["plan"].faults]


def stored(model: Any) -> list[Any]:
    with system("test"):
        return list(model.objects.order_by("created_at"))


def test_nothing_is_written_before_it_is_confirmed(world: World) -> None:
    client = browser(world, "owner")
    text = (
        f"{HEAD}owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,Home\n"
        "owner,training,01.12.2026 08:00,2026-12-02T08:00:00+01:00,\n"
    )
    shown = upload(client, AWAY, text)
    assert shown.status_code == 200
    assert shown.context["counts"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert stored(Absence) == []
    done = confirm(client, AWAY, shown)
    assert (done.status_code, done["Location"]) == (302, PEOPLE)
    found = {row.kind: row for row in stored(Absence)}
    # By the clock of Bishkek, unless the file says otherwise.
    assert found["leave"].starts_at.isoformat() == "2026-12-01T02:00:00+00:00"
    assert found["training"].ends_at.isoformat() == "2026-12-02T07:00:00+00:00"


def test_to_read_a_file_again_does_no_harm(world: World) -> None:
    client = browser(world, "owner")
    text = f"{HEAD}owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,Home\n"
    confirm(client, AWAY, upload(client, AWAY, text))
    again = upload(client, AWAY, text)
    assert again.context["counts"] == {"new": 0, "changed": 0, "unchanged": 1}
    assert 'name="seen"' not in again.content.decode()
    changed = upload(client, AWAY, text.replace("12-05", "12-06"))
    [step] = changed.context["plan"].steps
    assert step.verb == "changed"
    assert [name for name, _old, _new in step.changes] == ["ends_at"]
    assert [row.version for row in stored(Absence)] == [1]
    confirm(client, AWAY, changed)
    assert [row.version for row in stored(Absence)] == [2]


def test_a_column_that_is_not_there_is_left_alone(world: World) -> None:
    client = browser(world, "owner")
    text = f"{HEAD}owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,Home\n"
    confirm(client, AWAY, upload(client, AWAY, text))
    short = text.replace(",note", "").replace(",Home", "")
    assert upload(client, AWAY, short).context["counts"]["unchanged"] == 1


def test_every_fault_is_told_with_its_row_and_nothing_is_done(world: World) -> None:
    client = browser(world, "owner")
    text = (
        f"{HEAD}owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,\n"
        "\n"
        "owner_low,holiday,yesterday,2026-12-05 08:00,\n"
        "partner,leave,2026-12-01 08:00,2026-12-05 08:00,\n"
        "owner_low,leave,2026-12-04 08:00,2026-12-09 08:00,\n"
        "owner_low,sick,2026-12-04 08:00,2026-12-03 08:00,\n"
        "owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,\n"
        "owner,leave,2026-12-01 08:00,2026-12-05 08:00,=1+1\n"
        f"owner,leave,2027-12-01 08:00,2027-12-05 08:00,{'x' * 201}\n"
    )
    answer = upload(client, AWAY, text)
    assert faults(answer) == [
        (4, "kind", "invalid_choice"),
        (4, "starts_at", "invalid"),
        (5, "officer", "invalid_choice"),
        (6, "starts_at", "overlaps"),
        (7, "ends_at", "ends_too_early"),
        (8, "", "double_row"),
        (9, "note", "formula"),
        (10, "note", "max_length"),
    ]
    assert 'name="seen"' not in answer.content.decode()
    assert stored(Absence) == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", None),
        (b"\n \n", "empty_file"),
        (HEAD.encode(), "empty_file"),
        (b"officer,kind,starts_at\nx,y,z\n", "missing_column"),
        (HEAD.replace("note", "rank").encode() + b"1,2,3,4,5\n", "unknown_column"),
        (HEAD.replace("note", "kind").encode() + b"1,2,3,4,5\n", "double_column"),
        (HEAD.encode() + b'1,2,3,4,"5\n', "bad_csv"),
        (HEAD.encode() + b"a,b,c,d,\x98\xff\n", "bad_encoding"),
        (HEAD.encode() + b"a,b,c,d,\0\n", "bad_encoding"),
        (HEAD.encode() + b"a,b,c,d,e\n" * 501, "too_many_rows"),
        (HEAD.encode() + b"a,b,c,d," + b"x" * 300_000, "file_too_large"),
    ],
)
def test_what_is_no_such_file(world: World, raw: bytes, code: str | None) -> None:
    answer = upload(browser(world, "owner"), AWAY, raw)
    assert answer.status_code == 400
    assert answer.context.get("code") == code
    assert answer.context["form"].errors["file"]
    # People read words; the code is for whoever tests.
    assert code is None or code not in answer.content.decode()


def test_a_row_with_too_many_cells_hides_no_other(world: World) -> None:
    text = (
        f"{HEAD}owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,,,\n"
        "owner_low,holiday,2026-12-01 08:00,2026-12-05 08:00,\n"
    )
    answer = upload(browser(world, "owner"), AWAY, text)
    assert faults(answer) == [(2, "", "ragged_row"), (3, "kind", "invalid_choice")]
    shown = answer.content.decode()
    assert "more cells than there are columns" in shown
    assert "ragged_row" not in shown
    assert stored(Absence) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_files_as_the_regions_spreadsheets_write_them(
    world: World, encoding: str, separator: str
) -> None:
    client = browser(world, "owner")
    at = f"{PEOPLE}certifications/"
    text = "officer,name\r\nowner_low,Первая помощь\r\n".replace(",", separator)
    confirm(client, at, upload(client, at, text.encode(encoding)))
    [row] = stored(Certification)
    assert (row.name, row.code) == ("Первая помощь", "первая-помощь")


def test_whoever_confirms_has_seen_what_is_done(world: World) -> None:
    client = browser(world, "owner")
    text = f"{HEAD}owner_low,leave,2026-12-01 08:00,2026-12-05 08:00,Home\n"
    shown = upload(client, AWAY, text)
    with acting(world.owner):
        personnel.enter_absence(
            officer=world.officers["owner_low"], kind="leave", by=world.owner,
            starts_at=_at("2026-12-01T02:00:00+00:00"), ends_at=soon(9000),
        )  # fmt: skip
    other = confirm(client, AWAY, shown)
    assert other.status_code == 200
    assert other.context["is_other"]
    assert [step.verb for step in other.context["plan"].steps] == ["changed"]
    assert [row.version for row in stored(Absence)] == [1]
    assert confirm(client, AWAY, other).status_code == 302
    broken = client.post(f"{AWAY}import/", {"text": "no base64!", "seen": "x"})
    assert (broken.status_code, broken.context["code"]) == (400, "bad_encoding")


@pytest.mark.parametrize(
    ("name", "status"),
    [("owner_observer", 403), ("owner_admin", 200), ("admin", 403), ("outsider", 200)],
)
def test_who_may_read_and_write_files(world: World, name: str, status: int) -> None:
    client = browser(world, name)
    assert client.get(f"{AWAY}import/").status_code == status
    assert client.get(f"{AWAY}export.csv").status_code == status
    is_keeper = name == "outsider"
    wanted = 200 if is_keeper else 403
    assert client.get("/agencies/assets/export.csv").status_code == wanted


def test_a_file_holds_nothing_of_others(world: World) -> None:
    _fill(world)
    other = browser(world, "partner")
    for at in ("personnel/absences", "personnel/certifications", "assets"):
        lines = other.get(f"/agencies/{at}/export.csv").content.decode().splitlines()
        assert len(lines) == 1, lines
    # An officer of another agency is as good as none, known or not.
    text = f"{HEAD}owner,leave,2026-12-01 08:00,2026-12-05 08:00,\n"
    seen = upload(other, AWAY, text)
    none = upload(other, AWAY, text.replace("owner,", "nobody,"))
    assert faults(seen) == faults(none) == [(2, "officer", "invalid_choice")]


def test_what_was_written_reads_as_it_was(world: World) -> None:
    """Each kind of file: nothing is new, nothing is changed."""
    _fill(world)
    client = browser(world, "owner")
    for at, count in (
        ("personnel/absences", 1),
        ("personnel/certifications", 2),
        ("personnel/authorisations", 2),
        ("assets", 2),
    ):
        raw = client.get(f"/agencies/{at}/export.csv").content
        assert raw.startswith(b"\xef\xbb\xbf")
        shown = upload(client, f"/agencies/{at}/", raw)
        assert shown.status_code == 200, (at, shown.context["plan"].faults)
        counts = shown.context["counts"]
        assert counts == {"new": 0, "changed": 0, "unchanged": count}, at


def test_another_platform_takes_what_was_written(world: World) -> None:
    """What is read from a file is all that was written into it."""
    _fill(world)
    client = browser(world, "owner")
    raw = client.get("/agencies/assets/export.csv").content
    with system("test"):
        for row in Asset.objects.all():
            row.code = f"OLD-{row.code}"
            row.save()
    at = "/agencies/assets/"
    confirm(client, at, upload(client, at, raw))
    old, new = {}, {}
    for row in stored(Asset):
        values = {
            name: getattr(row, name)
            for name in ("name", "kind", "status", "plate", "seats", "bands", "post_id",
                         "note", "tlp", "level")
        }  # fmt: skip
        place = old if row.code.startswith("OLD-") else new
        place[row.code.removeprefix("OLD-")] = values
    assert old == new
    assert set(new) == {"R-1", "V-1"}


def test_formulas_are_kept_from_running(world: World) -> None:
    client = browser(world, "owner")
    with acting(world.owner):
        assets.create_asset(
            by=world.owner, code="-1", name="=1+1", kind="other", note="'@x"
        )
    raw = client.get("/agencies/assets/export.csv").content.decode("utf-8-sig")
    cells = raw.splitlines()[1].split(",")
    assert (cells[0], cells[1], cells[9]) == ("'-1", "'=1+1", "''@x")
    shown = upload(client, "/agencies/assets/", raw)
    assert shown.context["counts"]["unchanged"] == 1


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@x", "\tx", "'=1", "''=1", "＝1", "＠x"]
)
def test_what_looks_like_a_formula(cell: str) -> None:
    safe = sheets.safe(cell)
    assert safe == f"'{cell}"
    assert not sheets.is_formula(safe)
    assert sheets.plain(safe) == cell
    for harmless in ("x", "1-2", "'tis", "a; b", ""):
        assert sheets.safe(harmless) == harmless == sheets.plain(harmless)


@pytest.mark.parametrize("cell", ["a;=1", 'a; "=1', "a\n+1", "a;'-1;=2", "=1;@x"])
def test_what_looks_like_one_between_semicolons(cell: str) -> None:
    """Where lists are separated by semicolons, a cell begins there."""
    safe = sheets.safe(cell)
    assert not re.search(r"[;\n][\s\"]*[=+\-@]", safe)
    assert sheets.plain(safe) == cell


def test_assets_need_no_more_than_their_names(world: World) -> None:
    client = browser(world, "owner")
    at = "/agencies/assets/"
    text = "code;name;kind;bands;status\nR-9;Set;radio;136-174 fm, 1-2 am;\n"
    confirm(client, at, upload(client, at, text))
    [row] = stored(Asset)
    assert (row.status, row.tlp, row.level, len(row.bands)) == (
        "serviceable", "amber", 0, 2,
    )  # fmt: skip
    wrong = upload(client, at, "code,name,kind,bands\nR-8,Set,radio,loud\n")
    assert faults(wrong) == [(2, "bands", "bad_bands")]
    dog = upload(client, at, "code,name,kind,bands\nR-8,Dog,dog,136-174 FM\n")
    assert faults(dog) == [(2, "bands", "no_radio")]


def test_reading_refuses_what_is_no_text() -> None:
    with pytest.raises(Invalid) as caught:
        sheets.decoded("x".encode("utf-16"))
    assert caught.value.code == "bad_encoding"


def _at(text: str) -> Any:
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromisoformat(text)


def _fill(world: World) -> None:
    from agencies.actions import posts  # noqa: PLC0415
    from agencies.models import State  # noqa: PLC0415

    by, officer = world.owner, world.officers["owner_low"]
    with acting(by):
        post = posts.create_post(by=by, code="P-1", name="Post", place=PLACE)
        personnel.enter_absence(
            officer=officer, kind="sick", starts_at=soon(1), ends_at=soon(9),
            note="- at home", by=by,
        )  # fmt: skip
        for name in ("commander", 'Medic; "level 2", advanced'):
            personnel.certify(
                officer=officer, name=name, expires_on=_at("2027-01-31").date(), by=by
            )
        for territory, ground in (
            ("TJ", {"agreement": world.agreement}), ("UZ", {"authority": "Ministry"}),
        ):  # fmt: skip
            personnel.authorise(
                officer=officer,
                territory=State.objects.get(code=territory),
                valid_from=_at("2026-01-31").date(),
                by=by,
                **ground,  # type: ignore[arg-type]
            )
        assets.create_asset(
            by=by, code="V-1", name="УАЗ-452", kind="vehicle", seats=8, plate="01 KG",
            post=post, status="limited", note="+spare wheel", tlp="green", level=1,
        )  # fmt: skip
        assets.create_asset(
            by=by, code="R-1", name="Set", kind="radio",
            bands=[{"from_mhz": 136, "to_mhz": 174, "mode": "fm"}],
        )  # fmt: skip
    assert {type(r) for r in stored(Authorisation)} == {Authorisation}
