"""`python -m tests.simulation`: seeds one by one, or one seed told step by step."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.simulation import Violation, random_scenario, simulate


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="do this one, and tell each step")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first of many seeds")
    parser.add_argument("--count", type=int, default=1_000, help="how many seeds")
    parser.add_argument("--go-on", action="store_true", help="do not end at the first that breaks a promise")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return _tell(chosen.seed)
    return _many(range(chosen.first, chosen.first + chosen.count), chosen.go_on)


def _tell(seed: int) -> int:
    print(random_scenario(seed).text)
    try:
        simulate(seed, print)
    except Violation as broken:
        print(broken, file=sys.stderr)
        return 1
    return 0


def _many(seeds: range, go_on: bool) -> int:
    began, broken, crashes, turns = time.perf_counter(), 0, 0, 0
    for seed in seeds:
        try:
            done = simulate(seed)
        except Violation as violation:
            broken += 1
            print(violation, file=sys.stderr)
            if not go_on:
                return 1
        else:
            crashes += done.crashed
            turns += done.turns
    took = time.perf_counter() - began
    print(f"{len(seeds)} seeds, {crashes} crashes, {turns} turns, {broken} broken: {len(seeds) / took:.0f} seeds/s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
