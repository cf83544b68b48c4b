"""From the words of `flower run` and `flower register` to a flow and its parameter values."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runtime.cli.parameters import OF_A_FLOW, Problem, Speech, parse_parameters
from runtime.cli.refusal import ParametersRefused
from runtime.cli.source_file import choose_flow, compile_file, is_file, near_file, split_file
from runtime.expression.text import expression_text
from runtime.model.definition import FlowDefinition
from runtime.model.errors import BadParameter, FlowerError, NotFound
from runtime.model.run import RunSummary
from runtime.model.state import RunStatus

if TYPE_CHECKING:
    from runtime.service import Service


def flow_name(flow: str | None, command: str) -> str:
    """The flow that was named; FlowerError if the words begin with something else."""
    if flow is None:
        raise FlowerError("no flow is named", f"write {command} FLOW, or {command} FILE.flow; flower flows lists them")
    if flow.startswith("-"):
        raise FlowerError(
            f"the flow comes before its parameters, and `{flow}` is no flow", f"write {command} FLOW {flow} …"
        )
    return flow


def refuse_words(resume: str, flow: str | None, words: Sequence[str]) -> None:
    """A run that goes on has its flow and parameters already."""
    if flow is not None or words:
        given = " ".join([*([flow] if flow else []), *words])
        raise FlowerError(
            f"run {resume} has its flow and its parameters already, so `{given}` has no place here",
            f"write flower run --resume {resume}",
        )


def go_on(service: Service, resume: str) -> int:
    """The id of a run that is to be worked on again. One that a person has suspended is resumed; of one that has ended
    it is said that there is nothing to go on with."""
    run = service.reader.run(resume)
    if run.status in (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED):
        verb = "been cancelled" if run.status is RunStatus.CANCELLED else run.status.value
        print(f"run {run.ref} has already {verb}: there is nothing to go on with", file=sys.stderr)
    if run.held:
        service.resume(run.id)
    return run.id


def find_flow(service: Service, name: str) -> FlowDefinition:
    """The definition of a deployed flow or of one in a file, which is checked and not deployed."""
    if not is_file(name):
        return _deployed(service, name)
    path, wanted = split_file(name)
    return choose_flow(compile_file(path).flows, path, wanted)


def deploy_flow(service: Service, name: str) -> FlowDefinition:
    """As `find_flow`; what a file holds is deployed first."""
    if not is_file(name):
        return _deployed(service, name)
    path, wanted = split_file(name)
    compiled = compile_file(path)
    definition = choose_flow(compiled.flows, path, wanted)
    for deployed in service.deploy((*compiled.flows, *compiled.also), compiled.project):
        if deployed.changed:
            before = f" (was {deployed.previous})" if deployed.previous is not None else ""
            print(f"{deployed.name}: version {deployed.version}{before}", file=sys.stderr)
    return definition


def _deployed(service: Service, name: str) -> FlowDefinition:
    """NotFound names the file of that name, if there is one: a newcomer types `hello` for `hello.flow`."""
    try:
        return service.reader.flow(name)
    except FlowerError as error:
        file = near_file(f"{name}.flow") if "." not in name else near_file(name)
        if file is not None:
            meant = "run the file:" if os.path.isfile(f"{name}.flow") else "did you mean the file?"
            raise NotFound(f"no flow `{name}` is deployed here", f"{meant} flower run {file}") from error
        raise


def values_of(
    flow: FlowDefinition, command: Sequence[str], words: Sequence[str], speech: Speech = OF_A_FLOW
) -> dict[str, Any]:
    """The parameters as JSON; ParametersRefused with all that does not fit. `command`: the words before them."""
    given = parse_parameters(flow, words, speech)
    if given.problems:
        raise ParametersRefused(flow, command, words, given)
    return given.values


def located(error: BadParameter, flow: FlowDefinition, command: Sequence[str], words: Sequence[str]) -> BadParameter:
    """A refusal of the service, with the place on the command line if it is about a parameter that was given."""
    parameter = next((p for p in flow.parameters if p.name == error.parameter), None)
    if parameter is None:
        return error
    given = parse_parameters(flow, words)
    word, start = given.places.get(parameter.name, (None, 0))
    help = error.help or ""
    if parameter.where is not None:
        help = f"give a value such that {expression_text(parameter.where)}"
    given.problems = [Problem(str(error), word, start, "refused", help, parameter)]
    return ParametersRefused(flow, command, words, given)


def register_run(
    service: Service, flow: FlowDefinition, command: Sequence[str], words: Sequence[str], key: str | None
) -> RunSummary:
    """Registers a run with the parameters on the command line; nothing is written if one does not fit."""
    values = values_of(flow, command, words)
    try:
        run = service.register(flow.name, values, key)
    except BadParameter as error:
        raise located(error, flow, command, words) from None
    other = [name for name, value in values.items() if run.parameters.get(name) != value]
    if other:
        was = ", ".join(f"{name}={json.dumps(run.parameters.get(name), ensure_ascii=False)}" for name in other)
        print(f"the key `{key}` has made run {run.ref} before, with {was}: that run is meant", file=sys.stderr)
    return run
