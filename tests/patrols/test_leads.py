"""Leads in the product: eligibility, proof, repair, explanation, and who is told."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from agencies.actions import personnel
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden
from agencies.policy import Actor
from live.models import Event
from patrols import actions, lead_plans, leads, rotation_check
from patrols.actions.leads import pass_lead
from patrols.eligibility import Bar
from patrols.models import LeadPlan, Patrol, PatrolState, Programme
from patrols.rotation import Slot
from patrols.tasks import open_patrols
from tests.leaks.stillness import Stillness
from tests.patrols.conftest import Callers, code_of
from tests.patrols.series import a_programme, agree, days_ahead
from tests.world import World


def opened(world: World, programme: Programme, days: float = 9) -> list[Patrol]:
    """Open the next patrols; the owner does."""
    by = world.owner
    with acting(by):
        return actions.open_patrols(programme=programme, upto=days_ahead(days), by=by)


def unfair(world: World, programme: Programme, days: float = 12) -> list[Patrol]:
    """Cancel every patrol that TJ-BT was to lead but the last; return what is left."""
    patrols = opened(world, programme, days)
    theirs = [p for p in patrols if p.lead.code == "TJ-BT"]
    by = world.owner
    with acting(by):
        for patrol in theirs[:-1]:
            actions.cancel(patrol=patrol, reason="Snow", by=by)
    return [p for p in patrols if p not in theirs[:-1]]


def leads_now(world: World, programme: Programme) -> dict[Any, str]:
    """Return the leads by patrol as the owner sees them."""
    with acting(world.owner):
        found = leads.seen_entries(programme, world.owner)
    return {one.id: one.slot.name for one in found}


def plans(world: World, programme: Programme, by: Actor | None = None) -> Any:
    """Return the plans that somebody is shown."""
    by = by or world.owner
    with acting(by):
        return lead_plans.plans(programme, by)


# --- proof ----------------------------------------------------------------------


def test_each_opening_keeps_a_proof_that_stands_alone(world: World) -> None:
    programme = a_programme(world)
    first = opened(world, programme, 5)
    assert opened(world, programme, 5) == []
    more = opened(world, programme, 9)
    newest, oldest = plans(world, programme)
    assert (newest.reason, oldest.reason) == ("opened", "opened")
    assert oldest.patrols == [p.pk for p in first]
    assert newest.patrols == [p.pk for p in [*first, *more]]
    for plan in (newest, oldest):
        assert rotation_check.findings(plan.certificate) == []
        assert plan.is_below_one
        assert plan.reached < 1
    told = [p["lead"] for p in newest.certificate["patrols"]]
    assert told == [p.lead.code for p in [*first, *more]]
    # The checker is no formality: another lead does not add up.
    newest.certificate["patrols"][0]["lead"] = "TJ-BT"
    assert rotation_check.findings(newest.certificate)


def test_leads_that_cannot_be_proved_are_not_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation gone wrong: all leads to one agency, said to be fair."""
    programme = a_programme(world)
    true = lead_plans.proof

    def wrong(*args: Any) -> Any:
        return true(*args) | {"reached": "1/1000"}

    monkeypatch.setattr(lead_plans, "proof", wrong)
    with pytest.raises(Conflict) as refused:
        opened(world, programme)
    assert refused.value.code == "lead_plan_refused"
    with system("test"):
        assert not Patrol.objects.exists()
        assert not LeadPlan.objects.exists()


def test_a_proof_counts_what_its_reader_sees(world: World) -> None:
    programme = a_programme(world)
    patrols = opened(world, programme, 4)
    low = world.partner_low
    (whole,) = plans(world, programme, low)
    with acting(world.owner):
        actions.change(patrol=patrols[1], level=2, by=world.owner)
    (rest,) = plans(world, programme, low)
    assert rest.patrols == [p.pk for p in patrols if p != patrols[1]]
    assert [p["lead"] for p in rest.certificate["patrols"]] == [
        p.lead.code for p in patrols if p != patrols[1]
    ]
    assert rotation_check.findings(rest.certificate) == []
    assert plans(world, programme) == [whole]
    assert plans(world, programme, world.outsider) == []


