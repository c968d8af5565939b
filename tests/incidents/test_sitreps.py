"""Situation reports: asked for, made by a worker, read, printed, proved, closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from agencies.models import Release
from agencies.policy import TLP
from incidents import sitrep_print, sitrep_run
from incidents.actions import life, responses, sitrep_runs
from incidents.actions.sitreps import request_sitrep, retry_sitrep
from incidents.models import Sitrep, SitrepPaper, SitrepState, SitrepStep
from incidents.sitrep import digest
from incidents.sitrep_run import make_next
from incidents.tasks import make_sitreps
from live.models import Event
from patrols import actions as patrols
from patrols.models import Patrol
from tests.incidents.conftest import Readers, problem, report, text
from tests.incidents.papers import words
from tests.leaks.makers import MAKERS, own_zone
from tests.world import World

API = "/api/v1/sitreps/"
HOUR = timedelta(hours=1)


def today(world: World, name: str = "owner") -> date:
    """Return the day by the clock of somebody's agency."""
    with timezone.override(world.actor(name).time_zone):
        return timezone.localdate()


def asked(world: World, name: str = "owner", **more: Any) -> Sitrep:
    """Ask for today's report."""
    by = world.actor(name)
    given = {"day_on": today(world, name), "scope": "all"} | more
    with acting(by):
        return request_sitrep(by=by, **given)


def made(world: World, name: str = "owner", **more: Any) -> tuple[Sitrep, SitrepPaper]:
    """Ask for a report and make it."""
    row = asked(world, name, **more)
    assert make_next()
    found = again(row)
    assert found.state == SitrepState.READY, found.failure
    with system("test"):
        return found, SitrepPaper.objects.get(sitrep=row)


def again(row: Sitrep) -> Sitrep:
    """Read a report anew."""
    with system("test"):
        return Sitrep.objects.get(pk=row.pk)


def refs(paper: SitrepPaper, part: str = "incidents") -> list[str]:
    """Return which records a part of a report lists."""
    return [one["ref"] for one in paper.content[part]["rows"]]


def on_paper(text: str, paper: SitrepPaper) -> bool:
    """Whether a text is printed, in however many lines."""
    printed = "".join("".join(words(bytes(paper.pdf))).split())
    return "".join(text.split()) in printed


@contextmanager
def refused(kind: type[Refused], code: str) -> Iterator[None]:
    """Hold that something is refused by a code."""
    with pytest.raises(kind) as found:
        yield
    assert found.value.code == code


def planned(world: World, **more: Any) -> Patrol:
    """Plan a patrol of KG-BS alone."""
    by = world.owner
    with acting(by):
        agency = world.agencies["KG-BS"]
        zone = own_zone(by) or MAKERS["zone"](by, "Z", [])
        return patrols.plan(
            by=by, lead=agency, participants=["KG-BS"], title="P", zone=zone, **more
        )


# --- asking -------------------------------------------------------------------


def test_a_report_is_asked_for_and_made(world: World) -> None:
    row = report(world, title="Packs at the ford")
    sitrep = asked(world)
    assert (sitrep.state, sitrep.level) == (SitrepState.QUEUED, 3)
    assert make_sitreps() == 1
    found = again(sitrep)
    assert (found.state, found.claims, found.lease_until) == ("ready", 1, None)
    assert found.made_at
    assert found.level == row.level == 0
    with system("test"):
        paper = SitrepPaper.objects.get(sitrep=sitrep)
        kinds = Event.objects.filter(subject_id=sitrep.pk).order_by("at")
        assert [e.kind for e in kinds] == ["sitrep.requested", "sitrep.ready"]
        assert {tuple(e.audience) for e in kinds} == {
            (f"officer:{sitrep.author_id}/3",),
            (f"officer:{sitrep.author_id}/0",),
        }
    assert refs(paper) == refs(paper, "open") == [row.ref]
    assert paper.content["incidents"]["counts"]["moderate"] == 1
    assert paper.content["author"]["label"] == "officer:owner"
    assert paper.content["period"]["zones"] == ["Asia/Bishkek", "UTC"]
    assert digest(bytes(paper.pdf)) == found.pdf_hash
    assert make_sitreps() == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scope": "none"}, "invalid_choice"),
        ({"scope": "agreement"}, "bad_agreement"),
        ({"scope": "own", "agreement": "KG-TJ"}, "bad_agreement"),
        ({"scope": "agreement", "agreement": "KZ-UZ"}, "bad_agreement"),
        ({"day_on": date(2000, 1, 1)}, "bad_day"),
        ({"day_on": date(2199, 1, 1)}, "bad_day"),
    ],
)
def test_what_is_asked_for_wrongly(
    world: World, given: dict[str, Any], code: str
) -> None:
    known = {"KG-TJ": world.agreement, "KZ-UZ": world.other_agreement}
    if name := given.get("agreement"):
        given = given | {"agreement": known[name]}
    with pytest.raises(Invalid) as refused:
        asked(world, **given)
    assert refused.value.code == code


