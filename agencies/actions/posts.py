"""Posts of an agency."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from agencies.actions import releases
from agencies.models import Agency, Post
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def create_post(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Post:
    """Register a post of the actor's own agency."""
    require(by, Permission.PLACE_EDIT)
    owner = Agency.objects.get(code=by.agency)
    post = Post(owner=owner, author_id=by.officer_id, **values)
    releases.create(row=post, kind=Kind.POST_CREATED, by=by, release_to=release_to)
    return post


@transaction.atomic
def change_post(*, post: Post, by: Actor, **values: Any) -> Post:
    """Change a post's code, name or place."""
    row = Post.objects.locked(by, post.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    for name, value in values.items():
        setattr(row, name, value)
    row.touch()
    row.save()
    record_event(Kind.POST_CHANGED, by=by, subject=row, detail={"fields": [*values]})
    return row
