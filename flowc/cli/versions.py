"""Deployed versions of a flow: listed, compared with one another, deployed again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowc.cli.change_text import Line, change_lines
from flowc.compare.changes import FlowChange
from flowc.compare.flows import compare
from flowc.compare.json_form import change_to_json
from runtime.model.errors import NotFound
from runtime.model.run import VersionSummary
from runtime.model.slotted import dataclass

if TYPE_CHECKING:
    from runtime.service import Service


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one flow and what differs."""

    before: VersionSummary
    after: VersionSummary
    change: FlowChange


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, and what was new in it; None for the first."""

    version: VersionSummary
    change: FlowChange | None


def compare_versions(flow: str, before: int | None, after: int | None, db: str | None) -> Comparison:
    """`after` is the newest version unless given, `before` the one before the newest; NotFound if there is none."""
    with _service(db) as service:
        reader = service.reader
        if after is None:
            after = reader.versions(flow)[0].version
        if before is None:
            before = _previous(flow, after)
        older, was = reader.version(flow, before)
        newer, now = reader.version(flow, after)
    return Comparison(older, newer, compare(was, now))


def read_history(flow: str, limit: int, db: str | None) -> list[Entry]:
    """The newest versions, newest first, each compared with the one before it."""
    with _service(db) as service:
        reader = service.reader
        versions = reader.versions(flow)
        wanted = [reader.version(flow, version.version)[1] for version in versions[: limit + 1]]
    before = [*wanted[1:], None]
    changes = [None if was is None else compare(was, now) for now, was in zip(wanted, before, strict=True)]
    return [Entry(version, change) for version, change in zip(versions[:limit], changes, strict=False)]


def roll_back(flow: str, version: int | None, db: str | None) -> str:
    """Deploys a version again from its rows, for the project and file that it came from; what to tell of it."""
    with _service(db) as service:
        newest = service.reader.versions(flow)[0]
        wanted = _previous(flow, newest.version) if version is None else version
        summary, definition = service.reader.version(flow, wanted)
        expected = {flow: (newest.version, newest.content_hash)}
        (deployed,) = service.deploy([definition], Path(summary.project), take_over=True, expected=expected)
    if not deployed.changed:
        return f"{flow}: unchanged, version {deployed.version} is what version {wanted} was"
    return f"{flow}: version {deployed.version}, which does what version {wanted} did (was {deployed.previous})"


def _service(db: str | None) -> Service:
    from runtime.service import Service
    from runtime.settings import find_settings

    return Service(find_settings(db))


def _previous(flow: str, version: int) -> int:
    if version <= 1:
        raise NotFound(f"flow `{flow}` has no version before version 1", f"its versions: flowc history {flow}")
    return version - 1


def comparison_lines(found: Comparison) -> Iterator[Line]:
    """A title and what differs."""
    older, newer = found.before.version, found.after.version
    if found.change.sort == "unchanged":
        yield Line(f"= flow {found.after.flow}: versions {older} and {newer} are the same", "faint")
        return
    yield Line(f"~ flow {found.after.flow}: version {older} → {newer}", "changed")
    yield from change_lines(found.change)


def comparison_json(found: Comparison) -> dict[str, Any]:
    """The change with the numbers of both versions."""
    return {
        **change_to_json(found.change),
        "from_version": found.before.version,
        "to_version": found.after.version,
    }


def history_lines(entries: Sequence[Entry]) -> Iterator[Line]:
    """A table: version, time, tasks, runs, what was new, file."""
    rows = [("VERSION", "DEPLOYED", "TASKS", "RUNS", "UNDER WAY", "CHANGES", "FILE"), *map(_row, entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield Line(text, "" if number else "faint")


def _row(entry: Entry) -> tuple[str, ...]:
    version = entry.version
    return (
        str(version.version),
        _moment(version.deployed_at),
        str(version.tasks),
        str(version.runs),
        str(len(version.under_way) or ""),
        _news(entry.change),
        version.source_file,
    )


def _moment(microseconds: int) -> str:
    return dt.datetime.fromtimestamp(microseconds / 1_000_000, dt.UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _news(change: FlowChange | None) -> str:
    """`+1 ~2 -1 tasks, settings`."""
    if change is None:
        return "new"
    if change.only_moved or change.sort == "unchanged":
        return "lines only"
    told = [f"{_signs(each)} {noun}" for noun, each in _sorts(change) if each]
    return ", ".join(
        [*told, *(["settings"] if change.facts else []), *(["order in the file"] if change.reordered else [])]
    )


def _sorts(change: FlowChange) -> list[tuple[str, Counter[str]]]:
    return [
        ("tasks", Counter(each.sort for each in change.nodes)),
        ("parameters", Counter(each.sort for each in change.parameters)),
        ("edges", Counter(each.sort for each in change.edges)),
    ]


def _signs(count: Counter[str]) -> str:
    signs = (("added", "+"), ("changed", "~"), ("removed", "-"))
    return " ".join(f"{sign}{count[sort]}" for sort, sign in signs if count[sort])


def history_json(entry: Entry) -> dict[str, Any]:
    """A version as `--json` lists it."""
    version = entry.version
    deployed = dt.datetime.fromtimestamp(version.deployed_at / 1_000_000, dt.UTC)
    return {
        "flow": version.flow,
        "version": version.version,
        "deployed": deployed.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "file": version.source_file,
        "project": version.project,
        "hash": version.content_hash,
        "tasks": version.tasks,
        "runs": version.runs,
        "under_way": list(version.under_way),
        "news": _news(entry.change),
    }
