"""What a person decides about a task that asks: which one, with which fields, and what to type then."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.cli.selection import find_run, find_task
from runtime.model.definition import FlowDefinition, OutDefinition, ParameterDefinition
from runtime.model.errors import FlowerError
from runtime.model.run import RunSummary, TaskView
from runtime.model.state import ExecStatus, Reason

if TYPE_CHECKING:
    from runtime.service import Service


def asking(service: Service, words: Sequence[str], usage: str) -> tuple[RunSummary, TaskView, list[str]]:
    """The run, the task and the remaining words. Without a task: the one that asks, if there is only one."""
    run, rest = find_run(words, service.reader)
    tasks = service.reader.tasks(run.id)
    if rest and not rest[0].startswith("-"):
        return run, find_task(rest[0], tasks), list(rest[1:])
    asked = [task for task in tasks if task.status is ExecStatus.SUSPENDED and task.reason is Reason.ASKED]
    if len(asked) != 1:
        names = ", ".join(task.path for task in asked)
        raise FlowerError(f"name the task ({names})" if asked else f"{run.ref} asks nothing", f"write {usage}")
    return run, asked[0], list(rest)


def fields_of(service: Service, run: RunSummary, task: TaskView, words: Sequence[str]) -> dict[str, Any]:
    """The fields of a task's form as JSON, from options; refused like the parameters of a flow."""
    from runtime.cli.parameters import OF_A_FORM
    from runtime.cli.registration import values_of

    definition = service.reader.definition(run.id)
    form = replace(definition, name=task.path, parameters=_form(definition, task))
    return dict(values_of(form, ["flower", "answer", run.ref, task.path], words, OF_A_FORM))


def _form(definition: FlowDefinition, task: TaskView) -> tuple[ParameterDefinition, ...]:
    node = definition.tasks[task.node]
    return tuple(
        ParameterDefinition(out.name, out.type, _may_be_left_out(out), out.default, None, out.doc, node.line)
        for out in node.outs
        if not out.computed
    )


def _may_be_left_out(out: OutDefinition) -> bool:
    return out.has_default or (isinstance(out.type, dict) and "optional" in out.type)


def tell(service: Service, run: RunSummary, sentence: str, db: str | None) -> None:
    """What was decided, and the command to type next."""
    from runtime.cli.display.paint import paint
    from runtime.cli.display.summary import NextStep, next_step_of
    from runtime.cli.store import engine_is_alive, same_store

    print(sentence)
    after = service.reader.run(str(run.id))
    paint(next_step_of(after, None, NextStep(same_store(db), engine_is_alive(service))), sys.stdout)
