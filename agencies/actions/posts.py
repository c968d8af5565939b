"""Posts of an agency."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.models import Post
from agencies.policy import Actor, Permission, require
from live.kinds import Kind


@transaction.atomic
def create_post(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Post:
    """Register a post of the actor's own agency."""
    require(by, Permission.PLACE_EDIT)
    post = Post(owner=agency_of(by), author_id=by.officer_id, **values)
    post.require_marking(by)
    releases.create(row=post, kind=Kind.POST_CREATED, by=by, release_to=release_to)
    return post


@transaction.atomic
def change_post(*, post: Post, by: Actor, **values: Any) -> Post:
    """Change a post's code, name, place or marking."""
    row: Post = Post.objects.locked(by, post.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    row.take(values)
    row.require_marking(by)
    releases.save_changed(row=row, changed=values, kind=Kind.POST_CHANGED, by=by)
    return row