def test_only_so_many_wait_at_a_time(world: World) -> None:
    for _n in range(5):
        asked(world)
    with refused(Conflict, "too_many_sitreps"):
        asked(world)
    asked(world, "partner")


def test_systems_have_none(world: World) -> None:
    by = world.client_actor(world.client("KG-BS"))
    with acting(by), refused(Forbidden, "officers_only"):
        request_sitrep(by=by, day_on=today(world), scope="own")


# --- what it says ---------------------------------------------------------------


def test_it_holds_what_its_author_sees_and_no_more(world: World) -> None:
    own = report(world, title="Kept at home")
    shared = report(world, title="Passed on", release_to=["agency:TJ-BT"])
    theirs = report(world, "partner", title="Theirs")
    assert set(refs(made(world)[1])) == {own.ref, shared.ref}
    assert set(refs(made(world, "partner")[1])) == {shared.ref, theirs.ref}
    assert refs(made(world, "partner", scope="own")[1]) == [theirs.ref]
    by_agreement = {"scope": "agreement", "agreement": world.agreement}
    assert set(refs(made(world, "partner", **by_agreement)[1])) == {
        shared.ref,
        theirs.ref,
    }
    row, paper = made(world, "outsider")
    assert refs(paper) == []
    assert "Kept at home" not in "".join(words(bytes(paper.pdf)))
    assert (paper.tlp, paper.level, row.level) == ("amber", 0, 0)


def test_a_place_is_as_sure_on_paper_as_it_was_given(world: World) -> None:
    report(world, place_uncertainty=2400)
    _row, paper = made(world)
    assert "± 2.4 km" in "".join(words(bytes(paper.pdf)))


def test_it_is_marked_as_the_strictest_that_it_names(world: World) -> None:
    report(world, tlp=TLP.GREEN)
    report(world, tlp=TLP.AMBER_STRICT, level=2)
    row, paper = made(world)
    assert (paper.tlp, paper.level, row.level) == ("amber+strict", 2, 2)
    pages = words(bytes(paper.pdf))
    for page in pages:
        assert page.count("TLP:AMBER+STRICT · 2 · confidential") >= 2
        assert row.code in page
    # A colleague who is not cleared for it is not told that it was made.
    assert not Sitrep.objects.visible_to(world.owner_low).filter(pk=row.pk).exists()


def test_steps_and_responses_of_the_day_are_in_it(world: World) -> None:
    row = report(world, release_to=["agency:TJ-BT"])
    for name in ("owner", "partner"):
        by = world.actor(name)
        own = world.agencies[by.agency or ""]
        with acting(by):
            sent = responses.assign(incident=row, agency=own, task="Go", by=by)
            responses.advance(response=sent, state="on_scene", by=by)
    with acting(world.owner):
        life.resolve(incident=row, by=world.owner)
    mine, theirs = made(world)[1], made(world, "partner")[1]
    assert [(one["from"], one["to"]) for one in mine.content["changes"]["rows"]] == [
        ("reported", "responding"),
        ("responding", "resolved"),
    ]
    assert refs(mine) == [row.ref]
    assert refs(mine, "open") == []
    agencies = [one["agency"] for one in mine.content["responses"]["rows"]]
    assert sorted(agencies) == ["KG-BS", "TJ-BT"]
    assert all(one["on_scene_at"] for one in mine.content["responses"]["rows"])
    # The partner sees its own response; the owner's is the owner's.
    told = [one["agency"] for one in theirs.content["responses"]["rows"]]
    assert told == ["TJ-BT"]


