"""From files to the results of their tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from flowc.cli.compilation import Compilation, compile_paths
from flowc.cli.paint import colored
from flowc.cli.telling import tell_problems
from flowc.driver import FlowTest
from runtime.model.errors import FlowerError


def run_tests(paths: Sequence[Path], only: str | None, junit: Path | None, as_json: bool) -> int:
    """Runs the tests of files and tells the results; the exit code."""
    compilation = compile_paths([found for path in paths for found in (path, *_beside(path))])
    tell_problems(compilation)
    if not compilation.good:
        return 2
    where = ", ".join(str(path) for path in paths) if paths != [Path()] else "the .flow files of this folder"
    return _run(_chosen(compilation, only, where), junit, as_json)


def _beside(path: Path) -> list[Path]:
    """The file with the tests of a file: `etl_test.flow` of `etl.flow`."""
    beside = path.with_name(f"{path.stem}_test{path.suffix}") if path.name else path
    return [beside] if path.is_file() and beside.is_file() else []


def _chosen(compilation: Compilation, only: str | None, where: str) -> list[FlowTest]:
    tests = [test for tests in compilation.tests for test in tests]
    if not tests:
        flow = next((flow.name for flow in compilation.flows), "FLOW")
        raise FlowerError(
            f"there is no test in {where}",
            f'write one: `test "it works" {{ given {flow}(); expect flow.succeeded }}`',
        )
    chosen = [test for test in tests if only is None or only.lower() in test.scenario.title.lower()]
    if not chosen:
        raise FlowerError(f"no test has `{only}` in its name", f'there is for example "{tests[0].scenario.title}"')
    return chosen


def _run(tests: Sequence[FlowTest], junit: Path | None, as_json: bool) -> int:
    from flowc.cli.rehearsal import Verdict, rehearse
    from flowc.cli.verdict_files import to_json, write_junit
    from flowc.cli.verdict_text import summary, told

    verdicts: list[Verdict] = []
    for path, group in groupby(tests, lambda test: test.scenario.source.path):
        if not as_json:
            print(f"{path}:")
        for test in group:
            verdicts.append(rehearse(test))
            if not as_json:
                print("\n".join(f"  {line}".rstrip() for line in told(verdicts[-1], colored(sys.stdout))))
    if as_json:
        print(json.dumps([to_json(verdict) for verdict in verdicts], ensure_ascii=False, indent=2))
    else:
        print(summary(verdicts))
    if junit is not None:
        write_junit(verdicts, junit)
    return 0 if all(verdict.passed for verdict in verdicts) else 1
