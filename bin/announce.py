"""Wait until the demo is ready, then tell where it is and who may log in."""

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SECONDS = 60


def is_ready(url: str) -> bool:
    """Answer whether everything behind ``url`` works."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def announce() -> None:
    """Print the address and the accounts of ``var/demo.json``."""
    demo = json.loads(Path("var/demo.json").read_text())
    print(f"\nKaraul runs at {demo['url']}\n")
    for account in demo["accounts"]:
        roles = ", ".join(account["roles"])
        print(
            f"  {account['username']:<24} {account['password']:<20}"
            f" {account['agency'] or '-':<8} {roles}"
        )
    print("\nAlso in var/demo.json. Ctrl-C stops everything.\n", flush=True)


def main() -> None:
    """Wait, then announce."""
    end = time.monotonic() + SECONDS
    while not is_ready(sys.argv[1]):
        if time.monotonic() > end:
            sys.exit(f"karaul: {sys.argv[1]} was not ready within {SECONDS} seconds")
        time.sleep(0.3)
    announce()


if __name__ == "__main__":
    main()
