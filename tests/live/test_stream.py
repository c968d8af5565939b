"""The socket, with the real processes: who gets what, from where on, how it ends."""

import json
import time
from contextlib import ExitStack, suppress

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from agencies.actions import accounts, agreements, releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.tasks import end_expired_releases
from incidents.actions import life
from live import cursors, journal
from live.kinds import Kind
from live.models import Event
from live.sockets import Code
from tests.stack import Stack, last_words, next_event, next_frame, wait_until
from tests.world import DUTY

# Rights and sessions are looked at every two seconds at the latest; and a margin.
AT_ONCE = 5.0


def silent(socket: ClientConnection, seconds: float = 0.7) -> bool:
    """Whether no event comes for a while."""
    with suppress(TimeoutError):
        next_event(socket, seconds)
        return False
    return True


def closing_code(socket: ClientConnection, seconds: float = AT_ONCE) -> int:
    """Return the code with which the server closes, past what comes before."""
    last_words(socket, seconds)
    return socket.close_code or 0


def head(stack: Stack, officer: str) -> str:
    """Return the cursor of the newest event that an officer can see."""
    actor = stack.world.actor(officer)

    def is_numbered() -> bool:
        with system("test"):
            return not Event.objects.filter(seq__isnull=True).exists()

    wait_until(is_numbered)
    with acting(actor):
        return cursors.encode(journal.head(actor))


def test_who_gets_what(stack: Stack) -> None:
    """A release reaches its grantee at once, and nobody else ever."""
    with (
        stack.socket(session=stack.session("owner")) as owner,
        stack.socket(session=stack.session("partner")) as partner,
        stack.socket(session=stack.session("partner_low")) as low,
        stack.socket(session=stack.session("outsider")) as outsider,
    ):
        everybody = (owner, partner, low, outsider)
        assert {next_frame(s)["kind"] for s in everybody} == {"hello"}
        with stack.database():
            incident = stack.report("agency:TJ-BT", level=2)
        began = time.monotonic()
        frame = next_event(partner)
        assert time.monotonic() - began < 5
        assert frame["kind"] == "incident.reported"
        assert frame["ref"] == {"type": "incident", "id": str(incident.pk)}
        assert frame["data"]["severity"] == "severe"
        assert next_event(owner) == frame
        assert silent(outsider)
        assert silent(low, 0.1)
        same = stack.get("/api/v1/events/", session=stack.session("partner"))
        assert same.json()["results"][-1] == frame


def test_officers_own(stack: Stack) -> None:
    """What is released to one officer comes to their sockets only, and in order."""
    with (
        stack.socket(session=stack.session("partner")) as partner,
        stack.socket(session=stack.session("partner_low")) as colleague,
    ):
        next_frame(partner), next_frame(colleague)
        with stack.database():
            rows = [
                stack.report("agency:TJ-BT"),
                stack.report("officer:partner"),
                stack.report("agency:TJ-BT"),
            ]
        ids = [str(row.pk) for row in rows]
        assert [next_event(partner)["ref"]["id"] for _ in ids] == ids
        assert [next_event(colleague)["ref"]["id"] for _ in "12"] == ids[::2]
        assert silent(colleague)


def test_resume(stack: Stack) -> None:
    """With a cursor, first what was missed, then what comes; without, from now on."""
    with stack.database():
        cursor = head(stack, "partner")
        missed = [stack.report("agency:TJ-BT") for _ in range(3)]
        head(stack, "partner")
    with stack.socket(session=stack.session("partner"), after=cursor) as socket:
        assert next_frame(socket)["cursor"] == cursor
        with stack.database():
            new = stack.report("agency:TJ-BT")
        ids = [next_event(socket)["ref"]["id"] for _ in range(4)]
        assert ids == [str(row.pk) for row in (*missed, new)]
    with stack.database():
        newest = head(stack, "partner")
    with stack.socket(session=stack.session("partner")) as socket:
        assert next_frame(socket) | {"at": ""} == {
            "kind": "hello", "cursor": newest, "at": "",
        }  # fmt: skip
        assert silent(socket)


@pytest.mark.parametrize("after", ["nonsense", cursors.encode(10**12)])
def test_resync_for_a_cursor_that_makes_no_sense(stack: Stack, after: str) -> None:
    with stack.database():
        newest = head(stack, "partner")
    with stack.socket(session=stack.session("partner"), after=after) as socket:
        assert next_frame(socket)["kind"] == "hello"
        assert next_frame(socket) == {"kind": "resync", "cursor": newest}
        with stack.database():
            incident = stack.report("agency:TJ-BT")
        assert next_event(socket)["ref"]["id"] == str(incident.pk)


