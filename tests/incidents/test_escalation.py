"""Escalation: whom an agency calls, when, until somebody acknowledges."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.errors import Forbidden, Invalid
from agencies.models import Release
from incidents import on_duty, tasks
from incidents.actions import life, mails, reach, rules
from incidents.models import (
    Escalation,
    EscalationRule,
    Incident,
    MailState,
    Notice,
    Reachability,
)
from live import sequencer
from live.models import Event
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    feed,
    problem,
    report,
    text,
)
from tests.incidents.test_watch import begin, plan
from tests.world import AREA, World

API = "/api/v1/escalation-rules/"
STEPS = [
    {"after": 5, "whom": "on_duty", "mail": False},
    {"after": 10, "whom": "deputy", "mail": True},
    {"after": 15, "whom": "role:liaison", "mail": True},
]


def rule(world: World, by: str = "owner_admin", **more: Any) -> EscalationRule:
    """Add a rule; without more, for everything."""
    actor = world.actor(by)
    with acting(actor):
        return rules.create_rule(by=actor, **{"name": "All", "steps": STEPS} | more)


def look() -> list[Escalation]:
    """Let the platform take up what is new."""
    with system("test"):
        while sequencer.sequence():
            pass
    return tasks.follow_incidents()


def pass_time(minutes: float) -> None:
    """Let all open escalations be older by some minutes."""
    with system("test"):
        for row in Escalation.objects.open():
            row.opened_at -= timedelta(minutes=minutes)
            row.aim()
            row.save()


def called_by(step: int) -> list[str]:
    """Return whom a step has called."""
    with system("test"):
        rows = Notice.objects.filter(step=step).order_by("officer__username")
        return [row.officer.username for row in rows.select_related("officer")]


def told(kind: str) -> list[Event]:
    """Return the events of a kind."""
    with system("test"):
        return list(Event.objects.filter(kind=kind).order_by("at"))


def the_one() -> Escalation:
    """Return the only escalation there is."""
    with system("test"):
        return Escalation.objects.get()


def watch(world: World) -> None:
    """Put the owner's officers on duty."""
    begin(world, plan(world, deputy=world.officers["owner_low"]))


def acknowledge(world: World, incident: Incident, name: str = "owner") -> None:
    by = world.actor(name)
    with acting(by):
        life.acknowledge(incident=incident, by=by)


# --- opened ------------------------------------------------------------------------


def test_what_is_reported_and_what_is_released_waits(world: World) -> None:
    rule(world)
    rule(world, "late", name="Others")
    own = report(world)
    theirs = report(world, "partner", release_to=["agency:KG-BS"])
    report(world, "partner")
    assert {one.incident_id for one in look()} == {own.pk, theirs.pk}
    assert look() == []
    with system("test"):
        assert {one.agency.code for one in Escalation.objects.all()} == {"KG-BS"}


def test_a_release_later_on_counts_from_the_release(world: World) -> None:
    theirs = report(world, "partner")
    rule(world)
    look()
    by = world.partner
    with acting(by):
        releases.release(record=theirs, to="agency:KG-BS", by=by)
    [row] = look()
    [event] = told("incident.released")
    assert (row.opened_at, row.due_at) == (event.at, event.at + timedelta(minutes=5))


def test_the_first_rule_that_fits_counts(world: World) -> None:
    actor = world.owner
    with acting(actor):
        from patrols import actions as patrols  # noqa: PLC0415

        zone = patrols.create_zone(code="Z", name="Z", area=AREA, by=actor)
    last = rule(world, position=30)
    grave = rule(world, position=20, severity="severe", name="Grave")
    drugs = rule(world, position=10, categories=["drugs"], zone=zone, name="Drugs")
    rule(world, position=5, is_active=False, name="Off")
    expected = {
        report(world, category="drugs").pk: drugs,
        report(world, severity="extreme").pk: grave,
        report(world, severity="unknown").pk: last,
    }
    with system("test"):
        far = Incident.objects.get(pk=report(world, category="drugs").pk)
        far.place.x = 60.0
        far.save()
    expected[far.pk] = last
    assert {one.incident_id: one.rule for one in look()} == expected


