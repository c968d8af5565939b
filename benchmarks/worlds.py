"""The same session of an outsider, in a world without and one with hidden records.

``tests/leaks`` holds that both read the same; here, that they take the same time. The
clock stands still in such a session, but the stop-watch does not.
"""

import logging
import statistics
from collections.abc import Iterator
from importlib import import_module

from django.test.utils import setup_test_environment, teardown_test_environment

from benchmarks.figures import Figure, percentile
from benchmarks.system import Open, say
from tests.leaks.worlds import medians, pair, transcript

# Beside the world without: within noise.
ALIKE = {"floor": 1.3, "goal": 1.1}


def measure(hidden: int) -> Iterator[Figure]:
    """Yield how long requests take in the fuller world, beside the emptier."""
    # The test run's settings, which no other figure is to see.
    import_module("tests.conftest")
    say(f"two worlds, {hidden} hidden records")
    setup_test_environment()
    logging.disable(logging.ERROR)
    with pair(Open(), hidden=hidden) as worlds:
        without = medians(transcript(worlds.without, worlds.asked))
        within = medians(transcript(worlds.within, worlds.asked))
    logging.disable(logging.NOTSET)
    teardown_test_environment()
    ratios = [within[kind] / without[kind] for kind in without if kind in within]
    value, limit = (statistics.median(one.values()) * 1000 for one in (within, without))
    name = f"outsider's request, {hidden:,} hidden records"
    yield Figure(name, value, "ms", limit, statistics.median(ratios), **ALIKE)
    high = percentile(ratios, 95)
    yield Figure(f"{name}, 95 of 100 kinds of request within", high, "times")