def test_resync_for_who_is_too_far_behind(stack: Stack) -> None:
    """More than 1000 visible events are not replayed; others' events do not count."""
    with stack.database():
        partner_at, outsider_at = head(stack, "partner"), head(stack, "outsider")
        incident = stack.report("agency:TJ-BT")
        by = stack.world.owner
        with acting(by):
            for _n in range(1001):
                journal.record(Kind.INCIDENT_CHANGED, by=by, subject=incident)
        newest = head(stack, "partner")
    with stack.socket(session=stack.session("partner"), after=partner_at) as socket:
        assert next_frame(socket)["kind"] == "hello"
        assert next_frame(socket) == {"kind": "resync", "cursor": newest}
        assert silent(socket)
    with stack.socket(session=stack.session("outsider"), after=outsider_at) as socket:
        assert next_frame(socket)["cursor"] == outsider_at
        assert silent(socket)


def test_thousand_are_replayed_in_order(stack: Stack) -> None:
    """Several pages of replay, and events that come meanwhile, each once."""
    with stack.database():
        cursor = head(stack, "partner")
        incident = stack.report("agency:TJ-BT")
        by = stack.world.owner
        with acting(by):
            for _n in range(600):
                journal.record(Kind.INCIDENT_CHANGED, by=by, subject=incident)
        head(stack, "partner")
        with stack.socket(session=stack.session("partner"), after=cursor) as socket:
            last = stack.report("agency:TJ-BT")
            frames = [next_event(socket)]
            while frames[-1]["ref"]["id"] != str(last.pk):
                frames.append(next_event(socket))
    assert len(frames) == len({frame["id"] for frame in frames}) == 602
    places = [cursors.decode(frame["cursor"]) for frame in frames]
    assert places == sorted(places)


