"""Stores compiled flows of one project, in one request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flowc.cli.compilation import Compilation
from runtime.model.errors import FlowerError

if TYPE_CHECKING:
    from runtime.service import Deployed


def deploy_all(
    compilation: Compilation,
    db: str | None,
    take_over: bool,
    expected: Mapping[str, tuple[int, str] | None] | None = None,
) -> Iterator[str]:
    """Deploys the flows and tells of each: `etl: version 3 (was 2)` or `etl: unchanged (version 2)`.

    `expected`: the versions that the store must still have, with their content hashes.
    """
    from runtime.service import Service
    from runtime.settings import find_settings

    project = single_project(compilation)
    with Service(find_settings(db)) as service:
        for deployed in service.deploy(compilation.deployable, project, take_over=take_over, expected=expected):
            yield told(deployed)


def single_project(compilation: Compilation) -> Path:
    """The project folder that all the files belong to; FlowerError if there are several."""
    projects = list(dict.fromkeys(compilation.projects))
    if len(projects) > 1:
        folders = ", ".join(map(str, projects))
        raise FlowerError(
            f"these files belong to different projects: {folders}", "name the files of each project on their own"
        )
    return projects[0]


def told(deployed: Deployed) -> str:
    """What a deploy did to one flow, in a line."""
    if not deployed.changed:
        return f"{deployed.name}: unchanged (version {deployed.version})"
    before = f" (was {deployed.previous})" if deployed.previous is not None else ""
    return f"{deployed.name}: version {deployed.version}{before}"
