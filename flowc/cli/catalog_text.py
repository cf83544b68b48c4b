"""Components as text for people and as data for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runtime.model.encode import dumps
from runtime.model.signature import ParameterSignature, Signature


def table(signatures: Sequence[Signature]) -> str:
    """A line for each component: its call, and the first sentence of what it says."""
    return "\n".join(f"{call_text(each)}{_remarks(each)}\n    {_summary(each)}" for each in signatures)


def one_text(signature: Signature) -> str:
    """All of one component."""
    lines = [f"{call_text(signature)}{_remarks(signature)}"]
    lines += [f"    {parameter.name}: {parameter.doc}" for parameter in signature.parameters if parameter.doc]
    return "\n".join([*lines, "", signature.doc or "It says nothing about itself."])


def call_text(signature: Signature) -> str:
    """`steps.count(file: path, at_least: int = 1) -> items: int`."""
    given = ", ".join(map(_parameter, signature.parameters))
    outs = ", ".join(f"{name}: {kind}" for name, kind in signature.outs)
    return f"{signature.name}({given})" + (f" -> {outs}" if outs else "")


def as_data(signature: Signature) -> dict[str, Any]:
    return {
        "name": signature.name,
        "parameters": [_datum(parameter) for parameter in signature.parameters],
        "outputs": [{"name": name, "type": str(kind)} for name, kind in signature.outs],
        "runs": signature.runs,
        "idempotent": signature.idempotent,
        "transactional": signature.transactional,
        "doc": signature.doc,
    }


def _parameter(parameter: ParameterSignature) -> str:
    default = "" if parameter.required else f" = {dumps(parameter.default)}"
    return f"{parameter.name}: {parameter.type}{default}"


def _datum(parameter: ParameterSignature) -> dict[str, Any]:
    told = {"name": parameter.name, "type": str(parameter.type), "required": parameter.required, "doc": parameter.doc}
    return told if parameter.required else {**told, "default": parameter.default}


def _remarks(signature: Signature) -> str:
    remarks: list[str] = [] if signature.runs == "thread" else [signature.runs]
    remarks += ["idempotent"] if signature.idempotent else []
    remarks += ["transactional"] if signature.transactional else []
    return f"  [{', '.join(remarks)}]" if remarks else ""


def _summary(signature: Signature) -> str:
    first = signature.doc.partition("\n\n")[0].replace("\n", " ")
    return first or "-"
