"""One simulated history: an engine that is stepped by hand, a world around it, people who interfere, and crashes."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from runtime.engine import Engine
from runtime.executor.protocol import Attempt, Outcome
from runtime.model.definition import FlowDefinition
from runtime.model.encode import flow_to_json
from runtime.model.errors import FlowerError, StoreProblem
from runtime.operation import Operation, Started
from runtime.service.requests import apply, apply_alone
from runtime.store.sqlite.store import SqliteStore
from tests.simulation.checker import Checker
from tests.simulation.flows import random_flow
from tests.simulation.mortal import Crash, Endless, Fate, memory_folder, new_files, open_store
from tests.simulation.world import Start, Temper, World

START: Final = 1_800_000_000_000_000
"""When every simulation begins, in microseconds since 1970."""
MOST_MOVES: Final = 6_000


class Violation(AssertionError):
    """A promise was broken."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a simulation is made of. `crashes`: after how many points each life of the engine ends; the last one lives.

    `locked`, `broken`: after how many points, of all lives together, another program keeps the store locked for a
    moment, or a statement fails for the sake of the disk, and the engine with it. `people`: how many requests and
    updates by hand come while it works. `reboots`: a crash may take the machine along.
    """

    flows: tuple[FlowDefinition, ...]
    text: str = ""
    runs: int = 1
    jobs: int = 2
    crashes: tuple[int, ...] = ()
    locked: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    people: int = 0
    reboots: bool = False
    jumps: bool = False
    temper: Temper = field(default_factory=Temper)


def random_scenario(seed: int) -> Scenario:
    """The scenario of a seed."""
    chance = Random(seed)
    made = [random_flow(chance, name) for name in ("f", "g")[: chance.choice([1, 1, 2])]]
    bad_day = chance.random() < 0.15
    crashes = tuple(chance.randint(1, 400) for _ in range(6 if bad_day else chance.choice([0, 1, 1, 2, 3])))
    failing = 0.6 if bad_day else chance.choice([0.0, 0.1, 0.1, 0.3])
    return Scenario(
        flows=tuple(flow for _, flow in made),
        text="".join(text for text, _ in made),
        runs=chance.choice([1, 1, 2, 3]),
        jobs=chance.choice([1, 2, 2, 4, 8]),
        crashes=crashes,
        locked=tuple(sorted(chance.randint(1, 600) for _ in range(chance.choice([0, 0, 0, 3])))),
        broken=tuple(sorted(chance.randint(1, 600) for _ in range(chance.choice([0, 0, 0, 1, 2])))),
        people=chance.choice([0, 0, 1, 2, 4]),
        reboots=chance.random() < 0.2,
        jumps=chance.random() < 0.2,
        temper=Temper(failing, chance.choice([0.0, 0.1, 0.5]), 0.02),
    )


class SteppedEngine(Engine):
    """The real engine without its thread: somebody else decides when it takes a turn, and of how much."""

    def begin(self) -> None:
        self._patiently(self._add_worker)

    def _wait_out(self, problem: StoreProblem) -> None:
        """A lock is gone when it is asked for again."""
        assert problem.temporary, problem

    def put(self, operation: Operation) -> None:
        self._queue.put(operation)

    def tell(self, attempt: Attempt, outcome: Outcome) -> None:
        """An executor hands over an end."""
        self.ended(attempt, outcome)

    def queued(self) -> bool:
        return not self._queue.empty()

    def turn(self, most: int) -> None:
        """One turn with at most so many operations."""
        batch: list[Operation] = []
        while len(batch) < most and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        self._turn(batch)

    @property
    def next_time(self) -> int | None:
        return self._state.next_time()

    @property
    def handed_out(self) -> int:
        return len(self._state.running)


@dataclass(slots=True)
class Asked:
    """A request of somebody, who asks again until there is an answer."""

    request: dict[str, Any]
    future: Future[Any] | None = None


class Simulation:
    """`run` does it. Violation if a promise is broken."""

    def __init__(self, scenario: Scenario, seed: int, folder: Path, tell: Callable[[str], None] | None = None) -> None:
        self.scenario = scenario
        self.seed = seed
        self.chance = Random(f"moves {seed}")
        self.fate = Fate()
        self.fate.locked_at, self.fate.broken_at = list(scenario.locked), list(scenario.broken)
        self.world = World(self.chance, self.fate, START, scenario.temper)
        self.world.on_start = self._check_start
        self.files = new_files(folder)
        self.moves = 0
        self.crashed = 0
        self.turns = 0
        self._tell = tell
        self._asked: list[Asked] = []
        self._requests = 0
        self._look = True
        self._broken: AssertionError | None = None
        self._people_left = scenario.people
        self._crashes = list(scenario.crashes)
        self._prepare()
        self.outside = sqlite3.connect(self.files.db, isolation_level=None, timeout=0)
        self.checker = Checker(self.outside, self.world, scenario.flows)

    def _prepare(self) -> None:
        """Deploy and make the first run while no engine is alive."""
        store = open_store(self.files, None)
        flows = [flow_to_json(flow) for flow in self.scenario.flows]
        apply_alone(store, {"verb": "deploy", "flows": flows, "project": "/nowhere"}, START)
        apply_alone(store, {"verb": "register", "flow": self.scenario.flows[0].name, "zone": "UTC"}, START)
        store.close()

    def run(self) -> None:
        state = random.getstate()
        random.seed(self.seed)
        try:
            for _ in range(self.scenario.runs - 1):
                self._ask_register()
            self._live_on()
            self.checker.check_end()
        except Endless:
            raise Violation("a turn does not end") from None
        finally:
            random.setstate(state)
            self.outside.close()

    # Lives of engines

    def _live_on(self) -> None:
        """One engine after the other until nothing can move."""
        while True:
            try:
                if self._live():
                    return
            except Crash:
                self.crashed += 1
                self._say("the engine dies")
            except StoreProblem as problem:
                self.crashed += 1
                self._say(f"the engine gives up: {str(problem).replace(str(self.files.db.parent), '.')}")

    def _live(self) -> bool:
        self.fate.revive(self._crashes.pop(0) if self._crashes else 0)
        store: SqliteStore | None = None
        try:
            store = open_store(self.files, self.fate)
            engine = SteppedEngine(store, self.world, self.scenario.jobs, all_runs=True, clock=lambda: self.world.now)
            engine.begin()
            self._look = True
            for asked in self._asked:
                self._send(engine, asked)
            while self._move(engine):
                self.moves += 1
                if self.moves > MOST_MOVES:
                    raise Violation("the run does not end")
            return True
        except (Crash, StoreProblem):
            self.world.engine_died(self.scenario.reboots and self.chance.random() < 0.3)
            raise
        finally:
            if store is not None:
                self._bury(store)

    def _bury(self, store: SqliteStore) -> None:
        self._collect_answers()
        store._connection.fate = None  # type: ignore[attr-defined]
        store._connection.close()

    # Moves

    def _move(self, engine: SteppedEngine) -> bool:
        """One thing happens; False if nothing can."""
        self.world.now += self.chance.randint(1, 3_000)
        moves = list(self._moves(engine))
        if not moves:
            return self._time_passes(engine) or self._somebody_decides(engine)
        self.chance.choice(moves)()
        return True

    def _moves(self, engine: SteppedEngine) -> list[Callable[[], object]]:
        moves: list[Callable[[], object]] = []
        if engine.queued() or self._look:
            moves += [lambda: self._turn(engine)] * 2
        moves += [partial(self._deliver, engine, n) for n in range(min(len(self.world.reports), 3))]
        if self.world.cancels:
            moves.append(self.world.deliver_cancel)
        for body in self.world.alive():
            if body.state == "shut" and body.cancelled:
                moves.append(partial(self.world.finish, body))
            elif body.state == "shut":
                moves.append(partial(self._ask_gate, engine, body))
            elif body.state == "running":
                moves.append(partial(self._finish, body))
        if self._people_left and self.chance.random() < 0.15:
            moves.append(partial(self._interfere, engine))
        if moves and self.scenario.jumps and self.chance.random() < 0.05:
            moves.append(self._jump)
        return moves

    def _turn(self, engine: SteppedEngine) -> None:
        self.fate.in_turn = 0
        self.turns += 1
        self._look = False
        self.checker.before_turn()
        engine.turn(self.chance.choice([1, 2, 500]))
        self._say("a turn")
        self._collect_answers()
        if self._broken is not None:
            raise self._broken
        self.checker.after_turn(quiet=not engine.queued(), jobs=self.scenario.jobs, handed_out=engine.handed_out)

    def _deliver(self, engine: SteppedEngine, number: int) -> None:
        attempt, outcome = self.world.reports.pop(number)
        self._say(f"{attempt.path} (attempt {attempt.id}) ended: {outcome.succeeded} {outcome.reason}")
        engine.tell(attempt, outcome)

    def _ask_gate(self, engine: SteppedEngine, body: Any) -> None:
        engine.put(Started(body.attempt.id, body.mark, self.world.gate(body)))

    def _finish(self, body: Any) -> None:
        self.world.now += self.chance.choice([0, 1_000, 300_000, 8_000_000])
        self.world.finish(body)

    def _jump(self) -> None:
        self.world.now += self.chance.choice([-5_000_000, -200_000, 3_600_000_000])

    def _time_passes(self, engine: SteppedEngine) -> bool:
        """Nothing else can happen: the clock goes to the next time that somebody waits for."""
        at = engine.next_time
        if at is None:
            return False
        self.world.now = max(self.world.now, at)
        self._turn(engine)
        return True

    # People

    def _somebody_decides(self, engine: SteppedEngine) -> bool:
        """All is at rest. What people have left to do they do now."""
        self.checker.check_rest()
        if self._people_left:
            return self._interfere(engine)
        return False

    def _interfere(self, engine: SteppedEngine) -> bool:
        self._people_left -= 1
        if self.chance.random() < 0.35:
            self._update_by_hand()
        else:
            asked = Asked(self._random_request())
            self._asked.append(asked)
            self._send(engine, asked)
        return True

    def _random_request(self) -> dict[str, Any]:
        chance, run = self.chance, self.chance.choice(self.checker.runs())
        verb = chance.choice(
            ["register", "cancel", "rerun", "rerun", "ignore", "suspend", "resume", "answer", "answer", "refuse"]
        )
        request: dict[str, Any] = {"verb": verb, "run": run}
        if verb == "register":
            return self._register_request()
        if verb in ("ignore", "answer", "refuse") or (verb in ("suspend", "resume", "rerun") and chance.random() < 0.5):
            path = self.checker.random_path(chance, run, asked=verb in ("answer", "refuse"))
            request |= {"tasks": [path], "follow": chance.random() < 0.5} if verb == "rerun" else {"task": path}
        if verb == "answer":
            request["fields"] = {}
        return self._numbered(request)

    def _ask_register(self) -> None:
        self._asked.append(Asked(self._register_request()))

    def _register_request(self) -> dict[str, Any]:
        flow = self.chance.choice(self.scenario.flows).name
        key = self.chance.choice([None, "key 1", "key 2"])
        return self._numbered({"verb": "register", "flow": flow, "zone": "UTC", "key": key})

    def _numbered(self, request: dict[str, Any]) -> dict[str, Any]:
        self._requests += 1
        return {**request, "id": f"request {self._requests}"}

    def _send(self, engine: SteppedEngine, asked: Asked) -> None:
        self._say(f"somebody asks: {asked.request}")
        asked.future = engine.submit(lambda step: apply(step, dict(asked.request)))

    def _collect_answers(self) -> None:
        """Those who have an answer do not ask again; what was said to be done must be there."""
        for asked in [asked for asked in self._asked if asked.future is not None and asked.future.done()]:
            self._asked.remove(asked)
            assert asked.future is not None
            problem = asked.future.exception()
            self._say(f"answered: {asked.request['verb']}: {problem or asked.future.result()}")
            if problem is None:
                self.checker.acknowledged(asked.request, asked.future.result())
            elif not isinstance(problem, FlowerError):
                raise Violation(f"{asked.request} was answered with {problem!r}") from problem

    def _update_by_hand(self) -> None:
        chance = self.chance
        rows = self.outside.execute("SELECT id, exec_status FROM task_run WHERE kind = 'task' ORDER BY id").fetchall()
        if not rows:
            return
        identity, was = chance.choice(rows)
        wanted = chance.choice([0, 0, 0, 1, 2, 3, 4, 9, 7])
        self._say(f"by hand: task run {identity} from {was} to {wanted}")
        self._look = True
        self.outside.execute("UPDATE task_run SET exec_status = ? WHERE id = ?", (wanted, identity))

    def _check_start(self, start: Start) -> None:
        """Within a turn the engine would take it for a bug of its own, so it is told after the turn."""
        self._say(f"{start.path} (attempt {start.attempt_id}) starts")
        try:
            self.checker.check_start(start)
        except AssertionError as broken:
            self._broken = self._broken or broken

    def _say(self, text: str) -> None:
        if self._tell is not None:
            self._tell(f"{self.world.now - START:>14,}  {text}")


def simulate(seed: int, tell: Callable[[str], None] | None = None, scenario: Scenario | None = None) -> Simulation:
    """The simulation of a seed, done. Violation, with the seed, if a promise is broken."""
    with tempfile.TemporaryDirectory(prefix="flower-simulation-", dir=memory_folder()) as folder:
        made = Simulation(scenario or random_scenario(seed), seed, Path(folder), tell)
        try:
            made.run()
        except AssertionError as broken:
            raise Violation(f"seed {seed}: {broken}") from broken
    return made
