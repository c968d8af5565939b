"""Releases end for good: whoever the grantee has become, and whoever else is at it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions import accounts, posts, releases
from agencies.context import acting, system
from agencies.models import Post, Release
from agencies.tasks import end_expired_releases
from live.models import Event
from tests.world import PLACE, World, soon


def post(world: World, *release_to: str) -> Post:
    by = world.owner
    with acting(by):
        return posts.create_post(
            by=by, code="P1", name="Dostuk", place=PLACE, release_to=release_to
        )


def of(row: Post) -> list[Release]:
    with system("test"):
        return list(Release.objects.of(row))


def sees(world: World, name: str, row: Post) -> bool:
    actor = world.actor(name)
    with acting(actor):
        return Post.objects.visible_to(actor).filter(pk=row.pk).exists()


def ends(row: Post) -> list[dict[str, Any]]:
    """Return what the owner was told of each release that ended."""
    with system("test"):
        told = Event.objects.filter(subject_id=row.pk, kind="post.release_ended")
        return list(told.order_by("at").values_list("detail", flat=True))


def dismiss(world: World) -> None:
    """Deactivate the partner's liaison officer."""
    with acting(world.admin):
        accounts.change_officer(
            officer=world.officers["partner"], by=world.admin, is_active=False
        )


def demote(world: World) -> None:
    """Let the partner's officer be a liaison officer no more."""
    with acting(world.admin):
        accounts.change_officer(
            officer=world.officers["partner"], by=world.admin, roles=["analyst"]
        )


HIDDEN = [
    pytest.param("agreement:KG-TJ", lambda world: world.leave("KG-BS"), id="left"),
    pytest.param("officer:partner", dismiss, id="inactive"),
    pytest.param("officer:partner", demote, id="no liaison"),
]


@pytest.mark.parametrize(("grantee", "hide"), HIDDEN)
def test_a_release_to_whom_one_sees_no_more_is_ended(
    world: World, grantee: str, hide: Any
) -> None:
    row = post(world, grantee, "agency:UZ-BT")
    hide(world)
    [made, other] = sorted(of(row), key=lambda one: one.grantee != grantee)
    with acting(world.owner):
        # Ending another one looks at all that are left.
        releases.revoke(record=row, release_id=other.pk, by=world.owner)
        releases.revoke(record=row, release_id=made.pk, by=world.owner)
    assert [told["grantee"] for told in ends(row)] == ["agency:UZ-BT", grantee]
    assert not sees(world, "partner", row)


@pytest.mark.parametrize(("grantee", "hide"), HIDDEN)
def test_a_new_marking_ends_a_release_to_whom_one_sees_no_more(
    world: World, grantee: str, hide: Any
) -> None:
    row = post(world, grantee)
    hide(world)
    with acting(world.owner):
        posts.change_post(post=row, by=world.owner, tlp="red")
        posts.change_post(post=row, by=world.owner, tlp="amber+strict")
    kept = grantee.startswith("officer")
    assert [one.ended_at is None for one in of(row)] == [kept]
    assert [told["reason"] for told in ends(row)] == [[], ["tlp_forbids"]][not kept]


def test_the_cap_of_an_agreement_left_counts_still(world: World) -> None:
    row = post(world)
    with acting(world.owner):
        posts.change_post(post=row, by=world.owner, tlp="green")
    with acting(world.admin):
        type(world.agreement).objects.filter(code="KG-TJ").update(max_tlp="green")
    with acting(world.owner):
        releases.release(record=row, to="agreement:KG-TJ", by=world.owner)
    world.leave("KG-BS")
    with acting(world.owner):
        posts.change_post(post=row, by=world.owner, tlp="amber")
    assert [told["reason"] for told in ends(row)] == ["agreement_forbids"]


def test_a_release_from_an_older_epoch_is_replaced(world: World) -> None:
    row = post(world, "agreement:KG-TJ")
    world.join("UZ-BT")
    assert not sees(world, "late", row)
    with acting(world.owner):
        releases.release(
            record=row, to="agreement:KG-TJ", by=world.owner, expires_at=soon()
        )
    first, second = of(row)
    assert (first.end_reason, second.ended_at) == ("replaced", None)
    assert sees(world, "late", row)
    with system("test"):
        row.refresh_from_db()
    assert set(row.expiring or {}) == {k for k in row.audience if "KG-TJ" in k}


def test_expired_releases_end_record_first(world: World) -> None:
    row = post(world)
    until = datetime.now(UTC) + timedelta(seconds=0.2)
    with acting(world.owner):
        releases.release(
            record=row, to="agency:TJ-BT", by=world.owner, expires_at=until
        )
    assert end_expired_releases() == 0
    time.sleep(0.25)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert end_expired_releases() == 1
    locks = [q["sql"] for q in asked.captured_queries if "FOR UPDATE" in q["sql"]]
    assert ['FROM "agencies_post"' in sql for sql in locks] == [True, False]
    assert [told["reason"] for told in ends(row)] == ["expired"]
    assert end_expired_releases() == 0
    [made] = of(row)
    with system("test") as by:
        assert not releases.end_expired(
            record_type="post", record_id=row.pk, release_id=made.pk, by=by
        )
