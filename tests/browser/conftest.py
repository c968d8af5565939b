"""Chromium against the real processes, with everything they must never do recorded.

``look(officer, ...)`` opens a page; at the end of the test it fails on a request to
another origin, on an error in the console and on a script's fault.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from tests.incidents import samples
from tests.stack import ROOT, Stack

SHOTS = ROOT / "var" / "screenshots"
# The one without windows needs two thirds of the processor; not all systems have it.
PROGRAMS = ["chromium-headless-shell", "chromium"]
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    # Old machines and thin clients have no WebGL; everything works without.
    "--disable-3d-apis",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Patience with a machine that does much else, in milliseconds.
expect.set_options(timeout=15_000)
DESK = (1280, 800)
PHONE = (390, 844)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def origin(stack: Stack) -> str:
    """Return the one origin, with its static files gathered."""
    if "proxy" in stack.processes:
        return stack.url
    environment = os.environ | {"DEMO": "1"}
    subprocess.run([ROOT / "bin" / "collect-static"], check=True, env=environment)
    stack.kill("web")
    for name in ("web", "proxy"):
        stack.start(name)
        stack.wait_for(name)
    return stack.url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return the system's Chromium, once for a module.

    Playwright keeps an event loop running, in which no asynchronous test can.
    """
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert path, "apt-get install chromium"
    # Playwright's loop runs in this thread; Django's database calls here are safe,
    # for nothing else runs meanwhile.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=False, args=CHROMIUM
        )
        yield browser
        browser.close()


@dataclass
class Looker:
    """Opens pages as officers and remembers what went wrong in them."""

    stack: Stack
    origin: str
    chromium: Browser
    faults: list[str] = field(default_factory=list)
    # Console errors that a test provokes on purpose.
    expected: str | None = None
    _contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self,
        officer: str | None,
        path: str = "/",
        *,
        size: tuple[int, int] = DESK,
        theme: str = "light",
        **options: Any,
    ) -> Page:
        """Open a page in a browser of its own, logged in as ``officer``."""
        context = self.chromium.new_context(
            base_url=self.origin,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            **options,
        )
        self._contexts.append(context)
        context.add_init_script(f"localStorage.setItem('karaul.theme', '{theme}')")
        if officer:
            cookie = {"name": "sessionid", "value": self.stack.session(officer)}
            context.add_cookies([{**cookie, "url": self.origin}])
        page = context.new_page()
        self.watch(page)
        page.goto(path)
        return page

    def watch(self, page: Page) -> None:
        """Record what must not happen."""

        def request(made: Any) -> None:
            local = ("data:", "blob:", f"{self.origin}/")
            if not made.url.startswith(local):
                self.faults.append(f"foreign request: {made.url}")

        def socket(opened: Any) -> None:
            if not opened.url.startswith(self.origin.replace("http", "ws", 1) + "/"):
                self.faults.append(f"foreign socket: {opened.url}")

        def console(message: Any) -> None:
            if message.type in ("error", "warning"):
                self.faults.append(f"console: {message.text} ({page.url})")

        page.on("request", request)
        page.on("websocket", socket)
        page.on("console", console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def shot(self, page: Page, name: str) -> None:
        """Keep a picture under ``var/screenshots/``, where somebody may look at it."""
        if "CI" in os.environ:
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")

    def close(self) -> None:
        """Close all browsers of the test."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def look(stack: Stack, origin: str, chromium: Browser) -> Iterator[Looker]:
    """Return a way to look at pages; faults fail the test at its end."""
    looker = Looker(stack, origin, chromium)
    yield looker
    looker.close()
    faults = [
        fault
        for fault in looker.faults
        if not (looker.expected and re.search(looker.expected, fault))
    ]
    assert not faults, "\n".join(faults)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo on somebody's disk."""
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(samples.photo(size=(1200, 900)))
    return path
