"""The small flow that is done once for every point at which its engine can die."""

from __future__ import annotations

from typing import Final

from tests.simulation.flows import compiled
from tests.simulation.simulation import Scenario, simulate
from tests.simulation.world import Temper

SMALL: Final = compiled(
    "pool narrow { limit 1 }\n"
    "flow f {\n"
    '    task a { out n: int; use narrow; sh "true" }\n'
    '    parallel g for x in range(2) { limit 1; task b { after a; sh "true" }; task c { after b; sh "true" } }\n'
    "    a -> g\n"
    '    task e { after g; retry 1, delay: 1s; sh "true"; on success { task h { sh "true" } } }\n'
    "    task w { after a; wait 5s }\n"
    "}\n"
)


def small(*crashes: int) -> Scenario:
    """The flow with engines that die after so many points each. Its scripts live on."""
    return Scenario((SMALL,), crashes=crashes, temper=Temper(failing=0.1, lost_with_engine=0.0))


def crashes() -> range:
    """Every point at which the engine can die that does the flow undisturbed."""
    return range(1, simulate(0, scenario=small()).fate.passed + 1)