def test_patrols_of_the_day_and_of_the_next_are_in_it(world: World) -> None:
    now = timezone.now()
    out = planned(world, starts_at=now + 2 * HOUR, ends_at=now + 8 * HOUR)
    paper = made(world)[1]
    assert out.ref in refs(paper, "outlook")
    assert out.ref not in refs(made(world, "outsider")[1], "outlook")


def test_of_a_day_before_it_says_what_was_open_then(world: World) -> None:
    row = report(world)
    yesterday = today(world) - timedelta(days=1)
    with system("test"):
        # Nobody can report into the past: as if it had come a day ago.
        type(row).objects.filter(pk=row.pk).update(
            created_at=timezone.now() - timedelta(days=1, hours=1),
            occurred_at=timezone.now() - timedelta(days=1, hours=1),
        )
    with acting(world.owner):
        life.close(incident=row, reason="handled", by=world.owner)
    assert refs(made(world, day_on=yesterday)[1], "open") == [row.ref]
    assert refs(made(world)[1], "open") == []


def test_the_same_data_have_the_same_hash(world: World) -> None:
    report(world, title="One")
    yesterday = today(world) - timedelta(days=1)
    first, _paper = made(world, day_on=yesterday)
    second, _paper = made(world, day_on=yesterday)
    assert first.content_hash == second.content_hash
    # Each proves itself.
    assert first.code != second.code
    assert first.pdf_hash != second.pdf_hash


def test_letters_of_all_partners_are_on_paper(world: World) -> None:
    title = "Ӯ Ҷ Ӣ Ҳ Қ Ғ · Ә Ң Ө Ұ Ү І Һ · Oʻzbek gʻoz · Türkmen ýň"
    report(world, title=title)
    paper = made(world)[1]
    assert on_paper(title, paper)


def test_nothing_is_fetched(world: World) -> None:
    report(world, title='<img src="file:///etc/passwd"><b>')
    paper = made(world)[1]
    assert on_paper('<img src="file:///etc/passwd"><b>', paper)
    with pytest.raises(ValueError, match="file:"):
        sitrep_print.Nothing().fetch("file:///etc/passwd")


# --- the worker -----------------------------------------------------------------


def test_rights_that_were_lost_meanwhile_make_it_fail(world: World) -> None:
    given = {"scope": "agreement", "agreement": world.agreement}
    row = asked(world, "partner", **given)
    world.leave("TJ-BT")
    assert make_next()
    assert (again(row).state, again(row).failure) == (SitrepState.FAILED, "rights")
    with system("test"):
        assert not SitrepPaper.objects.exists()
    other = asked(world, "partner")
    with acting(world.admin):
        officer = world.officers["partner"]
        accounts.change_officer(officer=officer, by=world.admin, is_active=False)
    assert make_next()
    assert again(other).failure == "rights"


def test_a_dead_workers_report_is_made_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(world)
    monkeypatch.setattr(sitrep_runs, "LEASE", timedelta(seconds=-1))
    with system("sitrep") as by:
        dead = sitrep_runs.claim(by=by)
    assert dead is not None
    monkeypatch.undo()
    assert make_next()
    assert (again(row).state, again(row).claims) == (SitrepState.READY, 2)
    # The dead one comes back: nothing that it says counts.
    with system("sitrep") as by:
        step = SitrepStep.PRINTING
        assert not sitrep_runs.follow(sitrep=dead, step=step, by=by)
        sitrep_runs.fail(sitrep=dead, failure="error", by=by)
    assert again(row).state == SitrepState.READY


def test_one_that_kills_its_workers_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(world)
    monkeypatch.setattr(sitrep_runs, "LEASE", timedelta(seconds=-1))
    with system("sitrep") as by:
        assert [sitrep_runs.claim(by=by) for _n in range(4)].count(None) == 1
    assert (again(row).state, again(row).failure) == (SitrepState.FAILED, "died")
    monkeypatch.undo()
    with acting(world.owner):
        retry_sitrep(sitrep=again(row), by=world.owner)
    assert make_next()
    assert again(row).state == SitrepState.READY


