"""A POST that is sent twice is done once: ``Idempotency-Key``.

The key is claimed by a row, inserted in the request's own transaction: a second
request with the key waits for the first, a refused one leaves the key free, and
the answer is kept together with what it says was done, for 48 hours.
"""

import hashlib
from typing import Any, ClassVar

import orjson
from django.core.exceptions import RequestDataTooBig
from django.core.files.base import File
from django.db import IntegrityError, OperationalError, transaction
from django.http.request import RawPostDataException
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import Conflict, Invalid, NotFound, Reused
from agencies.gateway import TooLarge, actor_of, etag
from agencies.models import IdempotencyKey
from agencies.policy import Actor, Audience, agency_key
from agencies.records import record_model

_LONGEST = 255
# PostgreSQL: lock_not_available, after ``lock_timeout``.
_LOCKED = "55P03"


class AnsweredOnce:
    """Views that answer a repeated POST without doing it again."""

    kwargs: dict[str, Any]
    action: str
    # Actions that change nothing: their answer is made anew, for what one sees now.
    answered_anew: ClassVar[frozenset[str]] = frozenset()
    _claim: IdempotencyKey | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Claim the key, once the request is authorised, or give what was kept."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None:
            return
        if self.action in self.answered_anew:
            return
        if not 0 < len(key) <= _LONGEST or not key.isprintable():
            text = _("Idempotency-Key: 1 to 255 printable characters.")
            raise Invalid("idempotency_key_invalid", text)
        claim = _claim(actor_of(request), key, _fingerprint(request))
        try:
            with transaction.atomic():
                claim.save(force_insert=True)
        except IntegrityError:
            raise _Answered(_kept(actor_of(request), claim)) from None
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != _LOCKED:
                raise
            text = _("A request with this key is still running.")
            raise Conflict("idempotency_key_in_use", text) from None
        self._claim = claim

    def handle_exception(self, error: Exception) -> Response:
        """Let the kept answer out."""
        if isinstance(error, _Answered):
            return error.response
        result: Response = super().handle_exception(error)  # type: ignore[misc]
        return result

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Keep the answer as it leaves."""
        done = super().finalize_response(  # type: ignore[misc]
            request, response, *args, **kwargs
        )
        claim = self._claim
        if claim is not None and done.status_code < 400:
            done.add_post_render_callback(lambda sent: self._keep(claim, sent))
        return done

    def _keep(self, claim: IdempotencyKey, response: Response) -> None:
        claim.status = response.status_code
        claim.body = response.content.decode()
        claim.location = response.get("Location", "")
        data = orjson.loads(claim.body) if claim.body else {}
        # The answer to a verb is given again as long as its record is visible.
        if record := self.kwargs.get("pk") or data.get("id"):
            claim.record_id = record
            claim.record_type = getattr(self, "record_type", "")
        kept = ["status", "body", "location", "record_id", "record_type"]
        claim.save(update_fields=kept)


class _Answered(Exception):
    """Not an error but a way out."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _fingerprint(request: Request) -> str:
    asked = request._request
    if str(asked.content_type).startswith("multipart/"):
        body = _parts(request)
    else:
        try:
            body = asked.body
        except RequestDataTooBig:
            raise TooLarge from None
        except RawPostDataException:
            # Read as a form already; the parser is going to refuse it.
            body = b""
    text = b"\n".join([asked.get_full_path().encode(), body])
    return hashlib.sha256(text).hexdigest()


def _parts(request: Request) -> bytes:
    """Return what a form with files says, however its parts are divided.

    Read by the view's own parser, which refuses it where no files are taken.
    """
    given: Any = request.data
    said = []
    for name, values in sorted(given.lists()):
        for value in values:
            if not isinstance(value, File):
                said.append((name, str(value)))
                continue
            digest = hashlib.file_digest(value, "sha256")
            value.seek(0)
            said.append((name, digest.hexdigest()))
    return orjson.dumps(said)


def _claim(actor: Actor, key: str, fingerprint: str) -> IdempotencyKey:
    claim = IdempotencyKey(actor=actor.label, key=key, fingerprint=fingerprint)
    own = actor.own_keys or (agency_key(actor.agency or "", actor.clearance),)
    claim.open_to(Audience(frozenset(own[:1])))
    return claim


def _kept(actor: Actor, claim: IdempotencyKey) -> Response:
    """Return the answer to the first request with this key."""
    rows = IdempotencyKey.objects.visible_to(actor)
    kept = rows.filter(actor=claim.actor, key=claim.key).first()
    if kept is None or kept.fingerprint != claim.fingerprint:
        text = _("This key belongs to another request.")
        raise Reused("idempotency_key_reused", text)
    if kept.record_type and kept.record_id:
        seen = record_model(kept.record_type).objects.visible_to(actor)
        if not seen.filter(pk=kept.record_id).exists():
            raise NotFound
    data = orjson.loads(kept.body) if kept.body else None
    same = orjson.Fragment(kept.body) if kept.body else None
    response = Response(same, status=kept.status)
    if kept.location:
        response["Location"] = kept.location
    if isinstance(data, dict) and "version" in data:
        response["ETag"] = etag(data["version"])
    return response
