"""How the HTML page looks: one column, light or dark as the reader's system is, and fit for print."""

from __future__ import annotations

from typing import Final

PAGE_STYLE: Final = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #1b2430; --soft: #5f6b7a; --line: #dfe5ec; --panel: #f6f8fb;
  --link: #2f6fbf; --each: #7a3fb0; --when: #9a6200; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161c; --ink: #e6ebf2; --soft: #98a4b3; --line: #2b3542; --panel: #1a212b;
    --link: #6aa9f5; --each: #c49af0; --when: #e2b04a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; }
h1 { font-size: 1rem; font-weight: 500; color: var(--soft); margin: 0 0 2rem; }
h2 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; }
h3 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
section + section { margin-top: 5rem; padding-top: 3rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font: .86em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem;
  margin: .75rem 0; overflow-x: auto; }
.lead { font-size: 1.1rem; color: var(--soft); }
.wide { overflow-x: auto; }
.graph { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; text-align: center; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: .85rem; }
th, td { padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; }
.soft { color: var(--soft); } .each { color: var(--each); } .when { color: var(--when); }
article { border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.2rem; margin: .75rem 0; }
article:target { border-color: var(--link); }
article header { display: flex; flex-wrap: wrap; gap: .3rem .9rem; align-items: baseline; }
article header strong { font-size: 1.05rem; }
article table { margin-top: .5rem; } article tr:last-child td { border-bottom: 0; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.chips li { background: var(--panel); border: 1px solid var(--line); border-radius: 99px; padding: .05rem .7rem;
  font-size: .85rem; }
details summary { cursor: pointer; color: var(--soft); margin-top: .6rem; font-size: .9rem; }
@media print { article { break-inside: avoid; } details { display: none; } }
"""
