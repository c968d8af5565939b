"""Logging in and out, one's own password, sessions that end."""

import time
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.accounts import BEGAN_AT, SEEN_AT, memberships
from agencies.actions import accounts
from agencies.context import acting, system
from agencies.models import Agreement, Officer, Party, RightsVersion
from agencies.tasks import clear_ended_logins
from live.models import Event
from live.readers import Credential, actors
from tests.api.http import token
from tests.world import PASSWORD, World

LOGIN = "/accounts/login/"
PAGE = "/agencies/"
NEW = "quite another phrase 8"


def log_in(client: Client, name: str = "owner", **extra: str) -> Any:
    given = {"username": name, "password": PASSWORD, **extra}
    return client.post(LOGIN, given)


def is_in(client: Client) -> bool:
    answer = client.get(PAGE)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def is_heard(client: Client) -> bool:
    """Whether the live feed takes the session."""
    shown = Credential(is_session=True, secret=client.session.session_key or "")
    return shown in actors([shown])


def test_an_officer_logs_in_and_out(world: World, client: Client) -> None:
    assert not is_in(client)
    answer = log_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    with system("test"):
        assert Officer.objects.get(username="owner").last_login is not None
    before = RightsVersion.current()
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert not is_in(client)
    # Open sockets look at their session again, and it is gone.
    assert RightsVersion.current() != before
    assert not Session.objects.exists()


def test_logging_out_takes_a_post(world: World, client: Client) -> None:
    log_in(client)
    assert client.get("/accounts/logout/").status_code == 405
    assert is_in(client)


def test_logging_out_twice_is_harmless(world: World, client: Client) -> None:
    assert client.post("/accounts/logout/").status_code == 302


def test_log_in_needs_our_own_form(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client).status_code == 403
    assert not is_in(client)


def test_the_session_is_another_after_log_in(world: World, client: Client) -> None:
    """A session that somebody planted before is not the one that is logged in."""
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    log_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("username", "password"),
    [("owner", "wrong"), ("nobody", "wrong"), ("owner", ""), ("x" * 61, "wrong")],
)
def test_who_exists_is_not_told(
    world: World, client: Client, username: str, password: str
) -> None:
    def page(name: str, word: str) -> str:
        other = Client()
        text = other.post(LOGIN, {"username": name, "password": word}).content.decode()
        token = other.cookies["csrftoken"].value
        assert token
        return "\n".join(
            line
            for line in text.replace(f'value="{name}"', "").splitlines()
            if "csrf" not in line
        )

    assert page(username, password) == page("somebody-else", "wrong")


