"""What tests have shown, for machines: JSON, and JUnit's XML for the tools that read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from flowc.cli.rehearsal import Failure, Verdict
from flowc.cli.verdict_text import told
from runtime.model.errors import FlowerError

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_json(verdict: Verdict) -> dict[str, Any]:
    """`tasks` are those of the simulated run; `failures` have the place and the text of what is wrong."""
    scenario = verdict.scenario
    return {
        "file": scenario.source.path,
        "line": scenario.source.line(scenario.span[0]),
        "name": scenario.title,
        "flow": scenario.flow.name,
        "passed": verdict.passed,
        "failures": [_failure(verdict, failure) for failure in verdict.failures],
        "run": verdict.status,
        "tasks": [
            {"path": task.path, "kind": task.kind, "state": task.status.word, "attempts": task.attempts}
            for task in verdict.tasks
            if task.kind != "flow"
        ],
    }


def _failure(verdict: Verdict, failure: Failure) -> dict[str, Any]:
    source = verdict.scenario.source
    line, column = source.position(failure.span[0])
    return {
        "message": failure.message,
        "line": line,
        "column": column,
        "text": source.text[slice(*failure.span)],
        "values": [{"text": source.text[slice(*span)], "is": value} for span, value in failure.values],
    }


def write_junit(verdicts: Sequence[Verdict], file: Path) -> None:
    """A suite for each file. FlowerError if the file cannot be written."""
    root = ElementTree.Element("testsuites", name="flowc test")
    for path, group in groupby(verdicts, lambda verdict: verdict.scenario.source.path):
        root.append(_suite(path, list(group)))
    ElementTree.indent(root)
    try:
        ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise FlowerError(f"{file} cannot be written: {reason}", "name another file with --junit") from None


def _suite(path: str, verdicts: list[Verdict]) -> ElementTree.Element:
    failed = sum(not verdict.passed for verdict in verdicts)
    seconds = sum(verdict.seconds for verdict in verdicts)
    suite = ElementTree.Element(
        "testsuite",
        name=path,
        tests=str(len(verdicts)),
        failures=str(failed),
        errors="0",
        skipped="0",
        time=f"{seconds:.3f}",
    )
    for verdict in verdicts:
        name = _xml(verdict.scenario.title)
        case = ElementTree.SubElement(suite, "testcase", classname=path, name=name, time=f"{verdict.seconds:.3f}")
        if not verdict.passed:
            failure = ElementTree.SubElement(case, "failure", message=_xml(verdict.failures[0].message))
            failure.text = _xml("\n".join(told(verdict, color=False)))
    return suite


def _xml(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