def test_what_breaks_is_told_and_may_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    row = asked(world)

    def broken(*_given: Any, **_more: Any) -> bytes:
        raise OSError("no space")

    monkeypatch.setattr(sitrep_run, "printed", broken)
    assert make_next()
    assert again(row).failure == "error"
    page = text(readers.owner.get(f"/incidents/sitreps/{row.pk}/"))
    assert "Try again" in page
    monkeypatch.undo()
    sent = readers.owner.send(f"/incidents/sitreps/{row.pk}/act/", {"step": "retry"})
    assert sent.status_code == 302
    assert make_next()
    with acting(world.owner), refused(Conflict, "not_failed"):
        retry_sitrep(sitrep=row, by=world.owner)


# --- reading it -----------------------------------------------------------------


def test_it_is_for_its_author_alone(world: World, readers: Readers) -> None:
    report(world, title="Packs at the ford")
    row, _paper = made(world)
    with acting(world.admin):
        # A colleague of the same clearance.
        officer = world.officers["owner_admin"]
        assert officer.clearance == 3
    nobodys = "00000000-0000-4000-8000-00000000dead"
    for name in ("owner_admin", "owner_low", "partner", "outsider"):
        reader = getattr(readers, name)
        for path in ("", "progress/", "pdf/"):
            hidden = reader.get(f"/incidents/sitreps/{row.pk}/{path}")
            none = reader.get(f"/incidents/sitreps/{nobodys}/{path}")
            assert hidden.status_code == none.status_code == 404
            assert hidden.content == none.content
        for path in ("", "pdf/"):
            hidden = reader.get(f"{API}{row.pk}/{path}")
            assert hidden.status_code == 404
            assert hidden.content == reader.get(f"{API}{nobodys}/{path}").content
        assert reader.get(API).json()["results"] == []
        with acting(world.actor(name)):
            assert not SitrepPaper.objects.filter(sitrep=row).exists()
    with acting(world.actor("owner_admin")), pytest.raises(Forbidden):
        retry_sitrep(sitrep=row, by=world.actor("owner_admin"))
    with acting(world.outsider), pytest.raises(NotFound):
        retry_sitrep(sitrep=row, by=world.outsider)


def test_the_pages_from_asking_to_the_file(world: World, readers: Readers) -> None:
    report(world, title="Packs at the ford")
    base = "/incidents/sitreps/"
    assert "You have asked for none yet." in text(readers.owner.get(base))
    day = today(world).isoformat()
    sent = readers.owner.send(base, {"day_on": day, "scope": "agreement"})
    assert "Name an agreement of your agency" in text(sent)
    sent = readers.owner.send(base, {"day_on": day, "scope": "own"})
    assert sent.status_code == 302
    here = sent["Location"]
    assert "It waits for its turn." in text(readers.owner.get(here))
    assert "It waits for its turn." in text(readers.owner.get(f"{here}progress/"))
    assert make_next()
    assert readers.owner.get(f"{here}progress/")["HX-Refresh"] == "true"
    page = text(readers.owner.get(here))
    with system("test"):
        row = Sitrep.objects.get()
    for part in ("Packs at the ford", row.code, row.pdf_hash, "TLP:AMBER · 0"):
        assert part in page
    assert day[:4] in text(readers.owner.get(base))
    file = readers.owner.get(f"{here}pdf/")
    assert file["Content-Type"] == "application/pdf"
    assert digest(file.content) == row.pdf_hash
    assert file["Content-Disposition"].endswith(f'{day}-{row.code[:4]}.pdf"')
    assert "no-store" in file["Cache-Control"]
    pages = words(file.content)
    assert "Packs at the ford" in pages[0]
    assert all(f"{n} / {len(pages)}" in one for n, one in enumerate(pages, 1))


