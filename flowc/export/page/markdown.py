"""The page as Markdown, with a Mermaid picture that forges and editors draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowc.export.mermaid import mermaid
from flowc.export.page.content import Entry, FlowPart, TaskPart


def markdown(title: str, flows: Sequence[FlowPart]) -> str:
    """One page for the flows of a file."""
    return "\n".join([f"# {_prose(title)}", "", *(line for flow in flows for line in _flow(flow))])


def _flow(flow: FlowPart) -> Iterator[str]:
    yield from (f"## {flow.name}", "")
    if flow.doc:
        yield from (_prose(flow.doc), "")
    yield from ("```console", f"$ {flow.command}", "```", "")
    if flow.graph.facts:
        yield from (*(f"- {_code(fact)}" for fact in flow.graph.facts), "")
    if flow.parameters:
        yield from ("### Parameters", "", *_table(("name", "type", "default", ""), map(_parameter, flow.parameters)))
    if flow.types:
        rows = ([_code(kind.name), _code(kind.text)] for kind in flow.types)
        yield from ("### Types", "", *_table(("name", ""), rows))
    if flow.tasks:
        yield from ("### Order", "", "```mermaid", mermaid(flow.graph).rstrip("\n"), "```", "")
        yield from ("### Tasks", "", *_table(("task", "does", "after", ""), map(_task, flow.tasks)))
    outs = [(part, out) for part in flow.tasks for out in part.outs]
    if outs:
        rows = ([_code(f"{part.node.dotted}.{out.name}"), _code(out.type), _out(out)] for part, out in outs)
        yield from ("### Outputs", "", *_table(("output", "type", ""), rows))


def _parameter(entry: Entry) -> list[str]:
    told = _cell(entry.doc)
    if entry.condition:
        told = f"{told} {_code(f'where {entry.condition}')}".strip()
    return [_code(entry.name), _code(entry.type), _code(entry.value) if entry.value else "*needed*", told]


def _task(part: TaskPart) -> list[str]:
    node = part.node
    does = f"on {node.hook}: {node.does}" if node.hook else node.does
    settings = [text for text in (node.each, node.condition, *node.facts) if text]
    told = [_cell(node.doc), *map(_code, settings)]
    return [_code(node.dotted), does, ", ".join(map(_code, part.after)), " ".join(text for text in told if text)]


def _out(out: Entry) -> str:
    condition = f"where {out.condition}" if out.condition else ""
    return " ".join(text for text in (_cell(out.doc), _code(out.value), _code(condition)) if text)


def _table(head: Sequence[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _code(text: str) -> str:
    """Text as code in a cell of a table; the fence is longer than any backticks inside."""
    if not text:
        return ""
    line = " ".join(text.split()).replace("|", "\\|")
    fence = "`"
    while fence in line:
        fence += "`"
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _cell(text: str) -> str:
    return " ".join(_prose(text).split()).replace("|", "\\|")


def _prose(text: str) -> str:
    """A doc comment: it may use Markdown, but no HTML. What stands between backticks stays as it is."""
    parts = text.split("`")
    return "`".join(part if at % 2 else _without_html(part) for at, part in enumerate(parts))


def _without_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
