"""Load on an HTTP server: wrk for many connections at once, http.client for one.

Load and server share the machine's cores, as ``docs/performance.md`` says: what is
measured is the pair, the same for the product and for its limit.
"""

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.system import LOAD_CORES

CONNECTIONS = 8
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)\s*$", re.MULTILINE)
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)


class Failed(Exception):
    """The server did not answer as it should: no figure."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What many connections at once got: requests a second, milliseconds."""

    rate: float
    p50: float
    p99: float


def press(
    url: str, headers: Mapping[str, str], seconds: float, connections: int = CONNECTIONS
) -> Pressed:
    """Ask for one address over several connections, as fast as it answers."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise Failed("wrk is not installed; run bin/setup bench")
    cores = ",".join(str(core) for core in sorted(LOAD_CORES))
    command = ["taskset", "-c", cores, wrk, "-t1", f"-c{connections}"]
    command += [f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "30s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run(
        [*command, url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(f"{url}\n{said}")
    latency = {
        int(percent): float(number) * _UNITS[unit]
        for percent, number, unit in _LATENCY.findall(said)
    }
    rate = _RATE.search(said)
    if rate is None or len(latency) < 2:
        raise Failed(f"{url}\n{said}")
    if not latency[50]:
        # Nothing came back in that time.
        return press(url, headers, seconds * 3, connections)
    return Pressed(float(rate[1]), latency[50], latency[99])


class Caller:
    """One connection that is kept open."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Keep the server's address and what every request says."""
        place = urlsplit(url)
        self.headers = dict(headers)
        self._connection = http.client.HTTPConnection(place.netloc, timeout=60)

    def get(self, path: str) -> bytes:
        """Return the body of a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: bytes, **headers: str) -> bytes:
        """Send a JSON body; return the answer's."""
        return self._ask("POST", path, body, {"Content-Type": "application/json"})

    def seconds(self, path: str) -> float:
        """Return how long one page takes."""
        began = time.perf_counter()
        self.get(path)
        return time.perf_counter() - began

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None, more: dict[str, str]
    ) -> bytes:
        self._connection.request(method, path, body, self.headers | more)
        answer = self._connection.getresponse()
        content = answer.read()
        if not 200 <= answer.status < 300:
            raise Failed(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content