def test_over_rest(world: World, readers: Readers) -> None:
    report(world, title="Packs at the ford")
    given = {"day_on": today(world).isoformat(), "scope": "all"}
    sent = readers.owner.post(API, given)
    assert sent.status_code == 201
    here = sent["Location"]
    assert sent.json()["state"] == "queued"
    assert problem(readers.owner.get(f"{here}pdf/"))[:2] == (409, "not_ready")
    assert problem(readers.owner.post(f"{here}retry/"))[:2] == (409, "not_failed")
    assert make_next()
    found = readers.owner.get(here).json()
    assert (found["state"], found["scope"]) == ("ready", "all")
    file = readers.owner.client.get(
        f"{here}pdf/", headers={"Accept": "application/pdf"}
    )
    assert digest(file.content) == found["pdf_hash"]
    assert [one["id"] for one in readers.owner.get(API).json()["results"]] == [
        found["id"]
    ]
    bad = readers.owner.post(API, given | {"day_on": "2199-01-01"})
    assert problem(bad) == (400, "bad_day", ["/day_on"])


def test_a_release_that_ends_closes_the_paper(world: World, readers: Readers) -> None:
    row = report(world, title="Packs at the ford", release_to=["agency:TJ-BT"])
    sitrep, _paper = made(world, "partner")
    here = f"/incidents/sitreps/{sitrep.pk}/"
    assert "Packs at the ford" in text(readers.partner.get(here))
    by = world.owner
    with acting(by):
        release = Release.objects.visible_to(by).of(row).get()
        releases.revoke(record=row, release_id=release.pk, by=by)
    page = text(readers.partner.get(here))
    assert "Packs at the ford" not in page
    assert "no longer open to you" in page
    assert readers.partner.get(f"{here}pdf/")["Location"] == here
    refused = readers.partner.get(f"{API}{sitrep.pk}/pdf/")
    assert problem(refused)[:2] == (403, "no_longer_open")
    sent = readers.partner.send(f"{here}act/", {"step": "again"})
    assert make_next()
    assert "Packs at the ford" not in text(readers.partner.get(sent["Location"]))


# --- proving it -----------------------------------------------------------------


def proof(reader: Any, code: str) -> str:
    """Return what the page says of a code."""
    return text(reader.send("/incidents/sitreps/verify/", {"code": code}))


def test_colleagues_prove_what_they_hold(world: World, readers: Readers) -> None:
    report(world, title="Packs at the ford")
    row, _paper = made(world)
    typed = row.code.lower().replace("-", " ")
    for given in (row.code, typed, row.pdf_hash, row.pdf_hash.upper()):
        page = proof(readers.owner_low, given)
        assert "Genuine." in page
        assert "Packs" not in page
    told = readers.owner_low.post(f"{API}verify/", {"code": row.code}).json()
    assert told["is_genuine"]
    assert (told["author"], told["agency"]) == ("owner", "KG-BS")
    kept = readers.owner.get(f"/incidents/sitreps/{row.pk}/pdf/").content
    for content, is_genuine in ((kept, True), (kept + b" ", False)):
        page = text(_upload(readers.owner, content))
        assert ("Genuine." in page) == is_genuine
    assert "Type the code" in text(
        readers.owner.send("/incidents/sitreps/verify/", {"x": "y"})
    )


def _upload(reader: Any, content: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    file = SimpleUploadedFile("report.pdf", content, "application/pdf")
    return reader.client.post("/incidents/sitreps/verify/", {"file": file})


def test_an_outsider_learns_nothing_from_a_code(world: World, readers: Readers) -> None:
    report(world, level=2)
    row, _paper = made(world)
    for name in ("partner", "outsider", "owner_low"):
        reader = getattr(readers, name)
        given = (row.code, "AAAA-BBBB-CCCC-DDDD", row.pdf_hash, "f" * 64, "no-code")
        pages = {
            proof(reader, one).replace(one, "").replace(one.lower(), "")
            for one in given
        }
        texts = {_without_clock(page) for page in pages}
        assert len(texts) == 1
        told = {reader.post(f"{API}verify/", {"code": one}).content for one in given}
        assert len(told) == 1
        assert b'"is_genuine":false' in told.pop()


def _without_clock(page: str) -> str:
    import re  # noqa: PLC0415

    page = re.sub(r'data-drawn="[^"]*"', "", page)
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]*"', "", page)
