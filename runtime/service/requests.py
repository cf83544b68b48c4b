"""Requests that change the store, as JSON: applied by the engine that is alive, or by the caller under the lock.

A request is an object with a `verb`; `apply` does it within the caller's transaction and returns JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from runtime import admission, control, suspension
from runtime import rerun as reruns
from runtime.admission import Wanted
from runtime.maintenance import triggers
from runtime.maintenance.prune import prune
from runtime.model.definition import FlowDefinition, PoolDefinition
from runtime.model.encode import dumps, flow_from_json
from runtime.model.errors import BadParameter, FlowerError, NotFound, Refused
from runtime.model.names import nearest
from runtime.model.rows import FiredTrigger
from runtime.rest import recount
from runtime.step import ActiveRun, Step
from runtime.store.protocol import Store

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deploy did to one flow. `previous`: the version before, or None for a new flow."""

    name: str
    version: int
    changed: bool
    previous: int | None


def apply_alone(store: Store, request: JsonObject, now: int) -> Any:
    """Do a request in a transaction of its own, while no engine is alive, after what people have changed by hand."""
    with store.transaction():
        step = Step(store, now)
        control.apply_hand_changes(step, {})
        result = apply(step, request)
        step.flush()
    return result


def apply(step: Step, request: JsonObject) -> Any:
    """Do a request; FlowerError if it cannot be done, and then nothing of it is written.

    One that has an `id` is done once, however often it is sent: the answer is kept with its effects.
    """
    identity = request.get("id")
    known = step.store.events.receipt(identity) if identity else None
    if known is not None:
        return json.loads(known)
    answer = _do(step, request)
    if identity:
        step.store.events.add_receipt(identity, dumps(answer), step.now)
    return answer


def _do(step: Step, request: JsonObject) -> Any:
    verb = _VERBS.get(request.get("verb", ""))
    if verb is None:
        raise Refused(
            f"there is no request `{request.get('verb')}`",
            "both sides must be of the same version of flower",
        )
    return verb(step, request)


def error_to_json(problem: FlowerError) -> JsonObject:
    return {
        "kind": type(problem).__name__,
        "message": str(problem),
        "help": problem.help,
        "parameter": problem.parameter if isinstance(problem, BadParameter) else None,
    }


def error_from_json(data: Mapping[str, Any]) -> FlowerError:
    if data["kind"] == "BadParameter":
        return BadParameter(data["message"], data["help"], parameter=data.get("parameter"))
    kinds: dict[str, type[FlowerError]] = {kind.__name__: kind for kind in (NotFound, Refused)}
    return kinds.get(data["kind"], FlowerError)(data["message"], data["help"])


def _deploy(step: Step, request: JsonObject) -> Any:
    deployed = [_deploy_flow(step, flow, request) for flow in request["flows"]]
    return [asdict(each) for each in deployed]


def _deploy_flow(step: Step, data: JsonObject, request: JsonObject) -> Deployed:
    flow = flow_from_json(data)
    newest = step.store.newest(flow.name)
    _check_expected(flow.name, newest, request.get("expected"))
    if newest is not None and not request.get("take_over"):
        known = os.path.join(newest[3], newest[4])
        if known != os.path.join(request["project"], flow.source_file):
            raise Refused(
                f"flow `{flow.name}` is already deployed from {known}",
                "rename one of the two, or deploy with --take-over to replace it",
            )
    _declare_pools(step, flow)
    _declare_triggers(step, flow)
    version, previous = step.store.deploy(flow, request["project"], step.now)
    step.store.note_components(flow.name, version, request.get("components", ""))
    changed = version != previous
    if changed:
        step.store.events.add(step.now, "deployed", None, flow=flow.name, version=version)
    return Deployed(flow.name, version, changed, previous)


def _declare_triggers(step: Step, flow: FlowDefinition) -> None:
    """The name of a webhook is its address: it is one flow's."""
    other = triggers.check_names(step, flow.name, flow.triggers)
    if other is not None:
        raise Refused(
            f"flow `{other.flow}` has a webhook of the same name as flow `{flow.name}`",
            "give one of them another name",
        )
    step.store.triggers.declare(flow.name, bool(flow.triggers), step.now)


def _declare_pools(step: Step, flow: FlowDefinition) -> None:
    """Declarations of a pool must agree in all flows that are deployed."""
    for other in step.store.newest_flows():
        for pool in flow.pools:
            if other.name != flow.name and any(_differ(pool, theirs) for theirs in other.pools):
                raise Refused(
                    f"pool `{pool.name}` is declared otherwise by flow `{other.name}`",
                    "declare it once, in a file that both import, and deploy both",
                )
    step.store.pools.declare(flow.pools)


def _differ(pool: PoolDefinition, other: PoolDefinition) -> bool:
    return pool.name == other.name and replace(pool, line=0) != replace(other, line=0)


