"""How pictures look: colours for light and dark, chosen by the reader's system."""

from __future__ import annotations

from typing import Final

STYLE: Final = """\
.flow-graph {
  --paper: #ffffff; --ink: #1b2430; --soft: #5f6b7a; --box: #f7f9fc; --edge: #c3ccd8; --group: #eef2f880;
  --data: #2f6fbf; --order: #8b96a5; --each: #7a3fb0; --when: #9a6200;
  --shell: #2e8b57; --python: #3673b8; --sql: #c07a1c; --call: #8a56c2; --join: #9aa5b1;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  .flow-graph {
    --paper: #12161c; --ink: #e6ebf2; --soft: #98a4b3; --box: #1c232d; --edge: #3b4757; --group: #1a212b80;
    --data: #6aa9f5; --order: #7c8898; --each: #c49af0; --when: #e2b04a;
    --shell: #4fbf85; --python: #64a3ea; --sql: #e6a650; --call: #b58bea; --join: #77828f;
  }
}
.flow-graph .paper { fill: var(--paper); }
.flow-graph text { fill: var(--ink); font-size: 11px; }
.flow-graph .name { font-size: 13px; font-weight: 600; }
.flow-graph .title { font-size: 18px; font-weight: 700; }
.flow-graph .does, .flow-graph .doc { fill: var(--soft); }
.flow-graph .each { fill: var(--each); }
.flow-graph .condition { fill: var(--when); }
.flow-graph .task > rect { fill: var(--box); stroke: var(--edge); }
.flow-graph .group > rect { fill: var(--group); stroke: var(--edge); }
.flow-graph .group > text { stroke: var(--paper); stroke-width: 4px; paint-order: stroke; }
.flow-graph .conditional > rect { stroke: var(--when); stroke-dasharray: 5 3; }
.flow-graph .stripe { stroke: none !important; }
.flow-graph .shell > .stripe { fill: var(--shell); } .flow-graph .python > .stripe { fill: var(--python); }
.flow-graph .sql > .stripe { fill: var(--sql); } .flow-graph .call > .stripe { fill: var(--call); }
.flow-graph .join > .stripe { fill: var(--join); }
.flow-graph .link path { fill: none; stroke: var(--order); stroke-width: 1.4; }
.flow-graph .link polygon { fill: var(--order); }
.flow-graph .data path { stroke: var(--data); } .flow-graph .data polygon { fill: var(--data); }
.flow-graph .outcome path { stroke: var(--when); stroke-dasharray: 5 3; }
.flow-graph .outcome polygon { fill: var(--when); }
.flow-graph .task:hover > rect { stroke: var(--data); } .flow-graph .link:hover path { stroke-width: 3; }
"""
