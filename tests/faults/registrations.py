"""One of many programs that register runs at the same time: `python -m tests.faults.registrations DB WHO COUNT`.

Every tenth of its keys is one that all of them use. It prints the id of each run that it was given.
"""

from __future__ import annotations

import sys
from pathlib import Path

from runtime import open_store


def main(db: str, who: str, count: str) -> None:
    with open_store(Path(db)) as store:
        for number in range(int(count)):
            key = f"shared {number}" if number % 10 == 0 else f"{who} {number}"
            print(key, store.service.register("small", {}, key).id, sep="=")


if __name__ == "__main__":
    main(*sys.argv[1:])
