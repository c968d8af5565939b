"""Posts of an agency."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.errors import Conflict
from agencies.models import Post
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def create_post(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Post:
    """Register a post of the actor's own agency."""
    require(by, Permission.PLACE_EDIT)
    post = Post(owner=agency_of(by), author_id=by.officer_id, **values)
    post.require_marking(by)
    with _codes_are_unique():
        releases.create(row=post, kind=Kind.POST_CREATED, by=by, release_to=release_to)
    return post


@transaction.atomic
def change_post(*, post: Post, by: Actor, **values: Any) -> Post:
    """Change a post's code, name, place or marking."""
    row: Post = Post.objects.locked(by, post.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    is_remarked = {"tlp", "level"} & {k for k in values if getattr(row, k) != values[k]}
    for name, value in values.items():
        setattr(row, name, value)
    row.require_marking(by)
    row.touch()
    with _codes_are_unique():
        row.save()
    if is_remarked:
        releases.withdraw(row, by=by)
    record_event(Kind.POST_CHANGED, by=by, subject=row, detail={"fields": [*values]})
    return row


@contextmanager
def _codes_are_unique() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "post_code" not in str(error):
            raise
        text = _("Your agency has a post with this code.")
        raise Conflict("code_taken", text, pointer="/code") from None