# --- at the door


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_cookie_from_a_foreign_page(stack: Stack, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        stack.socket(session=stack.session("partner"), origin=origin)
    assert refused.value.response.status_code == 403


def test_nobody(stack: Stack) -> None:
    with stack.socket() as socket:
        assert closing_code(socket) == Code.NOT_LOGGED_IN
    with stack.socket(session="x" * 32) as socket:
        assert closing_code(socket) == Code.NOT_LOGGED_IN
    with stack.socket(token="made-up") as socket:
        assert closing_code(socket) == Code.NOT_LOGGED_IN


def test_another_address(stack: Stack) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{stack.live_url}other/", proxy=None)
    assert refused.value.response.status_code == 403


def test_bearer(stack: Stack) -> None:
    """An agency's system needs no origin; its token, the scope."""
    with stack.socket(token=stack.token("TJ-BT")) as socket:
        assert next_frame(socket)["kind"] == "hello"
        with stack.database():
            incident = stack.report("agency:TJ-BT")
        assert next_event(socket)["ref"]["id"] == str(incident.pk)
    with stack.socket(token=stack.token("TJ-BT", "incidents:read")) as socket:
        assert closing_code(socket) == Code.RIGHTS_CHANGED
    narrow = stack.get("/api/v1/events/", token=stack.token("TJ-BT", "incidents:read"))
    assert (narrow.status_code, narrow.json()["code"]) == (403, "scope")


def test_what_a_client_may_say(stack: Stack) -> None:
    with stack.socket(session=stack.session("partner")) as socket:
        next_frame(socket)
        socket.send("ping")
        assert next_frame(socket)["kind"] == "beat"
        socket.send("ping")
        assert closing_code(socket) == Code.BAD_CLIENT
    # Again and again: the end may come while the socket is being let in.
    for words in ("{}", b"ping") * 15:
        with stack.socket(session=stack.session("partner")) as socket:
            socket.send(words)
            assert closing_code(socket) == Code.BAD_CLIENT


# --- rights that end


def test_revoked_release(stack: Stack) -> None:
    """The reader gets a tombstone at once and nothing later."""
    with stack.socket(session=stack.session("partner")) as socket:
        next_frame(socket)
        with stack.database():
            incident = stack.report("agency:TJ-BT")
            next_event(socket)
            owner = stack.world.owner
            with acting(owner):
                found = Release.objects.visible_to(owner).of(incident).get()
                releases.revoke(record=incident, release_id=found.pk, by=owner)
            frame = next_event(socket, AT_ONCE)
            assert (frame["kind"], frame["data"]) == ("incident.withdrawn", {})
            with acting(owner):
                life.edit(incident=incident, by=owner, title="Three men")
        assert silent(socket)


def test_expired_release(stack: Stack) -> None:
    """From its moment on nothing comes; the sweep then brings the tombstone."""
    with stack.socket(session=stack.session("partner")) as socket:
        next_frame(socket)
        with stack.database():
            incident = stack.report()
            owner = stack.world.owner
            ends = timezone.now() + timezone.timedelta(seconds=1)
            with acting(owner):
                releases.release(
                    record=incident, to="agency:TJ-BT", by=owner, expires_at=ends
                )
            assert next_event(socket)["kind"] == "incident.released"
            time.sleep(1.1)
            with acting(owner):
                life.edit(incident=incident, by=owner, title="Three men")
            assert silent(socket)
            assert end_expired_releases() == 1
        frame = next_event(socket)
        assert (frame["kind"], frame["data"]) == ("incident.withdrawn", {})


def test_agreement_left(stack: Stack) -> None:
    """Who leaves is closed out, and hears nothing of what comes after."""
    with stack.database():
        stack.world.join("UZ-BT")
    session = stack.session("late")
    with stack.socket(session=session) as socket:
        next_frame(socket)
        with stack.database():
            incident = stack.report("agreement:KG-TJ")
            assert next_event(socket)["ref"]["id"] == str(incident.pk)
            stack.world.leave("UZ-BT")
            later = stack.report("agreement:KG-TJ")
        heard = last_words(socket, AT_ONCE)
        assert socket.close_code == Code.RIGHTS_CHANGED
    assert str(later.pk) not in json.dumps(heard)
    with stack.database():
        cursor = cursors.encode(0)
    with stack.socket(session=session, after=cursor) as socket:
        next_frame(socket)
        with suppress(TimeoutError):
            while True:
                heard.append(next_event(socket, 1))
    assert str(later.pk) not in json.dumps(heard)


def test_officer_disabled(stack: Stack) -> None:
    session = stack.session("owner_observer")
    with stack.socket(session=session) as socket:
        next_frame(socket)
        with stack.database():
            admin = stack.world.admin
            with acting(admin):
                accounts.change_officer(
                    officer=stack.world.officers["owner_observer"],
                    by=admin,
                    is_active=False,
                )
            stack.report()
        assert closing_code(socket) == Code.RIGHTS_CHANGED
    with stack.socket(session=session) as socket:
        assert closing_code(socket) == Code.NOT_LOGGED_IN


def test_role_taken(stack: Stack) -> None:
    def give(*roles: str) -> None:
        with stack.database():
            officer, admin = stack.world.officers["owner_low"], stack.world.admin
            with acting(admin):
                accounts.change_officer(officer=officer, by=admin, roles=roles)

    with stack.socket(session=stack.session("owner_low")) as socket:
        next_frame(socket)
        give()
        assert closing_code(socket) == Code.RIGHTS_CHANGED
    # Other tests know this officer too.
    give(*DUTY)


def test_session_gone(stack: Stack) -> None:
    """Logged out, expired or idle: each closes; another session of theirs stays."""
    sessions = [stack.session("partner") for _ in range(4)]
    with ExitStack() as sockets:
        opened = [
            sockets.enter_context(stack.socket(session=session)) for session in sessions
        ]
        for socket in opened:
            next_frame(socket)
        with stack.database():
            logged_out, expired, idle = (
                Session.objects.get(pk=s) for s in sessions[:3]
            )
            logged_out.delete()
            expired.expire_date = timezone.now()
            expired.save()
            data = idle.get_decoded() | {"seen_at": 1}
            idle.session_data = Session.get_session_store_class()().encode(data)
            idle.save()
        for socket in opened[:3]:
            assert closing_code(socket) == Code.RIGHTS_CHANGED
        assert silent(opened[3], 0.1)


def test_token_gone(stack: Stack) -> None:
    token = stack.token("KZ-BS")
    with stack.socket(token=token) as socket:
        next_frame(socket)
        with stack.database():
            rows = get_access_token_model().objects.filter(token=token)
            assert rows.update(expires=timezone.now()) == 1
        assert closing_code(socket) == Code.RIGHTS_CHANGED


def test_agreement_lapses(stack: Stack) -> None:
    """A change of the calendar counts too, though nobody acted."""
    with stack.database():
        day = timezone.now().date()
        admin = stack.world.admin
        with acting(admin):
            agreement = agreements.create_agreement(
                code=f"AB-{time.monotonic_ns()}",
                name="Soon over",
                signed_on=day,
                in_force_from=day,
                purposes=["incident"],
                parties={stack.world.agencies["KZ-BS"]: 1},
                by=admin,
            )
    with stack.socket(session=stack.session("outsider")) as socket:
        next_frame(socket)
        with stack.database(), system("test"):
            agreement.in_force_from = day + timezone.timedelta(days=1)
            agreement.save()
        assert closing_code(socket) == Code.RIGHTS_CHANGED