def told(callers: Callers, programme: Programme, seen: list[Patrol]) -> dict[str, str]:
    """Return all that people without clearance are told of leads, clock held still."""
    pages = [
        f"/patrols/programmes/{programme.pk}/",
        "/patrols/ledger/KG-TJ/?first=2000-01-01&last=2099-12-31",
        "/patrols/ledger/KG-TJ/ledger.csv?first=2000-01-01&last=2099-12-31",
        f"/api/v1/programmes/{programme.pk}/lead-plans/",
        f"/api/v1/ledgers/{programme.agreement_id}/",
        "/patrols/",
    ]
    for patrol in seen:
        pages += [
            f"/patrols/{patrol.pk}/?instead=KG-BS",
            f"/patrols/{patrol.pk}/lead/?instead=TJ-BT",
            f"/api/v1/patrols/{patrol.pk}/",
            f"/api/v1/patrols/{patrol.pk}/lead/",
            f"/api/v1/patrols/{patrol.pk}/lead/?instead=TJ-BT",
        ]
    owners = [
        f"/patrols/programmes/{programme.pk}/leads/?within=default",
        f"/api/v1/programmes/{programme.pk}/leads/?within=1",
    ]
    found: dict[str, str] = {}
    clock = Stillness(datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    for name, caller in (("l", callers.partner_low), ("o", callers.owner_low)):
        # The first page sets a cookie.
        caller.page("/patrols/")
        first, asked_for = len(found), [*pages, *(owners if name == "o" else [])]
        while asked_for:
            at = asked_for.pop(0)
            clock.step(at)
            with clock.held():
                answer = caller.client.get(at)
            found[f"{name} {at}"] = f"{answer.status_code} {answer.content.decode()}"
            if at.endswith("/lead-plans/"):
                proofs = [one["id"] for one in answer.json()["results"]]
                root = f"/patrols/programmes/{programme.pk}/leads"
                asked_for += [f"{root}/{pk}.json" for pk in proofs]
        assert len(found) - first > len(pages)
    return found


def test_no_byte_of_the_leads_depends_on_a_hidden_patrol(
    callers: Callers, world: World
) -> None:
    """Opened, hidden, repaired, stood down: what others see of the programme stays."""
    by, partner = world.owner, world.partner
    programme = a_programme(world)
    with acting(by):
        seen = actions.open_patrols(
            programme=programme, since=days_ahead(-1), upto=days_ahead(4), by=by
        )
        actions.change(patrol=seen[0], ends_at=days_ahead(1), by=by)
    agree(world, seen[0])
    with acting(by):
        actions.start(patrol=seen[0], at=days_ahead(-0.2), by=by)
    with acting(partner):
        actions.seize_lead(patrol=seen[0], reason="No answer", by=partner)
    before = told(callers, programme, seen)

    with acting(by):
        hidden = actions.open_patrols(
            programme=programme, since=days_ahead(-4), upto=days_ahead(14), by=by
        )
        for patrol in hidden:
            actions.change(patrol=patrol, level=2, by=by)
    ahead = [p for p in hidden if p.starts_at > days_ahead(4)]
    theirs = [p for p in ahead if p.lead.code == "TJ-BT"]
    with acting(partner):
        actions.stand_down(patrol=theirs[0], by=partner)
    with acting(by):
        actions.cancel(patrol=theirs[1], reason="Snow", by=by)
        actions.repair_leads(programme=programme, within=Fraction(1), by=by)
    assert len(plans(world, programme)) >= 3
    after = told(callers, programme, seen)
    assert after.keys() == before.keys()
    for at in before:
        assert after[at].splitlines() == before[at].splitlines(), at


def test_kept_proofs_are_checked_again(world: World, capsys: Any) -> None:
    opened(world, a_programme(world), 4)
    call_command("check_leads")
    assert "1 checked, 0 wrong" in capsys.readouterr().out
    with system("test"):
        plan = LeadPlan.objects.get()
        plan.certificate["patrols"][0]["leads"] = {"KG-BS": "7"}
        LeadPlan.objects.filter(pk=plan.pk).update(certificate=plan.certificate)
    with pytest.raises(CommandError):
        call_command("check_leads")


def test_a_lead_named_outside_the_rotation_is_history_of_the_proof() -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    ledger = [
        leads.Entry(uuid4(), at, at, "planned", Slot({"A": 1, "B": 1}, lead), lead)
        for n, lead in enumerate(["A", "C", "B", "A"])
        for at in [start + timedelta(days=n)]
    ]
    told = lead_plans.proof(ledger, start)
    assert told["given"] == 2
    assert rotation_check.findings(told) == []
    assert rotation_check.findings(told | {"given": 0})


# --- who may lead ---------------------------------------------------------------


def certified(world: World, name: str) -> None:
    """Make an officer a qualified commander."""
    by = world.owner if name.startswith("owner") else world.partner
    with acting(by):
        personnel.certify(
            officer=world.officers[name],
            name="Commander",
            authority="A",
            valid_from=date(2020, 1, 1),
            by=by,
        )


def asked(
    world: World, programme: Programme, by: Actor, *, is_asked: bool = True
) -> None:
    """Let the rotation look for an agency's commanders."""
    with acting(by):
        actions.ask_for_commanders(programme=programme, is_asked=is_asked, by=by)


def test_without_a_free_commander_an_agency_that_asked_for_it_is_passed_over(
    world: World,
) -> None:
    programme = a_programme(world)
    asked(world, programme, world.partner)
    certified(world, "partner")
    starts = opened(world, programme, 3)
    assert all(p.barred == {} for p in starts)
    with acting(world.partner):
        personnel.enter_absence(
            officer=world.officers["partner"], kind="leave",
            starts_at=days_ahead(4), ends_at=days_ahead(8), by=world.partner,
        )  # fmt: skip
    later = opened(world, programme, 12)
    away = [p for p in later if p.barred]
    assert 3 <= len(away) <= 5
    for patrol in away:
        assert patrol.barred == {"TJ-BT": Bar.NO_COMMANDER}
        assert (patrol.lead.code, patrol.entitlements) == ("KG-BS", {"KG-BS": 2})
        assert patrol.participants == ["KG-BS", "TJ-BT"]
    # Who could not lead them neither gains nor loses by it.
    assert plans(world, programme)[0].is_below_one


def test_nobody_is_looked_at_who_did_not_ask(callers: Callers, world: World) -> None:
    """No commander is certified at all: partners do not learn it from the leads."""
    programme = a_programme(world)
    patrols = opened(world, programme)
    assert {p.lead.code for p in patrols} == {"KG-BS", "TJ-BT"}
    at = f"programmes/{programme.pk}/commanders/"
    for is_asked in (True, False):
        told = callers.partner.post(at, {"is_asked": is_asked})
        assert told.status_code == 200, told.content
        with acting(world.partner):
            row = Programme.objects.visible_to(world.partner).get()
        assert row.commanders_asked == (["TJ-BT"] if is_asked else [])
    assert callers.outsider.post(at, {"is_asked": True}).status_code == 404
    assert not any(p.barred for p in opened(world, programme, 15))


def test_what_nobody_may_lead_stays_closed_and_is_named(
    callers: Callers, world: World
) -> None:
    programme = a_programme(world, horizon_days=3)
    for by in (world.owner, world.partner):
        asked(world, programme, by)
    certified(world, "owner")
    with acting(world.owner):
        personnel.enter_absence(
            officer=world.officers["owner"], kind="leave",
            starts_at=days_ahead(-1), ends_at=days_ahead(9), by=world.owner,
        )  # fmt: skip
    assert open_patrols() == 0
    page = " ".join(
        callers.partner.page(f"/patrols/programmes/{programme.pk}/")
        .content.decode()
        .split()
    )
    assert "Nobody may lead these" in page
    assert page.count("no qualified commander of it was free") == 6
    certified(world, "partner")
    assert open_patrols() == 3
    with acting(world.owner):
        row = Programme.objects.visible_to(world.owner).get()
    assert row.unled == []


def test_an_agency_stands_down(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    patrols = opened(world, programme)
    before = leads_now(world, programme)
    theirs = next(p for p in patrols if p.lead.code == "TJ-BT")
    sent = callers.partner.send(f"/patrols/{theirs.pk}/stand-down/")
    assert sent.status_code == 302
    after = leads_now(world, programme)
    assert {pk for pk in after if after[pk] != before[pk]} == {theirs.pk}
    assert after[theirs.pk] == "KG-BS"
    page = callers.owner.page(f"/patrols/{theirs.pk}/").content.decode()
    assert "it stood down from this lead" in page
    assert "KG-BS is the only agency entitled to lead" in page
    assert plans(world, programme)[0].reason == "stood_down"
    with system("test"):
        told = Event.objects.filter(subject_id=theirs.pk, kind="patrol.changed")
        assert told.get().detail["fields"] == ["lead"]
    # The last that is left cannot; nor can who is not among them.
    again = callers.owner.post(f"patrols/{theirs.pk}/stand-down/")
    assert (again.status_code, code_of(again)) == (409, "nobody_may_lead")
    again = callers.partner.post(f"patrols/{theirs.pk}/stand-down/")
    assert (again.status_code, code_of(again)) == (403, "not_entitled")


def test_nobody_leaves_the_lead_to_another_once_the_hours_have_passed(
    world: World,
) -> None:
    programme, by = a_programme(world), world.partner
    theirs = next(p for p in opened(world, programme) if p.lead.code == "TJ-BT")
    agree(world, theirs)
    with system("test"):
        hours = {"starts_at": days_ahead(-1), "ends_at": days_ahead(-0.5)}
        Patrol.objects.filter(pk=theirs.pk).update(**hours)
    before = leads_now(world, programme)
    with acting(by), pytest.raises(Conflict) as refused:
        actions.stand_down(patrol=theirs, by=by)
    assert refused.value.code == "over"
    kg = world.agencies["KG-BS"]
    with acting(world.owner), pytest.raises(Conflict) as refused:
        pass_lead(patrol=theirs, lead=kg, by=world.owner)
    assert refused.value.code == "over"
    assert leads_now(world, programme) == before


# --- repair -----------------------------------------------------------------------


def test_repair_changes_what_its_preview_showed(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    unfair(world, programme)
    before = leads_now(world, programme)
    at = f"/patrols/programmes/{programme.pk}/leads/"
    found = callers.owner.get(f"programmes/{programme.pk}/leads/").json()
    assert Fraction(found["deviation"]) > 1
    costs = [one["changed"] for one in found["choices"]]
    assert costs == sorted(set(costs), reverse=True)
    assert costs[-1] == 0
    closest = found["choices"][0]
    shown = callers.owner.page(at, within=closest["within"])
    changes = shown.context["changes"]
    assert len(changes) == closest["changed"] > 0
    given = {"within": closest["within"], "digest": shown.context["digest"]}
    # Somebody was faster: what was shown is no more, and nothing changes.
    with acting(world.owner):
        first = Patrol.objects.visible_to(world.owner).get(pk=changes[0].id)
        actions.cancel(patrol=first, reason="Snow", by=world.owner)
    assert callers.owner.send(at, **given)["Location"] == at
    assert leads_now(world, programme).items() < before.items()
    fresh = callers.owner.page(at, within="1").context
    sent = callers.owner.send(at, within="1", digest=fresh["digest"])
    assert sent["Location"] == f"/patrols/programmes/{programme.pk}/"
    after = leads_now(world, programme)
    changed = {one.id: one.new for one in fresh["changes"]}
    assert {pk: lead for pk, lead in after.items() if lead != before[pk]} == changed
    plan = plans(world, programme)[0]
    assert plan.reason == "repaired"
    assert plan.reached <= 1


def test_rule_of_the_house_leaves_a_small_unfairness_alone(world: World) -> None:
    programme = a_programme(world)
    patrols = opened(world, programme, 12)
    theirs = [p for p in patrols if p.lead.code == "TJ-BT"]
    by = world.owner
    with acting(by):
        actions.cancel(patrol=theirs[0], reason="Snow", by=by)
        assert actions.repair_leads(programme=programme, by=by) == []
        for patrol in theirs[1:-1]:
            actions.cancel(patrol=patrol, reason="Snow", by=by)
        made = actions.repair_leads(programme=programme, by=by)
        ledger = leads.seen_entries(programme, by)
    assert made
    assert leads.furthest_off(ledger, datetime.now(UTC)) <= Fraction(5, 4)


def test_what_goes_out_soon_keeps_its_lead(world: World) -> None:
    programme = a_programme(world)
    left = unfair(world, programme)
    by, partner = world.owner, world.partner
    soon = [p for p in left if p.starts_at < days_ahead(2) - timedelta(minutes=1)]
    assert soon
    for patrol in soon:
        with acting(by):
            actions.agree(patrol=patrol, by=by)
        with acting(partner):
            actions.agree(patrol=patrol, by=partner)
    with acting(by):
        made = actions.repair_leads(programme=programme, within=Fraction(1), by=by)
    assert made
    assert not {one.id for one in made} & {p.pk for p in soon}


def test_a_changed_lead_loses_its_commander_and_is_consented_to_anew(
    world: World,
) -> None:
    programme = a_programme(world)
    left = unfair(world, programme)
    by, partner = world.owner, world.partner
    with acting(by):
        found = leads.repaired(
            leads.seen_entries(programme, by), datetime.now(UTC), Fraction(1)
        )
    patrol = next(p for p in left if p.pk == found[-1].id)
    assert patrol.starts_at > days_ahead(2)
    with acting(by):
        actions.name_commander(patrol=patrol, officer=world.officers["owner"], by=by)
        actions.agree(patrol=patrol, by=by)
    with acting(partner):
        actions.agree(patrol=patrol, by=partner)
    with acting(by):
        actions.repair_leads(programme=programme, within=Fraction(1), by=by)
        row = Patrol.objects.visible_to(by).get(pk=patrol.pk)
    assert (row.lead.code, row.commander_id) == ("TJ-BT", None)
    assert row.state == PatrolState.PROPOSED


def test_only_the_owner_repairs(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    opened(world, programme, 4)
    at = f"/patrols/programmes/{programme.pk}/leads/"
    assert callers.partner.page(at).status_code == 403
    assert callers.partner.post(f"programmes/{programme.pk}/leads/").status_code == 403
    with acting(world.partner), pytest.raises(Forbidden):
        actions.repair_leads(programme=programme, by=world.partner)
    hidden = callers.outsider.page(at)
    nowhere = callers.outsider.page(f"/patrols/programmes/{uuid4()}/leads/")
    assert hidden.status_code == nowhere.status_code == 404
    for wrong in ("1/0", "x", "-1", "9" * 20, "9" * 40):
        assert callers.owner.page(at, within=wrong).status_code == 400
        api = callers.owner.get(f"programmes/{programme.pk}/leads/", within=wrong)
        assert api.status_code == 400
    unreachable = callers.owner.post(
        f"programmes/{programme.pk}/leads/", {"within": "0"}
    )
    assert (unreachable.status_code, code_of(unreachable)) == (409, "unreachable")


# --- explanation --------------------------------------------------------------------


def test_what_if_another_led(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    patrols = opened(world, programme)
    at = f"/patrols/{patrols[0].pk}/lead/"
    told = callers.partner.page(at, instead="TJ-BT").content.decode()
    text = " ".join(told.split())
    assert "If TJ-BT led this patrol, 1 other patrol would have to go" in text
    assert f"/patrols/{patrols[1].pk}/" in told
    api = callers.partner.get(f"patrols/{patrols[0].pk}/lead/", instead="TJ-BT").json()
    assert api["lead"] == "KG-BS"
    assert api["instead"]["changes"][0]["patrol"] == str(patrols[1].pk)
    assert Fraction(api["instead"]["reached"]) < 1
    deadlines = {p["agency"]: p["must_lead_by"] for p in api["parties"]}
    assert deadlines["TJ-BT"]
    owed = {p["agency"]: (p["owed_before"], p["owed_after"]) for p in api["parties"]}
    assert owed == {"KG-BS": ("0", "-1/3"), "TJ-BT": ("0", "1/3")}
    assert callers.partner.page(at, instead="KZ-BS").status_code == 400
    assert callers.partner.get(
        f"patrols/{patrols[0].pk}/lead/", instead="KZ-BS"
    ).status_code == 400  # fmt: skip
    # Without JavaScript the page itself answers.
    page = callers.partner.page(f"/patrols/{patrols[0].pk}/", instead="TJ-BT")
    assert "1 other patrol would have to go" in " ".join(page.content.decode().split())


def test_what_nobody_can_make_up_for_says_who_is_how_far_off(
    callers: Callers, world: World
) -> None:
    programme = a_programme(world, entitlements={"KG-BS": 1, "TJ-BT": 1})
    first, second = opened(world, programme, 2)
    for by in (world.owner, world.partner):
        with acting(by):
            actions.agree(patrol=second, by=by)
    told = callers.owner.page(f"/patrols/{first.pk}/lead/", instead="TJ-BT")
    text = " ".join(told.content.decode().split())
    assert "That could not be evened out: TJ-BT would lead 1 too many." in text


def test_an_explanation_depends_on_what_is_seen_alone(
    callers: Callers, world: World
) -> None:
    """What a reader is told is the same whether there is more or not."""
    programme = a_programme(world)
    patrols = opened(world, programme, 4)
    with acting(world.owner):
        actions.change(patrol=patrols[1], level=2, by=world.owner)

    at = f"/patrols/{patrols[2].pk}/"
    hidden = callers.partner_low.get(f"patrols/{patrols[2].pk}/lead/").json()
    assert hidden["counted"] == 1
    asked_ = callers.partner_low.get(
        f"patrols/{patrols[0].pk}/lead/", instead="TJ-BT"
    ).json()
    assert str(patrols[1].pk) not in str(asked_)
    with acting(world.owner):
        actions.cancel(patrol=patrols[1], reason="Snow", by=world.owner)
    assert callers.partner_low.get(f"patrols/{patrols[2].pk}/lead/").json() == hidden
    assert callers.outsider.page(f"{at}lead/").status_code == 404
    secret = callers.partner_low.page(f"/patrols/{patrols[1].pk}/lead/")
    nowhere = callers.partner_low.page(f"/patrols/{uuid4()}/lead/")
    assert secret.status_code == nowhere.status_code == 404


def test_cancelled_and_single_patrols_have_no_explanation(
    callers: Callers, world: World
) -> None:
    programme = a_programme(world)
    patrol = opened(world, programme, 2)[0]
    with acting(world.owner):
        actions.cancel(patrol=patrol, reason="Snow", by=world.owner)
    assert callers.owner.page(f"/patrols/{patrol.pk}/lead/").status_code == 404
    assert callers.owner.get(f"patrols/{patrol.pk}/lead/").status_code == 404
    page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "counts for nobody" in page


def test_certificates_are_taken_along(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    patrols = opened(world, programme, 4)
    plan = plans(world, programme)[0]
    at = f"/patrols/programmes/{programme.pk}/leads/{plan.id}.json"
    file = callers.partner.page(at)
    assert file["Content-Disposition"].startswith('attachment; filename="DAILY-')
    told = file.json()
    assert told["patrols"] == [str(p.pk) for p in patrols]
    assert told["findings"] == rotation_check.findings(told["certificate"]) == []
    listed = callers.partner.get(f"programmes/{programme.pk}/lead-plans/").json()
    assert [one["id"] for one in listed["results"]] == [str(plan.id)]
    assert callers.outsider.page(at).status_code == 404
    other = callers.partner.page(
        f"/patrols/programmes/{programme.pk}/leads/{uuid4()}.json"
    )
    assert other.status_code == 404
