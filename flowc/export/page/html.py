"""The page as one HTML file that needs nothing else: style and picture are inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from flowc.export.page.content import Entry, FlowPart, NamedType, TaskPart
from flowc.export.page.style import PAGE_STYLE
from flowc.export.svg.svg import PAGE, svg


def html(title: str, flows: Sequence[FlowPart]) -> str:
    """One page for the flows of a file."""
    return "\n".join(_document(title, flows)) + "\n"


def _document(title: str, flows: Sequence[FlowPart]) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>\n{PAGE_STYLE}</style>\n<main>"
    yield f"<h1>{escape(title)}</h1>"
    if len(flows) > 1:
        items = (f'<li><a href="#{escape(flow.name)}">{escape(flow.name)}</a></li>' for flow in flows)
        yield f'<nav><ul class="chips">{"".join(items)}</ul></nav>'
    for flow in flows:
        yield from _flow(flow)
    yield "</main>\n</html>"


def _flow(flow: FlowPart) -> Iterator[str]:
    yield f'<section id="{escape(flow.name)}">\n<h2>{escape(flow.name)}</h2>'
    yield from _paragraphs(flow.doc, "lead")
    yield f"<pre>$ {escape(flow.command)}</pre>"
    if flow.graph.facts:
        yield f'<ul class="chips">{"".join(f"<li>{escape(fact)}</li>" for fact in flow.graph.facts)}</ul>'
    if flow.parameters:
        yield "<h3>Parameters</h3>"
        yield from _table(("name", "type", "default", ""), map(_parameter, flow.parameters))
    if flow.types:
        yield "<h3>Types</h3>"
        yield from _table(("name", ""), map(_type, flow.types))
    if flow.tasks:
        picture = svg(flow.graph, titled=False, fit=PAGE)
        yield f'<h3>Order</h3>\n<div class="wide graph">\n{picture}</div>\n<h3>Tasks</h3>'
    for part in flow.tasks:
        yield from _task(flow.name, part)
    yield "</section>"


def _parameter(entry: Entry) -> list[str]:
    condition = f'<div class="soft">where {_code(entry.condition)}</div>' if entry.condition else ""
    default = _code(entry.value) if entry.value else '<span class="soft">needed</span>'
    return [_code(entry.name), _code(entry.type), default, _inline(entry.doc) + condition]


def _type(kind: NamedType) -> list[str]:
    return [_code(kind.name), _code(kind.text)]


def _task(flow: str, part: TaskPart) -> Iterator[str]:
    node = part.node
    does = f"on {node.hook}: {node.does}" if node.hook else node.does
    indent = f' style="margin-left: {2 * part.depth}rem"' if part.depth else ""
    yield f'<article id="{escape(_anchor(flow, node.dotted))}"{indent}>'
    loops = f'<span class="each">{_code(node.each)}</span>' if node.each else ""
    condition = f'<span class="when">{_code(node.condition)}</span>' if node.condition else ""
    yield f"<header><strong>{escape(node.dotted)}</strong>"
    yield f'<span class="soft">{escape(does)}</span>{loops}{condition}</header>'
    yield from _paragraphs(node.doc)
    if part.after or node.facts:
        links = (f'<li>after <a href="#{escape(_anchor(flow, one))}">{escape(one)}</a></li>' for one in part.after)
        facts = (f"<li>{escape(fact)}</li>" for fact in node.facts)
        yield f'<ul class="chips">{"".join((*links, *facts))}</ul>'
    if part.arguments:
        yield from _table(("argument", ""), ([_code(one.name), _code(one.value)] for one in part.arguments))
    if part.outs:
        yield from _table(("output", "type", ""), map(_out, part.outs))
    if part.code:
        yield f"<details><summary>{escape(part.language)} script</summary><pre>{escape(part.code)}</pre></details>"
    yield "</article>"


def _anchor(flow: str, dotted: str) -> str:
    return f"{flow}.{dotted}"


def _out(out: Entry) -> list[str]:
    condition = f'<div class="soft">where {_code(out.condition)}</div>' if out.condition else ""
    return [_code(out.name), _code(out.type), " ".join(filter(None, (_inline(out.doc), _code(out.value)))) + condition]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows of cells that are HTML already."""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    yield f'<div class="wide"><table>\n<tr>{titles}</tr>'
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</table></div>"


def _paragraphs(text: str, style: str = "") -> Iterator[str]:
    attribute = f' class="{style}"' if style else ""
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield f"<p{attribute}>{_inline(paragraph)}</p>"


def _inline(text: str) -> str:
    """A doc comment: what stands between backticks is code, nothing else is markup."""
    parts = text.split("`")
    paired = len(parts) - (len(parts) % 2 == 0)
    shown = [_code(part) if at % 2 else escape(part) for at, part in enumerate(parts[:paired])]
    return "".join(shown) + "".join(f"`{escape(part)}" for part in parts[paired:])


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""