def _check_expected(name: str, newest: tuple[int, int, str, str, str] | None, expected: JsonObject | None) -> None:
    """A deploy that was planned is for the versions of then: number and content hash, or null for no version."""
    found = [newest[1], newest[2]] if newest is not None else None
    if expected is None or expected.get(name) == found:
        return
    there = f"its version {newest[1]} is the newest" if newest is not None else "it is not deployed"
    planned = f"for its version {expected[name][0]}" if expected.get(name) else "for a flow that is not there yet"
    raise Refused(
        f"the store has moved: what is to be done with flow `{name}` was meant {planned}, but now {there}",
        "see what would change now: flowc plan FILE",
    )


def _register(step: Step, request: JsonObject) -> Any:
    wanted = Wanted(
        request["flow"], step.now, request["zone"], request.get("parameters", {}), request.get("key"), "person"
    )
    run_id, new = admission.register(step, wanted)
    return {"id": run_id, "new": new}


def _webhook(step: Step, request: JsonObject) -> Any:
    flow, fired = triggers.webhook(step, request["name"], request["event"], request["key"], request["zone"])
    return _fired(flow, fired)


def _file(step: Step, request: JsonObject) -> Any:
    asked = request["flow"], request["pattern"], request["event"], request["version"], request["zone"]
    fired = triggers.file(step, *asked)
    return None if fired is None else _fired(request["flow"], fired)


def _fired(flow: str, fired: FiredTrigger) -> JsonObject:
    run = None if fired.run_id is None else f"{flow}-{fired.run_id}"
    return {"flow": flow, "outcome": fired.outcome, "message": fired.message, "run": run}


def _look_at_ends(step: Step, request: JsonObject) -> int:
    return triggers.look_at_ends(step, request["zone"])


def _pause(step: Step, request: JsonObject) -> bool:
    _check_scheduled(step, request["flow"])
    changed = step.store.schedules.pause(request["flow"], step.now)
    if changed:
        step.store.events.add(step.now, "paused", None, flow=request["flow"])
    return changed


def _unpause(step: Step, request: JsonObject) -> bool:
    _check_scheduled(step, request["flow"])
    changed = step.store.schedules.unpause(request["flow"], step.now)
    if changed:
        step.store.events.add(step.now, "unpaused", None, flow=request["flow"])
    return changed


def _check_scheduled(step: Step, name: str) -> None:
    scheduled = {each.flow for each in step.store.schedules.flows()}
    known = sorted(scheduled | {each.flow for each in step.store.triggers.flows()})
    if name not in known:
        raise NotFound(
            f"there is no schedule or trigger of a flow `{name}` here",
            nearest(name, known) or "flower schedules and flower triggers list what there is",
        )


def _run(step: Step, request: JsonObject) -> ActiveRun:
    row = step.store.runs.get(request["run"])
    if row is None:
        raise control.not_found_run(str(request["run"]))
    step.touched.add(row.id)
    return ActiveRun.load(step.store, row)


def _rerun(step: Step, request: JsonObject) -> Sequence[str]:
    wanted = reruns.Wanted(request.get("tasks", []), bool(request.get("follow")), dict(request.get("parameters") or {}))
    return reruns.rerun(step, _run(step, request), wanted)


def _suspend(step: Step, request: JsonObject) -> Sequence[str]:
    run, task = _run(step, request), request.get("task")
    if task is not None:
        return suspension.suspend_task(step, run, task)
    suspension.suspend_run(step, run)
    return []


def _resume(step: Step, request: JsonObject) -> Sequence[str]:
    run, task = _run(step, request), request.get("task")
    return suspension.resume_run(step, run) if task is None else suspension.resume_task(step, run, task)


def _ignore(step: Step, request: JsonObject) -> Sequence[str]:
    return control.ignore(step, _run(step, request), request["task"])


def _answer(step: Step, request: JsonObject) -> str:
    return control.answer(step, _run(step, request), request["task"], request["fields"])


def _refuse(step: Step, request: JsonObject) -> str:
    return control.refuse(step, _run(step, request), request["task"], request.get("why", ""))


def _prune(step: Step, request: JsonObject) -> list[int]:
    return prune(step, request.get("flow"), request["before"], request["keep"])


def _recount(step: Step, request: JsonObject) -> None:
    recount(step, _run(step, request))
    step.store.events.add(step.now, "counted again", request["run"])


def _sign_off(step: Step, request: JsonObject) -> None:
    for worker_id in request["workers"]:
        step.store.attempts.end_worker(worker_id, step.now)


def _cancel(step: Step, request: JsonObject) -> None:
    control.cancel(step, _run(step, request))


_VERBS: Final[dict[str, Callable[[Step, JsonObject], Any]]] = {
    "deploy": _deploy,
    "register": _register,
    "webhook": _webhook,
    "file": _file,
    "look_at_ends": _look_at_ends,
    "pause": _pause,
    "unpause": _unpause,
    "rerun": _rerun,
    "suspend": _suspend,
    "resume": _resume,
    "ignore": _ignore,
    "answer": _answer,
    "refuse": _refuse,
    "cancel": _cancel,
    "prune": _prune,
    "recount": _recount,
    "sign_off": _sign_off,
}