def test_a_closed_account_is_like_a_wrong_password(
    world: World, client: Client
) -> None:
    log_in(client)
    with acting(world.admin):
        accounts.change_officer(
            officer=world.officers["owner"], is_active=False, by=world.admin
        )
    assert not is_in(client), "an open session ends at once"
    assert log_in(client).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    ("given", "goes_to"),
    [
        ("/incidents/?state=open", "/incidents/?state=open"),
        ("https://example.org/", "/"),
        ("//example.org/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_only_our_own_pages_follow(
    world: World, client: Client, given: str, goes_to: str
) -> None:
    assert log_in(client, next=given)["Location"] == goes_to
    assert client.get(LOGIN, {"next": given})["Location"] == goes_to


def test_guessing_is_locked_out(world: World, client: Client) -> None:
    for _guess in range(settings.AXES_FAILURE_LIMIT - 1):
        answer = client.post(LOGIN, {"username": "owner", "password": "wrong"})
        assert answer.status_code == 200
    answer = client.post(LOGIN, {"username": "owner", "password": "wrong"})
    assert answer.status_code == 429
    assert answer["Retry-After"]
    # The right password does not help now, and a name that is none locks alike.
    assert log_in(client).status_code == 429
    assert not is_in(client)
    # From another address the officer gets in: nobody is locked out by a stranger.
    elsewhere = Client(headers={"X-Real-IP": "203.0.113.7"})
    assert log_in(elsewhere).status_code == 302


def test_unknown_names_are_locked_out_alike(world: World, client: Client) -> None:
    codes = [
        client.post(LOGIN, {"username": "nobody", "password": "x"}).status_code
        for _guess in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert codes == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]


def test_a_session_idles_out(world: World, client: Client) -> None:
    log_in(client)
    assert is_in(client)
    assert is_heard(client)
    session = client.session
    session[SEEN_AT] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert not is_heard(client), "nor does the socket take it"
    assert not is_in(client)


def test_a_session_in_use_ends_all_the_same(world: World, client: Client) -> None:
    log_in(client)
    session = client.session
    session[BEGAN_AT] = int(time.time()) - settings.SESSION_COOKIE_AGE - 1
    session.save()
    assert not is_heard(client)
    assert not is_in(client)


def test_what_has_ended_is_cleared_away(world: World, client: Client) -> None:
    log_in(client)
    token(world, "KG-BS")
    clear_ended_logins()
    assert Session.objects.count() == 1
    assert get_access_token_model().objects.count() == 1
    past = timezone.now() - timedelta(days=1)
    Session.objects.update(expire_date=past)
    get_access_token_model().objects.update(expires=past)
    clear_ended_logins()
    assert not Session.objects.exists()
    assert not get_access_token_model().objects.exists()


def test_an_officer_changes_their_password(world: World, client: Client) -> None:
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)
    given = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert client.post("/accounts/password/", given).status_code == 302
    assert is_in(client)
    assert not is_in(elsewhere), "every other session ends"
    assert log_in(Client()).status_code == 200
    assert log_in(Client(), password=NEW).status_code == 302
    # The partner, who knows this liaison officer, hears nothing of it.
    with acting(world.partner):
        assert not Event.objects.filter(kind="officer.changed").exists()


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong", NEW, NEW), (PASSWORD, NEW, NEW + "x"), (PASSWORD, "12345", "12345")],
)
def test_a_password_is_not_changed_for_less(
    world: World, client: Client, old: str, new: str, again: str
) -> None:
    log_in(client)
    given = {"old": old, "new": new, "again": again}
    assert client.post("/accounts/password/", given).status_code == 200
    assert log_in(Client()).status_code == 302


def test_guessing_the_old_password_is_locked_out(world: World, client: Client) -> None:
    log_in(client)
    given = {"old": "wrong", "new": NEW, "again": NEW}
    codes = [
        client.post("/accounts/password/", given).status_code
        for _guess in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert codes[-1] == 429
    given["old"] = PASSWORD
    assert client.post("/accounts/password/", given).status_code == 429


def test_no_secret_is_kept_by_the_lock(world: World, client: Client) -> None:
    client.post(LOGIN, {"username": "owner", "password": "hunter22"})
    log_in(client)
    client.post("/accounts/password/", {"old": "hunter22", "new": NEW, "again": NEW})
    client.post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials",
            "client_id": "x",
            "client_secret": "hunter22",
        },
    )
    kept = [str(vars(attempt)) for attempt in AccessAttempt.objects.all()]
    assert len(kept) >= 2
    assert not [line for line in kept if "hunter22" in line or NEW in line]


def test_memberships_are_remembered_until_rights_change(
    committed: World,
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Outside of transactions, where requests begin; by the day, too."""
    agency = committed.agencies["TJ-BT"].pk
    held = memberships(agency)
    assert [one.agreement for one in held] == ["KG-TJ"]
    with django_assert_num_queries(1):
        assert memberships(agency) == held
    with acting(committed.admin), system("test"):
        # Within a transaction it is looked up: nothing of this is kept.
        Party.objects.filter(agency=agency).update(left_at=timezone.now())
        assert memberships(agency) == ()
        transaction.set_rollback(True)
    assert memberships(agency) == held
    with system("test"):
        today = timezone.now().date()
        Agreement.objects.filter(code="KG-TJ").update(in_force_until=today)
    with monkeypatch.context() as tomorrow:
        later = timezone.now() + timedelta(days=1)
        tomorrow.setattr(timezone, "now", lambda: later)
        assert memberships(agency) == ()
    committed.leave("TJ-BT")
    assert memberships(agency) == ()
