"""Names that stand for values elsewhere, in Python, YAML, Airflow, Argo or GitHub Actions, and what is written here."""

from __future__ import annotations

import re
from typing import Final

from flowc.diagnostics import Fix
from flowc.source import Source, Span

_CONSTANTS: Final = {
    **dict.fromkeys(("True", "TRUE", "yes", "Yes"), "true"),
    **dict.fromkeys(("False", "FALSE", "no", "No"), "false"),
    **dict.fromkeys(("None", "nil", "none", "undefined", "NULL", "Null"), "null"),
}
_PARAMETERS: Final = re.compile(
    r"(?:inputs\.parameters|workflow\.parameters|github\.event\.inputs|params|inputs|vars|parameters)\.([a-z_]\w*)"
)
_VARIABLE: Final = re.compile(r"(?:env|os\.environ)\.([A-Za-z_]\w*)")
_SECRET: Final = re.compile(r"secrets\.([A-Za-z_]\w*)")
_OUTPUTS: Final = re.compile(r"(?:steps|needs|tasks|jobs)\.([a-z_]\w*)(?:\.outputs)?(?:\.parameters)?\.([a-z_]\w*)")
_DAY: Final = "the day is a parameter here: `param day: date = today()`; the time of a run is `run.time`"
_RESULT: Final = "an output is named where it is used: `TASK.OUTPUT`, for example `count.rows`"
_WORDS: Final = {
    **dict.fromkeys(("ds", "ds_nodash", "execution_date", "logical_date", "data_interval_start", "ts"), _DAY),
    **dict.fromkeys(("ti", "task_instance", "xcom_pull", "xcom", "outputs", "result"), _RESULT),
    **dict.fromkeys(("run_id", "dag_run", "github", "workflow"), "the run is `run`: `run.id`, `run.time`, `run.dir`"),
    "macros": "functions are called by their names: `today() - 1d`",
    "self": "a task names its own outputs bare: `rows`",
}


def foreign_name(source: Source, name: str, span: Span) -> tuple[str, tuple[Fix, ...]] | None:
    """Help and fix for a name of another language; None for one that is of none."""
    if name in _CONSTANTS:
        better = _CONSTANTS[name]
        return f"write `{better}`", (Fix(span, better, certain=True),)
    if found := _PARAMETERS.match(source.text, span[0]):
        return f"a parameter is named without a word before it: `{found[1]}`", (Fix(found.span(), found[1]),)
    if found := _VARIABLE.match(source.text, span[0]):
        return f"a variable of the environment is read by the shell: `${found[1]}`, without `{{{{ }}}}`", ()
    if found := _SECRET.match(source.text, span[0]):
        upper, small = found[1], found[1].lower()
        return f'declare `param {small}: secret = "env:{upper}"` and hand it over: `env {{ {upper}: {small} }}`', ()
    if found := _OUTPUTS.match(source.text, span[0]):
        better = f"{found[1]}.{found[2]}"
        return f"an output is named by its task: `{better}`", (Fix(found.span(), better),)
    return (_WORDS[name], ()) if name in _WORDS else None
