"""`python -m tests.simulation.mutated NUMBER`: one mutation, and what catches it.

Prints a line: `caught SECONDS BY`, or `survived SECONDS`. Seconds are those of the processor, of which there are fewer
than a minute.
"""

from __future__ import annotations

import sys
import time
from typing import Final

from tests.simulation.mutations import MUTATIONS, Mutation, install

_SECONDS: Final = 50.0
_FEW: Final = 60
_MOST_SEEDS: Final = 1_500


def main(number: int) -> None:
    install(MUTATIONS[number])
    began = time.process_time()
    until = began + _SECONDS
    by = _by_machine() if _is_of_the_store(MUTATIONS[number]) else ""
    by = by or _by_seeds(range(_FEW), until) or _by_sweep() or _by_seeds(range(_FEW, _MOST_SEEDS), until)
    took = time.process_time() - began
    print(f"caught {took:.1f} {by}" if by else f"survived {took:.1f}")


def _is_of_the_store(mutation: Mutation) -> bool:
    """Whether a caller of the store alone can see it."""
    return all(module == "runtime.store.sqlite.tasks.transitions" for module, _, _ in mutation.edits)


def _by_machine() -> str:
    from tests.simulation.machine import check

    try:
        check(examples=100)
    except LookupError:
        raise
    except Exception as broken:  # noqa: BLE001 (whatever breaks because of the mutation catches it)
        return f"store machine: {_told(broken)}"
    return ""


def _by_seeds(seeds: range, until: float) -> str:
    from tests.simulation.simulation import simulate

    for seed in seeds:
        try:
            simulate(seed)
        except Exception as broken:  # noqa: BLE001 (so does a bug that the engine itself notices)
            return _told(broken) if str(broken).startswith("seed") else f"seed {seed}: {_told(broken)}"
        if time.process_time() > until:
            break
    return ""


def _by_sweep() -> str:
    from tests.simulation.simulation import simulate
    from tests.simulation.sweep import crashes, small

    for crash in crashes():
        try:
            simulate(0, scenario=small(crash))
        except Exception as broken:  # noqa: BLE001 (see above)
            return f"crash at point {crash}: {_told(broken)}"
    return ""


def _told(broken: Exception) -> str:
    return (str(broken) or type(broken).__name__).splitlines()[0]


if __name__ == "__main__":
    main(int(sys.argv[1]))
