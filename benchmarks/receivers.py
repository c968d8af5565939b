"""Many open sockets in one process of their own, which says when each frame came.

Started by ``benchmarks.fanout``; it gets one JSON object a line and answers with one.
A client library would cost more than the servers that are measured, so that frames are
read here by hand: servers send them whole, short and unmasked (RFC 6455, section 5.2).
"""

import asyncio
import json
import os
import secrets
import sys
import time
from base64 import b64encode
from typing import Any

import uvloop

AT_ONCE = 40
_BEAT = b'{"kind":"beat"'
_TEXT, _CLOSE, _PING = 1, 8, 9


class Receiver(asyncio.Protocol):
    """One socket: its handshake, then the moments at which events came."""

    def __init__(self, host: str, path: str, headers: dict[str, str]) -> None:
        """Keep what the handshake says."""
        key = b64encode(secrets.token_bytes(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}"]
        lines += ["Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.request = "\r\n".join([*lines, "", ""]).encode()
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.frames = 0
        self.is_open = False
        self.last = b""
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Shake hands."""
        self._transport = transport
        transport.write(self.request)

    def connection_lost(self, error: Exception | None) -> None:
        """Remember that the server hung up."""
        self.is_open = False
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError(self.last[:200]))

    def data_received(self, data: bytes) -> None:
        """Take all whole frames out of what came."""
        now = time.monotonic()
        data = self._buffer + data
        start = 0
        if not self.is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self.last = head
            self.is_open = head.startswith(b"HTTP/1.1 101 ")
        while len(data) - start >= 4:
            length, at = data[start + 1], start + 2
            if length == 126:
                length, at = int.from_bytes(data[at : at + 2], "big"), at + 2
            elif length == 127:
                length, at = int.from_bytes(data[at : at + 8], "big"), at + 8
            if len(data) < at + length:
                break
            self._frame(data[start] & 15, data[at : at + length], now)
            start = at + length
        self._buffer = data[start:]

    def _frame(self, kind: int, content: bytes, now: float) -> None:
        if kind == _PING:
            # Masked with zeros.
            head = bytes([0x8A, 0x80 | len(content), 0, 0, 0, 0])
            self._transport.write(head + content)
        elif kind == _CLOSE:
            self.last = content
            self._transport.close()
        elif kind == _TEXT and not content.startswith(_BEAT):
            self.last = content
            if not self.greeted.done():
                self.greeted.set_result(None)
            else:
                self.times.append(now)


async def connect(order: dict[str, Any]) -> list[Receiver]:
    """Open all sockets and wait for the first frame of each."""
    turn = asyncio.Semaphore(AT_ONCE)
    host, port = order["host"], order["port"]
    loop = asyncio.get_running_loop()

    async def one(headers: dict[str, str]) -> Receiver:
        async with turn:
            made = Receiver(f"{host}:{port}", order["path"], headers)
            await loop.create_connection(lambda: made, host, port)
            await asyncio.wait_for(made.greeted, 60)
            return made

    return await asyncio.gather(*(one(headers) for headers in order["sockets"]))


async def collect(sockets: list[Receiver], frames: int, seconds: float) -> None:
    """Wait until each socket has so many events."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if all(len(one.times) >= frames for one in sockets):
            return
        await asyncio.sleep(0.02)


async def main() -> None:
    """Do what is asked, line by line."""
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    sockets: list[Receiver] = []
    while line := await reader.readline():
        order = json.loads(line)
        answer: dict[str, Any] = {}
        began = time.monotonic()
        if order["do"] == "connect":
            sockets = list(await connect(order))
            answer = {"seconds": time.monotonic() - began}
        elif order["do"] == "forget":
            for one in sockets:
                one.times.clear()
        else:
            await collect(sockets, order["frames"], order["seconds"])
            times = [one.times for one in sockets]
            answer = {"times": times, "open": sum(one.is_open for one in sockets)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        os.sched_setaffinity(0, {int(core) for core in sys.argv[1].split(",")})
    uvloop.run(main())
