"""An agency's system as it talks to the API: tokens, retries, back-off."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import structlog

log = structlog.get_logger(__name__)

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 30.0
_ATTEMPTS = 6
Json = dict[str, Any]


class Away(Exception):
    """The platform does not answer, or not in its right mind; try again later."""


class Refused(Exception):
    """The platform understood and said no; trying again would not help."""

    def __init__(self, status: int, code: str) -> None:
        """Keep both."""
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Stopped(Exception):
    """The simulator was told to stop in the middle of something."""


@contextmanager
def refusals_are_fine(agency: str) -> Iterator[None]:
    """Go on when the platform refuses: a person may have been faster."""
    try:
        yield
    except Refused as refusal:
        log.info("refused", agency=agency, why=str(refusal))


class Platform:
    """One address, one pool of connections; every call gives up when told to stop."""

    def __init__(self, url: str, stop: threading.Event) -> None:
        """Open nothing yet."""
        self.http = httpx.Client(base_url=url, timeout=10.0)
        self.stop = stop

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def wait(self, seconds: float) -> None:
        """Sleep, unless told to stop."""
        if self.stop.wait(seconds):
            raise Stopped

    def wait_until_ready(self) -> None:
        """Wait for ``/readyz``."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                if self.http.get("/readyz").status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            self.wait(wait_s)
            wait_s = min(wait_s * 1.5, 5.0)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request; faults of the line and of the server are ``Away``."""
        if self.stop.is_set():
            raise Stopped
        try:
            answer = self.http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Away(type(error).__name__) from None
        is_busy = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        if answer.is_server_error or is_busy:
            raise Away(f"{answer.status_code} {path}")
        return answer


class AgencyClient:
    """The API as one agency's system uses it."""

    def __init__(self, platform: Platform, access: Json) -> None:
        """Take a client as ``var/demo.json`` names it."""
        self.platform = platform
        self.agency: str = access["agency"]
        self._credentials = (access["client_id"], access["client_secret"])
        self._token, self._until = "", 0.0

    def get(self, path: str, **query: Any) -> Json:
        """Return what a path under ``/api/v1/`` holds."""
        found = self._call("GET", path, params=query)
        return found if isinstance(found, dict) else {}

    def rows(self, path: str, **query: Any) -> list[Json]:
        """Return the first page of a list."""
        rows = self.get(path, **query).get("results", [])
        return rows if isinstance(rows, list) else []

    def post(self, path: str, body: Json | None = None, *, once: bool = True) -> Json:
        """Do something exactly once: a repetition bears the same key."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if once else {}
        found = self._call("POST", path, json=body or {}, headers=headers)
        return found if isinstance(found, dict) else {}

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """Send with patience; ``Away`` after the last attempt."""
        wait_s = _FIRST_WAIT_S
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._call_once(method, path, **options)
            except Away as error:
                log.info("platform_away", agency=self.agency, error=str(error))
                if attempt == _ATTEMPTS:
                    raise
            self.platform.wait(wait_s)
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        return None

    def _call_once(self, method: str, path: str, **options: Any) -> Any:
        answer = self._send(method, path, **options)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            # Revoked, or from before the database was made anew.
            self._token = ""
            answer = self._send(method, path, **options)
        if answer.is_error:
            raise Refused(answer.status_code, _code(answer))
        if not answer.is_success:
            raise Away(f"{answer.status_code} {path}")
        return _json(answer)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {})}
        headers["Authorization"] = f"Bearer {self._fresh_token()}"
        url = f"/api/v1/{path}"
        return self.platform.send(method, url, headers=headers, **options)

    def _fresh_token(self) -> str:
        if not self._token or time.monotonic() > self._until:
            form = {"grant_type": "client_credentials"}
            answer = self.platform.send(
                "POST", "/oauth/token/", data=form, auth=self._credentials
            )
            if answer.is_error:
                raise Refused(answer.status_code, _code(answer))
            given = _json(answer)
            self._token = str(given["access_token"])
            self._until = time.monotonic() + 0.9 * float(given["expires_in"])
        return self._token


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else {}
    except ValueError:
        raise Away(f"not JSON: {answer.url.path}") from None


def _code(answer: httpx.Response) -> str:
    """Return the stable code of an error (RFC 9457), or nothing."""
    try:
        problem = answer.json()
    except ValueError:
        return ""
    if not isinstance(problem, dict):
        return ""
    return str(problem.get("code") or problem.get("error") or "")