def test_what_nobody_has_to_acknowledge_is_left_alone(world: World) -> None:
    watch(world)
    rule(world)
    report(world, "owner", title="By the officer on duty")
    report(world, "partner", tlp="red", release_to=["officer:owner"])
    known = report(world, "partner", release_to=["agency:KG-BS"])
    acknowledge(world, known)
    by = world.partner
    over = report(world, "partner", release_to=["agency:KG-BS"])
    with acting(by):
        life.resolve(incident=over, by=by)
    assert look() == []


def test_a_graver_incident_is_looked_at_again(world: World) -> None:
    rule(world, severity="severe")
    row = report(world, severity="minor")
    assert look() == []
    by = world.owner
    with acting(by):
        life.edit(incident=row, severity="extreme", by=by)
    assert [one.incident_id for one in look()] == [row.pk]


# --- step by step ------------------------------------------------------------------


def test_steps_are_taken_each_once_at_their_time(world: World) -> None:
    watch(world)
    rule(world, repeats=1)
    row = report(world, "partner", release_to=["agency:KG-BS"])
    look()
    assert tasks.take_steps() == []
    pass_time(5)
    assert [one.incident_id for one in tasks.take_steps()] == [row.pk]
    assert tasks.take_steps() == []
    assert called_by(0) == ["owner"]
    pass_time(10)
    tasks.take_steps()
    assert called_by(1) == ["owner_low"]
    pass_time(15)
    tasks.take_steps()
    assert called_by(2) == ["owner", "owner_low"]
    pass_time(30)
    assert len([tasks.take_steps() for _again in range(5)]) == 5
    one = the_one()
    assert (one.step, one.due_at, one.ended_at) == (6, None, None)
    assert called_by(5) == ["owner", "owner_low"]
    assert [event.detail["step"] for event in told("escalation.stepped")] == [*range(6)]


def test_who_may_not_see_it_is_not_called(world: World) -> None:
    rule(world, steps=[{"after": 1, "whom": "role:liaison", "mail": False}])
    report(world, "partner", level=2, release_to=["agency:KG-BS"])
    look()
    pass_time(1)
    tasks.take_steps()
    assert called_by(0) == ["owner"]


def test_acknowledging_ends_it_in_the_same_moment(world: World) -> None:
    rule(world)
    row = report(world, "partner", release_to=["agency:KG-BS"])
    look()
    acknowledge(world, row, "owner_low")
    one = the_one()
    assert (one.end, one.due_at) == ("acknowledged", None)
    pass_time(60)
    assert tasks.take_steps() == []
    assert len(told("escalation.ended")) == 1


def test_a_partners_acknowledgement_ends_nothing_of_ours(world: World) -> None:
    rule(world)
    row = report(world, "owner_low", release_to=["agency:TJ-BT"])
    look()
    acknowledge(world, row, "partner")
    assert the_one().ended_at is None


@pytest.mark.parametrize("is_followed", [True, False])
def test_an_incident_that_is_closed_calls_nobody(
    world: World, is_followed: bool
) -> None:
    """By the event, or at the next step if that was faster."""
    watch(world)
    rule(world)
    row = report(world, "partner", release_to=["agency:KG-BS"])
    look()
    by = world.partner
    with acting(by):
        life.close(incident=row, reason="no_action", by=by)
    if is_followed:
        look()
        assert the_one().end == "closed"
    pass_time(5)
    tasks.take_steps()
    assert the_one().end == "closed"
    assert called_by(0) == []
    assert len(told("escalation.ended")) == 1


@pytest.mark.parametrize("is_followed", [True, False])
def test_a_release_that_ends_ends_it_without_a_word(
    world: World, readers: Readers, is_followed: bool
) -> None:
    watch(world)
    rule(world)
    row = report(world, "partner", release_to=["agency:KG-BS"])
    [made] = look()
    by = world.partner
    with acting(by):
        live = Release.objects.visible_to(by).of(row).live().get()
        releases.revoke(record=row, release_id=live.pk, by=by)
    assert_hidden(readers.owner, "get", "/incidents/escalations/{id}/", made.pk)
    before = feed(world, "owner")
    if is_followed:
        look()
    else:
        pass_time(5)
        tasks.take_steps()
    assert the_one().end == "withdrawn"
    assert called_by(0) == []
    assert told("escalation.ended") == told("escalation.stepped") == []
    assert feed(world, "owner") == before
    with acting(by):
        releases.release(record=row, to="agency:KG-BS", by=by)
    assert len(look()) == 1


