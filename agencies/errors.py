"""Refusals, each with an HTTP status and a stable code (RFC 9457)."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A request that is refused; ``code`` is stable, ``detail`` is for people.

    ``pointer`` is a JSON pointer into the request's body (RFC 6901).
    """

    status = 400

    def __init__(
        self, code: str, detail: str | Promise, *, pointer: str | None = None
    ) -> None:
        """Keep code, text and the place of the fault."""
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.pointer = pointer

    def __str__(self) -> str:
        """Give the text for people."""
        return str(self.detail)

    @property
    def parts(self) -> "Sequence[Refused]":
        """What is refused, each with its own place: most often this alone."""
        return [self]


class Invalid(Refused):
    """The input is wrong."""


class Faulty(Invalid):
    """The input is wrong in several places."""

    def __init__(self, faults: Sequence[Invalid]) -> None:
        """Keep the faults; as a whole it reads like any body that is not valid."""
        super().__init__("invalid", _("The request is not valid."))
        self.faults = faults

    @property
    def parts(self) -> "Sequence[Refused]":
        """The faults."""
        return self.faults


class Forbidden(Refused):
    """Visible, but not allowed; ``permission`` is the one that a role lacks, if any."""

    status = 403

    def __init__(
        self,
        code: str,
        detail: str | Promise,
        *,
        pointer: str | None = None,
        permission: str = "",
    ) -> None:
        """Keep what was asked for."""
        super().__init__(code, detail, pointer=pointer)
        self.permission = permission


class NotFound(Refused):
    """Not there, or not visible: one answer for both."""

    status = 404

    def __init__(self) -> None:
        """Say nothing that depends on what exists."""
        super().__init__("not_found", "Not found.")


class Conflict(Refused):
    """The record's state does not allow this now."""

    status = 409


class Stale(Refused):
    """The record has changed since the caller read it."""

    status = 412


class TooLarge(Refused):
    """More than the platform takes."""

    status = 413


class Unsupported(Refused):
    """Of a type that the platform does not take."""

    status = 415


class PreconditionRequired(Refused):
    """A change must say which version it changes."""

    status = 428


class Reused(Refused):
    """An idempotency key came back with another request."""

    status = 422
