"""Random flows as text, so that a seed that fails can be read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from random import Random

from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.model.definition import Action, Call, FlowDefinition, Script

POOLS = "pool narrow { limit 1 }\npool wide { limit 3 }\npool slow { rate 2 per 10s }\npool spare { limit 2 }\n"
_CALL = "a call"
"""The text of scripts that become calls of components, which no catalog is needed for then."""
_CONDITIONS = ["true", "false", 'run.id != ""', 'run.id == ""']


class Unusable(Exception):
    """The compiler refuses the text."""


def compiled(text: str) -> FlowDefinition:
    """The definition of the one flow in a text. Unusable if it has errors."""
    found = compile_inputs([Input(Source("flow.flow", text), {}, "flow.flow")])
    if not found.good:
        raise Unusable(found.diagnostics)
    (flow,) = found.flows
    return replace(flow, tasks=tuple(replace(task, action=_action(task.action)) for task in flow.tasks))


def _action(action: Action | None) -> Action | None:
    return Call("component") if isinstance(action, Script) and _CALL in action.parts else action


def random_flow(chance: Random, name: str = "f") -> tuple[str, FlowDefinition]:
    """Declarations of pools and one flow, as text and as rows."""
    while True:
        text = f"{POOLS}flow {name} {{\n{_Body(chance).flow()}}}\n"
        with suppress(Unusable):
            return text, compiled(text)


class _Body:
    """Writes one flow. Names are unique in it; edges go from earlier nodes of a group to later ones."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._names = 0
        self._lines: list[str] = []
        self._lists: list[str] = []

    def flow(self) -> str:
        chance = self._chance
        if self._maybe(0.2):
            self._say(1, f"limit {chance.randint(1, 3)}")
        if self._maybe(0.15):
            self._say(1, f"deadline {chance.choice(['30s', '2m', '1h'])}")
        self._members(1, chance.randint(2, 7), room=2)
        for event in ("failure", "success", "done"):
            if self._maybe(0.12):
                self._hook(1, event)
        return "".join(self._lines)

    def _members(self, depth: int, count: int, room: int) -> None:
        before: list[tuple[str, str]] = []
        for _ in range(count):
            lists = list(self._lists)
            if room and self._maybe(0.25):
                before.append(self._group(depth, before, room - 1))
            else:
                before.append(self._task(depth, before))
            if depth > 1:
                self._lists = lists

    def _group(self, depth: int, before: list[tuple[str, str]], room: int) -> tuple[str, str]:
        chance, name = self._chance, self._name("g")
        kind = chance.choice(["parallel", "parallel", "sequence"])
        mapped = self._maybe(0.5)
        self._say(depth, f"{kind} {name}{self._mapping() if mapped else ''} {{")
        self._after(depth + 1, before)
        if self._maybe(0.35):
            self._say(depth + 1, f"limit {chance.randint(1, 2)}")
        self._allowance(depth + 1, mapped)
        if self._maybe(0.1):
            self._say(depth + 1, chance.choice(["fail_fast", "enough 1", "enough 2"] if mapped else ["fail_fast"]))
        if self._maybe(0.1):
            self._say(depth + 1, chance.choice(["retry 1", "retry 2, delay: 3s", "timeout 20s"]))
        if self._maybe(0.15):
            self._say(depth + 1, f"use {chance.choice(['narrow', 'wide'])}")
        if self._maybe(0.12):
            self._say(depth + 1, f"when {chance.choice(_CONDITIONS)}")
        self._members(depth + 1, chance.randint(1, 3), room)
        if self._maybe(0.15):
            self._hook(depth + 1, chance.choice(["failure", "success", "done", "skip"]))
        self._say(depth, "}")
        return name, "group"

    def _task(self, depth: int, before: list[tuple[str, str]]) -> tuple[str, str]:
        chance, name = self._chance, self._name("t")
        kind = chance.choices(["sh", "call", "wait", "ask", "join"], [12, 4, 2, 1, 1])[0]
        mapped = kind in ("sh", "call") and self._maybe(0.25)
        self._say(depth, f"task {name}{self._mapping() if mapped else ''} {{")
        self._after(depth + 1, before)
        if self._maybe(0.12):
            self._say(depth + 1, f"when {chance.choice(_CONDITIONS)}")
        if kind in ("sh", "call"):
            self._settings(depth + 1, mapped)
            if not mapped and self._maybe(0.3):
                self._say(depth + 1, "out n: int")
                self._lists.append(name)
        self._action(depth + 1, kind)
        if kind in ("sh", "call") and self._maybe(0.15):
            self._hook(depth + 1, chance.choice(["failure", "success", "done", "retry", "start", "skip"]))
        self._say(depth, "}")
        return name, "map" if mapped else "task"

    def _settings(self, depth: int, mapped: bool) -> None:
        chance = self._chance
        if self._maybe(0.3):
            delay = chance.choice(["", ", delay: 2s", ", delay: 1s, backoff: 2.0", ", delay: 4s, jitter: 50%"])
            self._say(depth, f"retry {chance.randint(1, 3)}{delay}")
        if self._maybe(0.25):
            self._say(depth, chance.choice(["idempotent", "idempotent", "on crash rerun"]))
        if not mapped and self._maybe(0.08):
            self._say(depth, "until round >= 2, every: 1s, at_most: 3")
        if self._maybe(0.06):
            self._say(depth, f"cache {chance.choice(['5s', '1h'])}")
        if self._maybe(0.2):
            self._say(depth, f"priority {chance.randint(-5, 5)}")
        if self._maybe(0.25):
            self._say(depth, f"use {chance.choice(['narrow', 'wide', 'wide 2', 'slow'])}")
            if self._maybe(0.2):
                self._say(depth, "use spare")
        if mapped and self._maybe(0.4):
            self._say(depth, f"limit {chance.randint(1, 2)}")
        self._allowance(depth, mapped)

    def _allowance(self, depth: int, mapped: bool) -> None:
        if self._maybe(0.25):
            amount = self._chance.choice(["1", "2", "50%"])
            self._say(depth, f"allow_failures {amount}" if mapped and self._maybe(0.6) else "allow_failure")

    def _action(self, depth: int, kind: str) -> None:
        if kind == "wait":
            self._say(depth, f"wait {self._chance.choice(['1s', '20s', '90s'])}")
        elif kind == "ask":
            self._say(depth, 'ask "go on?"')
            if self._maybe(0.4):
                self._say(depth, "timeout 40s")
        elif kind != "join":
            self._say(depth, f'sh "{_CALL if kind == "call" else "true"}"')

    def _after(self, depth: int, before: list[tuple[str, str]]) -> None:
        chosen = [each for each in before if self._maybe(1.2 / (len(before) + 0.5))]
        if not chosen:
            return
        if self._maybe(0.2):
            name, _ = chosen[0]
            self._say(depth, f"after {name}.{self._chance.choice(['failed', 'succeeded', 'done', 'skipped'])}")
        elif len(chosen) > 1 and self._maybe(0.15):
            self._say(depth, f"after {chosen[0][0]} or {chosen[1][0]}")
        else:
            self._say(depth, "after " + ", ".join(name for name, _ in chosen))

    def _mapping(self) -> str:
        if self._lists and self._maybe(0.4):
            item = self._name("x")
            key = f" by {item}" if self._maybe(0.4) else ""
            return f" for {item} in range({self._chance.choice(self._lists)}.n ?? 2){key}"
        return f" for {self._name('x')} in range({self._chance.choice([0, 1, 2, 2, 3, 4])})"

    def _hook(self, depth: int, event: str) -> None:
        self._say(depth, f'on {event} {{ task {self._name("h")} {{ sh "true" }} }}')

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}{self._names}"

    def _maybe(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _say(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text + "\n")
