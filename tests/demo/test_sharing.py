"""The loaded audiences are those that the releases make; leads and tracks are fair."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from agencies.accounts import actor_of
from agencies.audiences import agreement_audience, officer_audience, reapply
from agencies.context import acting, system
from agencies.models import Agency, Agreement, Officer, Party, Release
from agencies.policy import TLP, Permission
from agencies.records import Owned, guarded_models
from demo import planning
from incidents.models import Incident
from intel.models import Report
from patrols.actions import open_patrols
from patrols.leads import entries, furthest_off, trade_off
from patrols.models import (
    Consent,
    Gap,
    HandOver,
    LeadPlan,
    Patrol,
    Programme,
    Roster,
)
from patrols.rotation import deviations
from tests.demo.conftest import Loaded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def stored() -> dict[str, str]:
    """Return a fingerprint of every audience in the database."""
    found = {}
    with connection.cursor() as cursor:
        for model in guarded_models():
            cursor.execute(
                "SELECT md5(string_agg(concat(id, audience, expiring), ','"
                f' ORDER BY id)) FROM "{model._meta.db_table}"'
            )
            found[model.__name__] = cursor.fetchone()[0]
    return found


def test_applying_the_releases_again_changes_nothing(everything: Loaded) -> None:
    before, count = stored(), 0
    for model in guarded_models():
        if issubclass(model, Owned):
            rows = model.objects.select_related("owner").order_by("pk")
            for row in rows.iterator():
                reapply(row)
                count += 1
    assert count > 1000
    assert stored() == before


def test_accounts_and_agreements_are_open_to_the_right_ones(
    everything: Loaded,
) -> None:
    for officer in Officer.objects.select_related("agency"):
        assert officer.stored_audience == officer_audience(officer), officer
    for agreement in Agreement.objects.all():
        assert agreement.stored_audience == agreement_audience(agreement), agreement


def test_releases_keep_to_marking_and_agreement(everything: Loaded) -> None:
    records = {
        row.pk: row
        for model in (Incident, Report)
        for row in model.objects.select_related("owner")
    }
    released = Release.objects.filter(record_id__in=records)
    joined = {
        (party.agreement_id, party.agency_id): (party.joined_at, party.left_at)
        for party in Party.objects.all()
    }
    assert released.count() > 500
    for release in released.select_related("agreement"):
        row = records[release.record_id]
        assert TLP(row.tlp).admits(release.grantee_kind)
        if release.agreement is None:
            continue
        assert TLP(row.tlp).within(release.agreement.max_tlp)
        begin, end = joined[release.agreement_id, row.owner_id]
        assert begin <= release.created_at < (end or timezone.now())


def test_a_late_party_does_not_see_the_past(everything: Loaded) -> None:
    late = Party.objects.select_related("agency", "agreement").get(joined_epoch__gt=1)
    reader = actor_of(Officer.objects.get(username="liaison.tm"))
    assert reader.agency == late.agency.code
    by_agreement = Release.objects.live().filter(agreement=late.agreement)
    before = by_agreement.filter(epoch__lt=late.joined_epoch)
    since = by_agreement.filter(epoch__gte=late.joined_epoch)
    assert min(since.values_list("created_at", flat=True)) >= late.joined_at
    assert max(before.values_list("created_at", flat=True)) < late.joined_at
    # A record of the past may have come to the newcomer in another way.
    otherwise = Release.objects.live().exclude(pk__in=before)
    past = set(before.values_list("record_id", flat=True))
    past -= set(otherwise.values_list("record_id", flat=True))
    with acting(reader):
        rows = Incident.objects.visible_to(reader).exclude(owner=late.agency)
        seen = set(rows.values_list("pk", flat=True))
    assert past
    assert seen & set(since.values_list("record_id", flat=True))
    assert not seen & past


def test_who_left_sees_nothing_by_the_agreement(everything: Loaded) -> None:
    left = Party.objects.select_related("agency", "agreement").exclude(left_at=None)
    party = left.get()
    reader = actor_of(Officer.objects.filter(agency=party.agency)[0])
    assert not any(party.agreement.code in key for key in reader.keys)


def test_leads_are_fair_after_every_patrol(everything: Loaded) -> None:
    for programme in Programme.objects.all():
        assert_fair(programme)


def test_the_rotation_goes_on_from_there(everything: Loaded) -> None:
    for programme in Programme.objects.select_related("owner"):
        officers = Officer.objects.filter(agency=programme.owner)
        planner = next(
            actor
            for officer in officers
            if (actor := actor_of(officer)).may(Permission.PATROL_PLAN)
        )
        horizon = timezone.now() + timedelta(days=programme.horizon_days)
        with acting(planner):
            # A minute, for the clock has gone on since the load.
            soon = horizon - timedelta(minutes=10)
            assert not open_patrols(programme=programme, upto=soon, by=planner)
            later = horizon + timedelta(days=40)
            assert open_patrols(programme=programme, upto=later, by=planner)
        with system("test"):
            assert assert_fair(programme)[-1] < 1


def assert_fair(programme: Programme) -> list[Fraction]:
    """Nobody is ever a whole lead ahead of or behind its share.

    But where cancellations wait to be made up for. Returns how far whoever is furthest
    off is off after each patrol.
    """
    slots = [one.slot for one in entries(Patrol.objects.all(), programme)]
    assert len(slots) > 10
    off = [max(map(abs, one.values())) for one in deviations(slots)]
    if programme.code == planning.UNSETTLED:
        assert Fraction(3, 2) < max(off) <= 3
    elif programme.code != planning.HANDED_OVER:
        assert max(off) < 1
    else:
        # A hand-over is booked for who took it; what follows evens it out.
        assert max(off) < Fraction(3, 2)
    return off


def test_every_page_of_planners_has_something(everything: Loaded) -> None:
    """Proofs that hold, a curve to choose from, hand-overs, a roster with a gap."""
    call_command("check_leads")
    assert set(LeadPlan.objects.values_list("reason", flat=True)) == {
        "opened", "repaired",
    }  # fmt: skip
    programme = Programme.objects.get(code=planning.UNSETTLED)
    ledger = entries(Patrol.objects.all(), programme)
    now = timezone.now()
    assert furthest_off(ledger, now) >= Fraction(3, 2)
    assert len(trade_off(ledger, now)) >= 3
    states = set(HandOver.objects.values_list("state", flat=True))
    assert states == {"offered", "accepted"}
    assert Consent.objects.current().filter(state="countered").exists()
    roster = Roster.objects.get()
    assert roster.state == "published"
    assert Gap.objects.filter(roster=roster).exists()


def test_tracks_keep_to_their_routes(everything: Loaded) -> None:
    past = Patrol.objects.exclude(last_fix_at=None).order_by("pk")
    some = [str(patrol.pk) for patrol in past[:40]]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(ST_Distance(fix.place::geography, route.line::geography))
            FROM patrols_fix AS fix
            JOIN patrols_patrol AS patrol ON patrol.id = fix.patrol_id
            JOIN patrols_route AS route ON route.id = patrol.route_id
            WHERE fix.patrol_id = ANY (%s::uuid[])
            """,
            [some],
        )
        (furthest_m,) = cursor.fetchone()
        cursor.execute(
            """
            SELECT min(gap), max(gap) FROM (
                SELECT extract(epoch FROM at - lag(at) OVER (
                    PARTITION BY patrol_id ORDER BY at)) AS gap
                FROM patrols_fix WHERE patrol_id = ANY (%s::uuid[])
            ) AS gaps WHERE gap IS NOT NULL
            """,
            [some],
        )
        shortest_s, longest_s = cursor.fetchone()
    assert furthest_m < 40
    assert shortest_s >= 59
    assert longest_s <= 121


def test_the_last_place_is_that_of_the_last_fix(everything: Loaded) -> None:
    for patrol in Patrol.objects.filter(state="under_way"):
        newest = patrol.fixes.order_by("-at")[0]
        assert patrol.last_fix_at == newest.at
        assert patrol.last_place.distance(newest.place) < 1e-6
        assert patrol.last_cell == newest.cell


def test_everybody_has_something_to_look_at(everything: Loaded) -> None:
    observers = Agency.objects.get(code="XX-OBS")
    for officer in Officer.objects.select_related("agency").exclude(agency=None):
        reader = actor_of(officer)
        with acting(reader):
            seen = Incident.objects.visible_to(reader).count()
        # An agency that left its only agreement may well see nothing.
        if Party.objects.present().filter(agency=officer.agency).exists():
            assert seen > 0, officer.username
        if officer.agency == observers:
            assert seen < 80
