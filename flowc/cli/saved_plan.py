"""A plan kept in a file, to be deployed later exactly as it was looked at, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from flowc.cli.compilation import Compilation
from flowc.cli.planning import FlowPlan, Plan
from flowc.compare.json_form import change_to_json
from runtime.model.errors import FlowerError, Refused
from runtime.model.slotted import dataclass

_FORM: Final = 1
_AGAIN: Final = "look at what would change now, and plan again: flowc plan FILE"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """`expected`: the version and content hash that each flow was found with. `hashes`: what is to be deployed."""

    project: Path
    files: tuple[Path, ...]
    expected: dict[str, tuple[int, str] | None]
    hashes: dict[str, str]

    def check(self, compilation: Compilation) -> None:
        """Refused if the files no longer say what the plan was made of."""
        now = {flow.name: flow.content_hash for flow in compilation.deployable}
        differing = sorted(name for name in {*now, *self.hashes} if now.get(name) != self.hashes.get(name))
        if differing:
            names = ", ".join(f"`{name}`" for name in differing)
            raise Refused(f"the files have changed since the plan was made: see flow {names}", _AGAIN)
        if set(compilation.projects) - {self.project}:
            raise Refused(f"the files no longer belong to the project {self.project}", _AGAIN)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """What `--json` prints and a plan file holds."""
    return {
        "plan": _FORM,
        "project": str(plan.project),
        "files": [str(file) for file in plan.files],
        "changes": plan.changes,
        "flows": [_flow(flow) for flow in plan.flows],
        "gone": [{"flow": flow.name, "version": flow.version, "file": flow.source_file} for flow in plan.gone],
    }


def _flow(flow: FlowPlan) -> dict[str, Any]:
    base = flow.base
    return {
        **change_to_json(flow.change),
        "from_version": base.version if base is not None else None,
        "from_hash": base.content_hash if base is not None else None,
        "to_version": flow.version,
        "to_hash": flow.content_hash,
        "taken_from": flow.taken_from,
        "next_runs": None if flow.next_runs is None else dict(zip(("before", "after"), flow.next_runs, strict=True)),
        "runs_under_way": [
            {"run": run, "version": version.version} for version in flow.keeping for run in version.under_way
        ],
    }


def save(plan: Plan, file: Path) -> None:
    """Writes the plan; FlowerError if the file cannot be written."""
    try:
        file.write_text(json.dumps(plan_to_json(plan), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise FlowerError(f"{file} cannot be written: {problem.strerror}", "name another file with -o") from None


def read_plan(file: Path) -> SavedPlan:
    """The plan of a file; FlowerError if it is none."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["plan"] != _FORM or not data["files"]:
            raise ValueError
        return SavedPlan(
            Path(data["project"]),
            tuple(Path(name) for name in data["files"]),
            {flow["flow"]: _base(flow) for flow in data["flows"]},
            {flow["flow"]: str(flow["to_hash"]) for flow in data["flows"]},
        )
    except OSError as problem:
        raise FlowerError(
            f"{file} cannot be read: {problem.strerror}", "make one: flowc plan FILE -o plan.json"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise FlowerError(f"{file} holds no plan of this version", "make one: flowc plan FILE -o plan.json") from None


def _base(flow: dict[str, Any]) -> tuple[int, str] | None:
    return None if flow["from_version"] is None else (int(flow["from_version"]), str(flow["from_hash"]))
