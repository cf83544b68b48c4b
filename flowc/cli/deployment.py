"""Stores compiled flows: one request for each project folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flowc.cli.compilation import Compilation
from runtime.model.errors import FlowerError

if TYPE_CHECKING:
    from runtime.model.definition import FlowDefinition
    from runtime.service import Deployed


def deploy_all(compilation: Compilation, db: str | None, take_over: bool) -> Iterator[str]:
    """Deploys the flows and tells of each: `etl: version 3 (was 2)` or `etl: unchanged (version 2)`."""
    from runtime.service import Service
    from runtime.settings import find_settings

    by_project: dict[Path, list[FlowDefinition]] = {}
    for (_, flows), project in zip(compilation.files, compilation.projects, strict=True):
        by_project.setdefault(project, []).extend(flows)
    if len(by_project) > 1:
        folders = ", ".join(str(folder) for folder in by_project)
        raise FlowerError(
            f"these files belong to different projects: {folders}", "deploy the files of each project on their own"
        )
    with Service(find_settings(db)) as service:
        for project, its_flows in by_project.items():
            for deployed in service.deploy(its_flows, project, take_over=take_over):
                yield told(deployed)


def told(deployed: Deployed) -> str:
    """What a deploy did to one flow, in a line."""
    if not deployed.changed:
        return f"{deployed.name}: unchanged (version {deployed.version})"
    before = f" (was {deployed.previous})" if deployed.previous is not None else ""
    return f"{deployed.name}: version {deployed.version}{before}"
