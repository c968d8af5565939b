"""The bounded queue of one connection."""

import asyncio
from typing import Any

import pytest

from agencies.policy import Actor
from live.readers import Credential, Reader
from live.sockets import QUEUE_LENGTH, Code, Frame, Socket

READER = Reader(Credential(is_session=True, secret=""), Actor(label="somebody"), 0)


async def test_order_and_place() -> None:
    """What was sent before is not sent again; a beat always is."""
    sent: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["text"])

    socket = Socket(READER, send)
    socket.put([Frame(4, "4"), Frame(5, "5"), Frame(None, "beat"), Frame(6, "6")])
    task = asyncio.create_task(socket.forward(4))
    await asyncio.sleep(0)
    socket.put([Frame(7, "7")])
    await asyncio.sleep(0.01)
    task.cancel()
    assert sent == ["5", "beat", "6", "7"]
    assert socket.waiting == 0


async def test_one_frame_goes_at_once_unless_the_peer_must_be_waited_for() -> None:
    """Like uvicorn: wait until the peer reads, then write, all in one go."""
    sent: list[str] = []
    writable = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        await writable.wait()
        sent.append(message["text"])

    socket = Socket(READER, send)
    task = asyncio.create_task(socket.forward(4))
    await asyncio.sleep(0)
    writable.set()
    socket.put([Frame(4, "4")])
    socket.put([Frame(5, "5")])
    assert sent == ["5"]
    writable.clear()
    for n in (6, 7):
        socket.put([Frame(n, str(n))])
    assert (sent, socket.waiting) == (["5"], 2)
    await asyncio.sleep(0)
    socket.put([Frame(8, "8")])
    writable.set()
    await asyncio.sleep(0.01)
    assert sent == ["5", "6", "7", "8"]
    socket.put([Frame(9, "9")])
    assert sent[-1] == "9"
    socket.end(Code.RIGHTS_CHANGED)
    socket.put([Frame(10, "10")])
    await asyncio.sleep(0)
    task.cancel()
    assert sent[-1] == "9"


async def test_a_peer_that_is_gone_is_the_own_task_s_business() -> None:
    async def send(message: dict[str, Any]) -> None:
        raise ConnectionResetError

    socket = Socket(READER, send)
    task = asyncio.create_task(socket.forward(0))
    await asyncio.sleep(0)
    socket.put([Frame(1, "1")])
    with pytest.raises(ConnectionResetError):
        await task


async def test_too_slow_is_let_go() -> None:
    """A peer that does not read ends alone, and holds no memory."""

    async def send(message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    socket = Socket(READER, send)

    async def stream() -> None:
        with socket.streaming():
            await socket.forward(0)

    task = asyncio.create_task(stream())
    socket.put([Frame(1, "1")])
    await asyncio.sleep(0)
    socket.put([Frame(n, str(n)) for n in range(2, QUEUE_LENGTH + 2)])
    assert socket.code is None
    socket.put([Frame(QUEUE_LENGTH + 2, "one too many")])
    assert socket.code is Code.TOO_SLOW
    assert socket.waiting == 0
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames do not wait for long, however few: they may have become untrue."""

    async def send(message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    socket = Socket(READER, send)
    monkeypatch.setattr("live.sockets.STUCK_SECONDS", 0.05)
    await asyncio.sleep(0.1)
    assert not socket.is_stuck
    socket.put([Frame(1, "1"), Frame(2, "2")])
    assert not socket.is_stuck
    await asyncio.sleep(0.1)
    assert socket.is_stuck


async def test_ended_before_it_began() -> None:
    """The reason is not lost when the task had no time to start."""

    async def send(message: dict[str, Any]) -> None: ...

    socket = Socket(READER, send)
    socket.end(Code.BAD_CLIENT)
    with pytest.raises(asyncio.CancelledError), socket.streaming():
        pytest.fail("it must not stream")
    assert socket.code is Code.BAD_CLIENT


async def test_the_first_reason_counts() -> None:
    async def send(message: dict[str, Any]) -> None: ...

    socket = Socket(READER, send)
    socket.end(Code.RIGHTS_CHANGED)
    socket.end(Code.BAD_CLIENT)
    assert socket.code is Code.RIGHTS_CHANGED