def test_an_expired_release_calls_nobody(world: World) -> None:
    watch(world)
    rule(world)
    row = report(world, "partner")
    by = world.partner
    with acting(by):
        until = timezone.now() + timedelta(seconds=0.3)
        releases.release(record=row, to="agency:KG-BS", by=by, expires_at=until)
    assert len(look()) == 1
    import time as clock  # noqa: PLC0415

    clock.sleep(0.4)
    # What is read now is read at the time of the transaction's own statement.
    pass_time(5)
    tasks.take_steps()
    assert called_by(0) == []
    assert the_one().end == "withdrawn"


def test_one_that_breaks_keeps_no_other_from_being_called(world: World) -> None:
    watch(world)
    rule(world)
    bad = report(world, "partner", release_to=["agency:KG-BS"])
    look()
    good = report(world, "partner", release_to=["agency:KG-BS"])
    look()
    with system("test"):
        Escalation.objects.filter(incident=bad).update(steps=[{"after": 5}])
    pass_time_of(good)
    pass_time_of(bad)
    tasks.take_steps()
    with system("test"):
        assert Notice.objects.get().incident_id == good.pk


def pass_time_of(incident: Incident) -> None:
    with system("test"):
        moment = timezone.now() - timedelta(seconds=1)
        Escalation.objects.filter(incident=incident).update(due_at=moment)


# --- mail ----------------------------------------------------------------------------


@pytest.fixture
def reachable(world: World, settings: Any) -> World:
    """Officers with addresses, and a mail server."""
    settings.SENDS_MAIL = True
    for name in ("owner", "owner_low"):
        by = world.actor(name)
        with acting(by):
            reach.set_reachability(email=f"{name}@agency.example", by=by)
    watch(world)
    rule(world, steps=[{"after": 1, "whom": "role:liaison", "mail": True}])
    return world


def step(world: World, **more: Any) -> Incident:
    """Report something that then calls everybody."""
    row = report(world, "partner", release_to=["agency:KG-BS"], **more)
    look()
    pass_time_of(row)
    tasks.take_steps()
    return row


def mails_states() -> dict[str, str]:
    with system("test"):
        rows = Notice.objects.select_related("officer")
        return {row.officer.username: row.mail for row in rows}


def test_a_mail_goes_once_and_says_nothing(reachable: World) -> None:
    row = step(reachable)
    assert [tasks.send_mails() for _again in range(2)] == [2, 0]
    assert {one.to[0] for one in mail.outbox} == {
        "owner@agency.example",
        "owner_low@agency.example",
    }
    for one in mail.outbox:
        whole = one.message().as_string()
        for word in (row.title, row.ref, "KG-BS", "TJ-BT", str(row.pk), row.category):
            assert word not in whole
    assert set(mails_states().values()) == {"sent"}


def test_who_may_not_see_it_any_more_gets_no_mail(reachable: World) -> None:
    row = step(reachable)
    by = reachable.partner
    with acting(by):
        live = Release.objects.visible_to(by).of(row).live().get()
        releases.revoke(record=row, release_id=live.pk, by=by)
    assert tasks.send_mails() == 0
    assert not mail.outbox
    assert set(mails_states().values()) == {"dropped"}


def test_who_lost_the_clearance_gets_no_mail(reachable: World) -> None:
    step(reachable, level=2)
    admin = reachable.admin
    with acting(admin):
        accounts.change_officer(
            officer=reachable.officers["owner"], clearance=0, by=admin
        )
    assert tasks.send_mails() == 0
    assert mails_states() == {"owner": "dropped"}


def test_what_is_acknowledged_needs_no_mail(reachable: World) -> None:
    acknowledge(reachable, step(reachable))
    assert tasks.send_mails() == 0
    assert not mail.outbox


def test_who_dies_between_server_and_commit_sends_no_second_mail(
    reachable: World,
) -> None:
    step(reachable)
    officer = reachable.officers["owner"]
    with system("test") as by:
        _address, taken = mails.claim_mail(officer_id=officer.pk, by=by)
    assert len(taken) == 1
    assert tasks.send_mails() == 1
    assert mails_states() == {"owner": "sending", "owner_low": "sent"}
    with system("test") as by:
        assert mails.claim_mail(officer_id=officer.pk, by=by)[1] == []


