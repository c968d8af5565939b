"""Clock and dice held still: what is asked twice may differ by nothing else."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256
from unittest.mock import patch


class Stillness:
    """Holds the clock still and makes the dice fall the same way, step by step."""

    def __init__(self, began: datetime) -> None:
        """Begin at a moment."""
        self._began = began
        self._dice = random.Random()
        self.now = began
        self.step("begin")

    def step(self, name: str, number: int = 0) -> None:
        """Go on: a second later, and with random numbers of the step's own."""
        self.now = self._began + timedelta(seconds=number)
        self._dice.seed(sha256(f"{number} {name}".encode()).digest())

    def seconds(self) -> float:
        """Return the moment as UNIX time."""
        return self.now.timestamp()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold both for a while."""
        still = self

        class Meta(type):
            def __instancecheck__(cls, other: object) -> bool:
                return isinstance(other, datetime)

        class Still(datetime, metaclass=Meta):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return still.now.astimezone(tz)

        with ExitStack() as patches:
            for name in ("os.urandom", "random._urandom"):
                patches.enter_context(patch(name, self._dice.randbytes))
            for module in ("utils.timezone", "template.defaulttags"):
                patches.enter_context(patch(f"django.{module}.datetime", Still))
            patches.enter_context(patch("time.time", self.seconds))
            yield
