"""What a deploy would do: compiled flows beside the newest versions of the store, and the runs that are under way."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowc.cli.compilation import Compilation
from flowc.cli.deployment import single_project
from flowc.compare.changes import FactChange, FlowChange
from flowc.compare.flows import compare
from runtime.model.definition import FlowDefinition, ScheduleDefinition
from runtime.model.run import FlowSummary, VersionSummary
from runtime.model.slotted import dataclass, replace

if TYPE_CHECKING:
    from runtime.store.sqlite.reader import Reader

NEXT_RUNS: Final = 3

NextRuns = tuple[str, ...]
"""Times in the words of `flowc check`, soonest first."""


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """What becomes of one flow. `base`: the version that is deployed now. `keeping`: versions, newest first, that runs
    under way go on with. `taken_from`: the other file that it was deployed from, so that a deploy needs to be told.

    `next_runs`: if its schedules change, the next times before and after.
    """

    change: FlowChange
    content_hash: str
    base: VersionSummary | None = None
    keeping: tuple[VersionSummary, ...] = ()
    taken_from: str | None = None
    next_runs: tuple[NextRuns, NextRuns] | None = None

    @property
    def version(self) -> int:
        """The one that a deploy leaves as the newest."""
        known = self.base.version if self.base is not None else 0
        return known if self.change.sort == "unchanged" else known + 1


@dataclass(frozen=True, slots=True)
class Plan:
    """`files`: absolute. `gone`: flows deployed from these files that are in them no more; they stay as they are."""

    project: Path
    files: tuple[Path, ...]
    flows: tuple[FlowPlan, ...]
    gone: tuple[FlowSummary, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether a deploy would store anything."""
        return any(flow.change.sort != "unchanged" for flow in self.flows)


def plan_deploy(compilation: Compilation, given: Sequence[Path], db: str | None) -> Plan:
    """Compares the flows of good files with the store; where there is none yet, everything is new."""
    from runtime.service import Service
    from runtime.settings import find_settings

    project = single_project(compilation)
    settings = find_settings(db)
    files = tuple(_place(Path(shown)) for shown, _ in compilation.files)
    with Service(settings) as service:
        if not service.files.db.exists():
            flows = tuple(FlowPlan(compare(None, flow), flow.content_hash) for flow in compilation.deployable)
            return Plan(project, files, flows)
        reader = service.reader
        deployed = {flow.name: flow for flow in reader.flows()}
        flows = tuple(
            _flow(flow, flow.name in deployed, reader, project, settings.zone) for flow in compilation.deployable
        )
    names = {flow.change.name for flow in flows}
    folders = tuple(_place(path) for path in given if path.is_dir())
    gone = (flow for name, flow in deployed.items() if name not in names and _is_from(flow, files, folders))
    return Plan(project, files, flows, tuple(gone))


def _flow(flow: FlowDefinition, deployed: bool, reader: Reader, project: Path, zone: str) -> FlowPlan:
    if not deployed:
        return FlowPlan(compare(None, flow), flow.content_hash)
    versions = reader.versions(flow.name)
    base, before = reader.version(flow.name, versions[0].version)
    change = _with_project(compare(before, flow), base.project, str(project))
    known = os.path.join(base.project, base.source_file)
    return FlowPlan(
        change,
        flow.content_hash,
        base,
        tuple(version for version in versions if version.under_way),
        known if known != os.path.join(project, flow.source_file) else None,
        _next_runs(before, flow, zone),
    )


def _with_project(change: FlowChange, before: str, after: str) -> FlowChange:
    if before == after:
        return change
    moved = FactChange("project", before, after)
    return replace(change, sort="changed", facts=(moved, *change.facts))


def _next_runs(before: FlowDefinition, after: FlowDefinition, zone: str) -> tuple[NextRuns, NextRuns] | None:
    rules = [[replace(each, line=0) for each in flow.schedules] for flow in (before, after)]
    if rules[0] == rules[1]:
        return None
    now = time.time_ns() // 1000
    return _next(before.schedules, now, zone), _next(after.schedules, now, zone)


def _next(schedules: Sequence[ScheduleDefinition], now: int, zone: str) -> NextRuns:
    from runtime.schedule import moment, next_instants

    shown_in = next((each.zone for each in schedules if each.zone), zone)
    return tuple(moment(instant, shown_in) for instant in next_instants(schedules, now, zone, NEXT_RUNS))


def _place(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _is_from(flow: FlowSummary, files: Sequence[Path], folders: Sequence[Path]) -> bool:
    place = Path(flow.project, flow.source_file)
    return place in files or any(place.is_relative_to(folder) for folder in folders)