def test_a_server_that_is_away_is_tried_again(reachable: World, settings: Any) -> None:
    step(reachable)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert tasks.send_mails() == 0
    assert set(mails_states().values()) == {"waiting"}
    assert tasks.send_mails() == 0
    with system("test"):
        rows = Notice.objects.values_list("mail_attempts", flat=True)
        assert list(rows) == [1, 1]
        moment = timezone.now()
        Notice.objects.update(mail_attempts=mails.MOST_ATTEMPTS - 1, mail_due_at=moment)
    tasks.send_mails()
    assert set(mails_states().values()) == {"failed"}


def test_quiet_hours_end_with_one_mail_for_all(reachable: World) -> None:
    by = reachable.owner
    now = timezone.localtime(timezone=on_duty.ZoneInfo("Asia/Bishkek"))
    with acting(by):
        reach.set_reachability(
            quiet_from=(now - timedelta(hours=1)).time(),
            quiet_until=(now + timedelta(hours=1)).time(),
            by=by,
        )
    first, second = step(reachable), step(reachable)
    tasks.send_mails()
    assert [one.to for one in mail.outbox] == [["owner_low@agency.example"]]
    acknowledge(reachable, first)
    with system("test"):
        mine = Notice.objects.filter(officer=by.officer_id)
        waits = set(mine.values_list("mail_due_at", flat=True))
        assert len(waits) == 1
        assert timedelta(minutes=55) < waits.pop() - now < timedelta(minutes=65)
        mine.update(mail_due_at=timezone.now())
    tasks.send_mails()
    assert [one.to for one in mail.outbox[1:]] == [["owner@agency.example"]]
    step(reachable, severity="extreme")
    assert tasks.send_mails() == 2
    with system("test"):
        states = dict(mine.values_list("incident", "mail"))
    assert (states[first.pk], states[second.pk]) == ("dropped", "sent")


@pytest.mark.parametrize(
    ("window", "at", "until"),
    [
        ((22, 6), "2026-06-01T17:00", "2026-06-02T00:00"),
        ((22, 6), "2026-06-01T21:00", "2026-06-02T00:00"),
        ((22, 6), "2026-06-02T00:00", "2026-06-02T00:00"),
        ((12, 14), "2026-06-01T06:30", "2026-06-01T08:00"),
        ((12, 14), "2026-06-01T08:00", "2026-06-01T08:00"),
    ],
)
def test_quiet_hours_are_by_the_agencys_clock(
    window: tuple[int, int], at: str, until: str
) -> None:
    """Bishkek is six hours ahead of UTC."""
    quiet = Reachability(quiet_from=time(window[0]), quiet_until=time(window[1]))
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    due = on_duty.mail_due(quiet, "severe", now, "Asia/Bishkek")
    assert due == datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert on_duty.mail_due(quiet, "extreme", now, "Asia/Bishkek") == now


def test_without_a_server_or_an_address_there_is_no_mail(
    world: World, settings: Any
) -> None:
    watch(world)
    rule(world, steps=[{"after": 1, "whom": "role:liaison", "mail": True}])
    settings.SENDS_MAIL = True
    step(world)
    assert set(mails_states().values()) == {MailState.NONE}


