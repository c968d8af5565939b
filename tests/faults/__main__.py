"""``bin/faults``: cause every fault under load, print what came of it, and judge.

Ends with 1 when anything was lost, leaked or out of order.
"""

import argparse
import logging
import os
import secrets
import signal
import sys
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks.system import say  # noqa: E402
from tests.faults.drill import Drill, Recovery, row  # noqa: E402
from tests.faults.system import PROCESSES, Faulted  # noqa: E402
from tests.faults.verdict import Findings  # noqa: E402

HEAD = "| fault | at | back | write | frame | everyone | task |"
RULE = "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"


def report(drill: Drill, table: list[Recovery], found: Findings) -> str:
    """Return the table, the sums and the verdict."""
    kinds = Counter(write.kind for write in drill.ledger.done)
    lines = [HEAD, RULE, *(row(one) for one in table), ""]
    for name, counts in {
        "acknowledged": kinds,
        "requests sent again after": drill.ledger.failures,
        "sockets ended by": drill.crowd.ends,
        "processes that ended by themselves": Counter(drill.stack.ended),
    }.items():
        told = ", ".join(f"{key} {count}" for key, count in counts.most_common())
        lines.append(f"{name}: {told or 'none'}")
    lines.append(f"frames: {found.frames}, of them known by id: {found.repeats}")
    faults = drill.faults(found)
    lines.append(", ".join(f"{name} {count}" for name, count in faults.items()))
    lines += drill.ledger.refused
    return "\n".join(lines)


def main() -> int:
    """Run; return the exit status."""
    parser = argparse.ArgumentParser(prog="bin/faults")
    parser.add_argument("--seconds", type=float, default=0, help="at least one round")
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--short", action="store_true", help="as in make test")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # So that everything is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    stack = Faulted()
    try:
        stack.up()
        drill = Drill(stack, given.seed, given.sockets, is_short=given.short)
        try:
            table = drill.run(given.seconds)
            found = drill.end()
        finally:
            drill.crowd.close()
        say(report(drill, table, found))
        return int(any(drill.faults(found).values()))
    except Exception:
        for name in PROCESSES:
            say(f"--- {name}\n{stack.log(name)[-2000:]}")
        raise
    finally:
        stack.down()


if __name__ == "__main__":
    sys.exit(main())
