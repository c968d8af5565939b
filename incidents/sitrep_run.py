"""One situation report made by a worker: from the claim to the file. It loads Pango."""

import structlog
from django.utils import timezone

from agencies.accounts import actor_of
from agencies.context import acting, system
from agencies.models import Officer
from agencies.policy import Actor
from incidents.actions import sitrep_runs
from incidents.actions.sitrep_runs import Made
from incidents.models import Sitrep, SitrepStep
from incidents.sitrep import code_of, digest, hash_of
from incidents.sitrep_content import draft
from incidents.sitrep_print import printed

log = structlog.get_logger(__name__)


def make_next() -> bool:
    """Make the report that waits longest; return whether there was one."""
    with system("sitrep") as by:
        row = sitrep_runs.claim(by=by)
    if row is None:
        return False
    try:
        _make(row)
    except Exception:
        log.exception("sitrep_failed", sitrep=str(row.pk))
        _fail(row, "error")
    return True


def _make(row: Sitrep) -> None:
    """Make a report under its author's rights of this moment, and no others."""
    with system("sitrep"):
        author = Officer.objects.select_related("agency").get(pk=row.author_id)
        actor = actor_of(author)
    if not _is_theirs(row, actor):
        _fail(row, "rights")
        return
    with acting(actor):
        found = draft(row, author, actor)
    content_hash = hash_of(found.content)
    code = code_of(row, content_hash)
    with system("sitrep") as by:
        if not sitrep_runs.follow(sitrep=row, step=SitrepStep.PRINTING, by=by):
            return
    with timezone.override(row.time_zone):
        pdf = printed(row, found.content, code=code, at=timezone.now())
    made = Made(
        content=found.content,
        holds=found.held,
        tlp=found.tlp,
        level=found.level,
        content_hash=content_hash,
        code=code,
        pdf=pdf,
        pdf_hash=digest(pdf),
    )
    with system("sitrep") as by:
        sitrep_runs.finish(sitrep=row, made=made, by=by)


def _is_theirs(row: Sitrep, actor: Actor) -> bool:
    """Whether the author still is who asked: active, of the agency, of the agreement.

    And still cleared for the row itself, which nothing of the report may exceed.
    """
    if actor.officer_id is None or actor.agency_id != row.agency_id:
        return False
    codes = {membership.agreement for membership in actor.memberships}
    is_party = row.agreement is None or row.agreement.code in codes
    return is_party and actor.clearance >= row.level


def _fail(row: Sitrep, failure: str) -> None:
    with system("sitrep") as by:
        sitrep_runs.fail(sitrep=row, failure=failure, by=by)