# --- rules ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"steps": []}, "bad_steps"),
        ({"steps": [{"after": 0, "whom": "on_duty", "mail": False}]}, "bad_step"),
        ({"steps": [{"after": 5, "whom": "role:king", "mail": False}]}, "bad_step"),
        ({"steps": [{"after": 5, "whom": "liaison", "mail": False}]}, "bad_step"),
        ({"steps": [{"after": 5, "whom": "officer:partner", "mail": 0}]}, "bad_step"),
        ({"categories": ["weather"]}, "invalid_choice"),
        ({"severity": "awful"}, "invalid_choice"),
        ({"repeats": 99}, "too_many_repeats"),
    ],
)
def test_a_rule_that_calls_nobody_is_refused(
    world: World, values: Any, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        rule(world, **values)
    assert caught.value.code == code


def test_rules_are_kept_by_planners_and_administrators(world: World) -> None:
    with pytest.raises(Forbidden):
        rule(world, "owner_observer")
    assert rule(world, "owner").agency.code == "KG-BS"
    [event] = told("escalationrule.created")
    assert event.detail["steps"] == STEPS


def test_escalations_under_way_keep_their_steps(world: World) -> None:
    made = rule(world)
    report(world, "partner", release_to=["agency:KG-BS"])
    look()
    by = world.owner
    with acting(by):
        rules.change_rule(rule=made, steps=STEPS[:1], is_active=False, by=by)
    assert the_one().steps == STEPS
    report(world, "partner", release_to=["agency:KG-BS"])
    assert look() == []


def form(**more: Any) -> dict[str, Any]:
    """Return a rule as the page sends it."""
    return {
        "name": "Night",
        "position": "10",
        "is_active": "on",
        "severity": "moderate",
        "zone": "",
        "repeats": "1",
        "after_0": "5",
        "whom_0": "on_duty",
        "after_1": "10",
        "whom_1": "officer:owner_low",
        "mail_1": "on",
    } | more


def test_a_rule_by_the_page_tried_before_it_is_saved(
    world: World, readers: Readers
) -> None:
    watch(world)
    shown = report(world, "partner", release_to=["agency:KG-BS"], title="A past one")
    new = "/incidents/rules/new/"
    assert readers.owner_observer.get(new).status_code == 403
    page = text(readers.owner.send(new, form(**{"try": "1"})))
    assert shown.title in page
    assert "Owner_Low" in page[page.index("Who would have been called") :]
    with system("test"):
        assert not EscalationRule.objects.exists()
    half = text(readers.owner.send(new, form(after_2="5")))
    assert "Step 3 needs both a time and somebody to call." in half
    assert readers.owner.send(new, form()).status_code == 302
    with system("test"):
        made = EscalationRule.objects.get()
    assert made.steps == [
        {"after": 5, "whom": "on_duty", "mail": False},
        {"after": 10, "whom": "officer:owner_low", "mail": True},
    ]
    path = f"/incidents/rules/{made.pk}/"
    assert "Night" in text(readers.owner.get(path))
    changed = form(name="Day", version=str(made.version))
    del changed["is_active"]
    assert readers.owner.send(path, changed).status_code == 302
    stale = text(readers.owner.send(path, changed | {"name": "Late"}))
    assert "Somebody changed this" in stale
    page = text(readers.owner_observer.get("/incidents/rules/"))
    assert "Day" in page
    assert "switched off" in page
    for name in ("partner", "outsider"):
        assert_hidden(getattr(readers, name), "get", "/incidents/rules/{id}/", made.pk)
        assert "Day" not in text(getattr(readers, name).get("/incidents/rules/"))


def test_rules_by_the_api(world: World, readers: Readers) -> None:
    body = {"name": "A", "steps": STEPS, "severity": "severe", "categories": ["drugs"]}
    made = readers.owner.post(API, body)
    assert made.status_code == 201, made.content
    assert made.json()["steps"] == STEPS
    path = f"{API}{made.json()['id']}/"
    assert readers.owner.patch(path, {"is_active": False}).status_code == 428
    match = {"If-Match": made["ETag"]}
    assert readers.owner.patch(path, {"is_active": False}, **match).status_code == 200
    assert readers.owner.get(API, is_active="true").json()["results"] == []
    wrong = body | {"steps": [{"after": 5, "whom": "officer:partner"}]}
    assert problem(readers.owner.post(API, wrong))[1] == "bad_step"
    assert readers.owner.post(API, body | {"steps": []}).status_code == 400
    assert readers.owner_observer.post(API, body).status_code == 403
    assert_hidden(readers.partner, "get", f"{API}{{id}}/", made.json()["id"])


# --- what is shown ----------------------------------------------------------------


def test_the_countdown_is_for_ones_own_agency(world: World, readers: Readers) -> None:
    rule(world)
    row = report(world, "partner", release_to=["agency:KG-BS"])
    [made] = look()
    assert made.due_at
    moment = timezone.localtime(made.due_at, on_duty.ZoneInfo("Asia/Bishkek"))
    for path in ("/incidents/open/", "/incidents/", f"/incidents/{row.pk}/"):
        page = text(readers.owner.get(path))
        assert "escalates to the officer on duty" in page
        assert f'datetime="{moment.isoformat()}"' in page
        assert "escalates" not in text(readers.partner.get(path))
    shown = readers.owner.get(f"/api/v1/escalations/{made.pk}/").json()
    assert (shown["incident"], shown["step"]) == (str(row.pk), 0)
    found = readers.owner.get("/api/v1/escalations/", incident=str(row.pk)).json()
    assert [one["id"] for one in found["results"]] == [str(made.pk)]
    assert readers.partner.get("/api/v1/escalations/").json()["results"] == []
    assert_hidden(readers.partner, "get", "/api/v1/escalations/{id}/", made.pk)


def test_an_officer_who_is_called_sees_it_until_it_is_over(
    world: World, readers: Readers
) -> None:
    watch(world)
    rule(world)
    row = report(world, "partner", release_to=["agency:KG-BS"], title="Called about")
    [made] = look()
    bell = "/incidents/calls/"
    assert "has-calls" not in text(readers.owner.get(bell))
    pass_time(5)
    tasks.take_steps()
    assert "has-calls" in text(readers.owner.get(bell))
    assert "has-calls" not in text(readers.owner_low.get(bell))
    assert "Called about" in text(readers.owner.get("/incidents/watch/"))
    page = text(readers.owner_low.get(f"/incidents/escalations/{made.pk}/"))
    assert "Owner" in page
    look()
    told = readers.owner.get("/api/v1/events/", order="newest").json()["results"]
    data = next(one["data"] for one in told if one["ref"]["type"] == "escalation")
    assert (data["incident"], data["owner"]) == (str(row.pk), "TJ-BT")
    acknowledge(world, row, "owner_low")
    assert "has-calls" not in text(readers.owner.get(bell))
    listed = text(readers.owner.get("/incidents/escalations/"))
    assert "acknowledged" in listed


def test_the_worst_call_stands_first_then_the_oldest(
    world: World, readers: Readers
) -> None:
    """And the triangle says what it counts."""
    watch(world)
    rule(world)
    for title, severity in [
        ("Older", "severe"),
        ("Later", "severe"),
        ("Worst", "extreme"),
    ]:
        report(
            world,
            "partner",
            release_to=["agency:KG-BS"],
            title=title,
            severity=severity,
        )
        look()
        pass_time(5)
        tasks.take_steps()
    page = text(readers.owner.get("/incidents/watch/"))
    assert page.index("Worst") < page.index("Older") < page.index("Later")
    assert "3 incidents call you now" in text(readers.owner.get("/incidents/calls/"))


def test_an_own_incident_can_be_acknowledged_while_it_escalates(
    world: World, readers: Readers
) -> None:
    rule(world)
    row = report(world, "owner_low")
    page = f"/incidents/{row.pk}/"
    assert "incident-acknowledge" not in text(readers.owner.get(page))
    look()
    address = f"{page}acknowledge/"
    assert address in text(readers.owner.get(page))
    assert readers.owner.send(address).status_code == 302
    assert the_one().end == "acknowledged"
    assert address not in text(readers.owner.get(page))


def test_one_keeps_ones_own_address_and_hours(world: World, readers: Readers) -> None:
    page = "/incidents/watch/me/"
    sent = {"email": "me@agency.example", "quiet_from": "22:00", "quiet_until": ""}
    assert "a beginning and an end" in text(readers.owner.send(page, sent))
    sent["quiet_until"] = "06:00"
    assert readers.owner.send(page, sent).status_code == 302
    assert "me@agency.example" in text(readers.owner.get(page))
    for name in ("owner_low", "owner_admin", "partner"):
        assert "me@agency.example" not in text(getattr(readers, name).get(page))
    for name in ("owner_admin", "admin"):
        actor = world.everybody[name]
        with acting(actor):
            assert not Reachability.objects.visible_to(actor).exists()


def test_ones_own_waits_in_the_list_while_it_calls(
    world: World, readers: Readers
) -> None:
    """It can be ticked and rings, as others' do, until somebody takes note."""
    rule(world)
    row, others = report(world), "/incidents/open/"
    assert 'data-unseen="0"' in text(readers.owner.get(others))
    look()
    part = text(readers.owner.get(others))
    assert 'data-unseen="1"' in part
    assert f'value="{row.pk}"' in part
    assert f'value="{row.pk}"' in text(readers.owner.get(f"{others}?unseen=on"))
    by = world.owner
    with acting(by):
        life.acknowledge(incident=row, by=by)
    part = text(readers.owner.get(others))
    assert 'data-unseen="0"' in part
    assert f'value="{row.pk}"' not in part
