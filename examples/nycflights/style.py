"""The look of the report, in light and in dark."""

STYLE = """
:root { --paper: #fbfaf7; --ink: #22252a; --faint: #7b7f86; --line: #e3e0d8; --bar: #8fa3b8; --accent: #c8452f;
        color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
    :root { --paper: #16181c; --ink: #e6e4df; --faint: #8d9199; --line: #2c2f36; --bar: #54687e; --accent: #ec6a50; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
       font: 17px/1.55 "Charter", "Bitstream Charter", "Georgia", serif; }
main { max-width: 940px; margin: 0 auto; padding: 56px 30px 80px; }
h1 { font-size: 52px; line-height: 1.05; letter-spacing: -.02em; margin: 4px 0 18px; }
h2 { font-size: 25px; letter-spacing: -.01em; margin: 0 0 4px; }
p { max-width: 42em; margin: 0 0 18px; }
section { margin-top: 60px; border-top: 1px solid var(--line); padding-top: 26px; }
.kicker { color: var(--accent); margin: 0; }
.lead { font-size: 21px; line-height: 1.45; }
.faint { color: var(--faint); fill: var(--faint); }
.kicker, .tiles span, table, svg text, p.faint { font-family: "Inter", "Helvetica Neue", "Arial", sans-serif; }
.kicker, .tiles span, table, p.faint { font-size: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 22px; margin-top: 30px; }
.tiles div { border-top: 3px solid var(--accent); padding-top: 10px; }
.tiles b { display: block; font-size: 34px; line-height: 1.1; letter-spacing: -.02em; }
.tiles span { color: var(--faint); line-height: 1.35; display: block; margin-top: 4px; }
svg { width: 100%; height: auto; display: block; margin: 14px 0 18px; }
svg text { font-size: 12.5px; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .value { text-anchor: middle; font-size: 12px; }
svg .start { text-anchor: start; }
svg .tick { text-anchor: middle; fill: var(--faint); }
svg .note { text-anchor: end; fill: var(--faint); }
svg .heading { text-anchor: end; fill: var(--faint); font-size: 11.5px; }
svg tspan.faint { fill: var(--faint); font-size: 11.5px; }
svg .grid { stroke: var(--line); }
svg .bar { fill: var(--bar); }
svg .peak, svg .field { fill: var(--accent); }
svg g:hover .bar { fill: var(--accent); }
table { border-collapse: collapse; width: 100%; margin: 10px 0 22px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 0; border-bottom: 1px solid var(--line); font-weight: normal; }
th { color: var(--faint); }
th:first-child, td:first-child { text-align: left; }
tfoot td { font-weight: bold; border-bottom: 0; }
@media (max-width: 640px) { main { padding: 28px 16px 50px; } h1 { font-size: 38px; } section { overflow-x: auto; }
                            svg { min-width: 640px; } }
"""
