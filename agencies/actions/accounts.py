"""Officers' accounts."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.audiences import officer_audience, reapply_officer, staff_audience
from agencies.context import system
from agencies.errors import Forbidden, Invalid
from agencies.models import Agency, Officer, RightsVersion
from agencies.policy import (
    PLATFORM_KEY,
    Actor,
    Audience,
    Permission,
    Role,
    officer_key,
    require,
)
from live.journal import record as record_event
from live.kinds import Kind

# Only a platform administrator may hand these out or touch those who hold them.
_PLATFORM_ROLES = {Role.PLATFORM_ADMIN}
# What partners see of a liaison officer.
_SHOWN = {"name", "agency", "rank", "call_sign"}


@transaction.atomic
def create_officer(
    *, username: str, password: str, agency: Agency | None, by: Actor, **values: Any
) -> Officer:
    """Create an account; an agency's administrator, for their own agency only."""
    require(by, Permission.ACCOUNT_MANAGE)
    officer = Officer(username=username, agency=agency, **values)
    _require_in_reach(officer, by)
    # First, so that asking for a name costs an account that somebody answers for.
    set_password(officer, password)
    with system("user names are unique"):
        if Officer.objects.filter(username=username).exists():
            raise Invalid(
                "username_taken", _("This user name is taken."), pointer="/username"
            )
    with system("audience"):
        officer.open_to(officer_audience(officer))
    officer.save(force_insert=True)
    record_event(Kind.OFFICER_CREATED, by=by, subject=officer)
    return officer


def first_administrator(*, username: str, password: str) -> Officer:
    """Create a platform administrator; from the command line only."""
    officer = Officer(username=username, name=username, roles=[Role.PLATFORM_ADMIN])
    set_password(officer, password)
    with system("bootstrap") as by:
        officer.open_to(officer_audience(officer))
        officer.save(force_insert=True)
        record_event(Kind.OFFICER_CREATED, by=by, subject=officer)
    return officer


@transaction.atomic
def change_officer(*, officer: Officer, by: Actor, **values: Any) -> Officer:
    """Change an account; rights that shrink close open sockets at once."""
    require(by, Permission.ACCOUNT_MANAGE)
    row: Officer = Officer.objects.locked(by, officer.pk)
    _require_in_reach(row, by)
    password = values.pop("password", "")
    was_liaison = Role.LIAISON in row.roles
    changed = {n for n, value in values.items() if getattr(row, n) != value}
    for name in changed:
        setattr(row, name, values[name])
    _require_in_reach(row, by)
    if password:
        set_password(row, password)
        changed.add("password")
    if not changed:
        return row
    reapply_officer(row)
    row.save()
    RightsVersion.renew()
    is_seen = changed & _SHOWN or was_liaison != (Role.LIAISON in row.roles)
    record_event(
        Kind.OFFICER_CHANGED,
        by=by,
        subject=row,
        audience=None if is_seen else staff_audience(row),
        detail={"fields": sorted(changed)},
    )
    return row


@transaction.atomic
def change_password(*, password: str, by: Actor) -> Officer:
    """Change the actor's own password; whoever else used it is out at once."""
    row: Officer = Officer.objects.locked(by, by.officer_id)
    set_password(row, password)
    row.save(update_fields=["password"])
    RightsVersion.renew()
    # Partners see liaison officers, but have no business with their passwords.
    own = Audience(frozenset({officer_key(row.pk, 0), PLATFORM_KEY}))
    record_event(
        Kind.OFFICER_CHANGED,
        by=by,
        subject=row,
        audience=own,
        detail={"fields": ["password"]},
    )
    return row


@transaction.atomic
def end_sockets(*, by: Actor) -> None:
    """Let every open socket prove its session again, after a log-out."""
    RightsVersion.renew()


def set_password(officer: Officer, password: str) -> None:
    """Set a password that passes the validators; the caller saves."""
    try:
        validate_password(password, officer)
    except ValidationError as error:
        text = " ".join(error.messages)
        raise Invalid("weak_password", text, pointer="/password") from None
    officer.set_password(password)


def _require_in_reach(officer: Officer, by: Actor) -> None:
    if Role.PLATFORM_ADMIN in by.roles:
        return
    is_own = officer.agency_id is not None and officer.agency_id == by.agency_id
    if not is_own or _PLATFORM_ROLES & set(officer.roles):
        raise Forbidden("out_of_reach", _("You manage your own agency's accounts."))
    if officer.clearance > by.clearance:
        raise Forbidden("clearance", _("You cannot give a clearance above your own."))
