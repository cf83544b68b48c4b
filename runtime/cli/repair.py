"""From the words of `flower rerun` to what is asked of a run, and what that would do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from runtime.cli.selection import find_run
from runtime.model.definition import FlowDefinition
from runtime.model.errors import BadParameter, FlowerError
from runtime.model.run import RunSummary
from runtime.model.state import RunStatus

if TYPE_CHECKING:
    from runtime.rerun import Plan
    from runtime.service import Service

_FATES: Final = {
    "reset": "runs again",
    "reused": "keeps its result",
    "skipped": "stays skipped",
    "waiting": "has not run, goes on",
    "left": "is left as it is",
}
_NAMED: Final = 12
_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A run, and what of it is to begin anew. `words`: the options that stand for parameters."""

    run: RunSummary
    flow: FlowDefinition
    tasks: Sequence[str]
    follow: bool
    parameters: dict[str, Any]
    words: Sequence[str]

    @property
    def command(self) -> list[str]:
        return ["flower", "rerun", self.run.ref]


def asked_for(service: Service, words: Sequence[str], start: str | None) -> Asked:
    """What a person typed; refused like the parameters of `flower run` if an option fits none."""
    from runtime.cli.registration import values_of

    options = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    run, names = find_run(words[:options], service.reader)
    if start is not None and names:
        raise FlowerError(
            f"--from {start} names where to begin, so `{names[0]}` has no place beside it",
            f"write flower rerun {run.ref} --from {start}",
        )
    flow = service.reader.definition(run.id)
    given = replace(flow, parameters=tuple(replace(each, has_default=True) for each in flow.parameters))
    values = values_of(given, ["flower", "rerun", run.ref], words[options:])
    return Asked(run, flow, [start] if start is not None else names, start is not None, dict(values), words[options:])


def begin_anew(service: Service, asked: Asked) -> list[str]:
    """Asks for it; the paths that were reset."""
    from runtime.cli.registration import located

    try:
        return service.rerun(asked.run.id, asked.tasks, follow=asked.follow, parameters=asked.parameters)
    except BadParameter as error:
        raise located(error, asked.flow, asked.command, asked.words) from None


def what_happens(reset: Sequence[str], status: RunStatus) -> str:
    """What a rerun has set going: the paths that were reset, and the state of the run after that."""
    if reset:
        more = f" and {len(reset) - _TOLD} more" if len(reset) > _TOLD else ""
        return f"runs again {', '.join(reset[:_TOLD])}{more}"
    return "there is nothing to run again" if status.ended else "goes on with what has not ended"


def tell_plan(service: Service, asked: Asked, as_json: bool) -> None:
    """Shows what would become of each task."""
    from runtime.cli.as_json import dumps
    from runtime.cli.display.paint import paint
    from runtime.cli.registration import located

    try:
        plan = service.plan_rerun(asked.run.id, asked.tasks, follow=asked.follow, parameters=asked.parameters)
    except BadParameter as error:
        raise located(error, asked.flow, asked.command, asked.words) from None
    if as_json:
        changed = {name: {"was": was, "becomes": new} for name, (was, new) in plan.parameters.items()}
        print(dumps({"run": asked.run.ref, "dry_run": True, **plan.named(), "parameters": changed}))
    else:
        paint(_lines(asked.run, plan), sys.stdout)


def _lines(run: RunSummary, plan: Plan) -> list[Any]:
    from runtime.cli.display.styled import Span, line
    from runtime.cli.display.summary import shown

    lines = [line(Span(run.ref, "bold"), ", if it were run again:")]
    for name, (was, new) in plan.parameters.items():
        lines.append(line(Span(f"  {name}: ", "dim"), f"{shown(was)} becomes {shown(new)}"))
    for fate, paths in plan.named().items():
        if paths:
            names = ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
            lines.append(line(Span(f"  {_FATES[fate]:<22}", "busy" if fate == "reset" else "dim"), names))
    return lines
