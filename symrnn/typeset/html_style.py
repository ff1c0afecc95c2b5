"""How a page looks, in light, in dark and on paper, and the few lines of script that copy LaTeX."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#1a1a1a",
        "paper": "#ffffff",
        "faint": "#595959",
        "line": "#c4c4c4",
        "link": "#0b57a4",
        "panel": "#f4f4f2",
        "mark": "#fff0b8",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#e6e6e6",
        "paper": "#16181b",
        "faint": "#a6a6a6",
        "line": "#50545a",
        "link": "#8ab8ee",
        "panel": "#202327",
        "mark": "#4a3f12",
    }
)


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


STYLE = f"""
:root {{ color-scheme: light dark; {_variables(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}
@media screen and (prefers-color-scheme: dark) {{ figure svg {{ filter: invert(0.91) hue-rotate(180deg); }} }}
body {{ margin: 2rem auto 4rem; max-width: 60rem; padding: 0 1.2rem; color: var(--ink); background: var(--paper);
  font: 1.05rem/1.55 "STIX Two Text", "Latin Modern Roman", Georgia, serif; }}
h1 {{ font-size: 1.7rem; line-height: 1.25; margin-bottom: 0; }}
h2 {{ font-size: 1.25rem; margin: 2.4rem 0 0.6rem; break-after: avoid; }}
p {{ margin: 0.7rem 0; max-width: 54rem; }}
.changed {{ color: var(--link); }}
a {{ color: var(--link); }}
.source {{ color: var(--faint); margin-top: 0.2rem; }}
nav ol {{ display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; list-style: none; padding: 0.5rem 0; margin: 1rem 0;
  border-block: 1px solid var(--line); }}
math {{ font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math; }}
.display {{ overflow-x: auto; overflow-y: hidden; margin: 0.4rem 0; padding: 0.25rem 0; }}
table.lines {{ border-collapse: collapse; width: 100%; }}
table.lines td {{ padding: 0.22rem 0; white-space: nowrap; vertical-align: baseline; }}
table.lines td.left {{ width: 12%; text-align: right; padding-right: 0.25em; }}
table.lines td.when {{ padding: 0 0.5rem 0 1.5rem; white-space: normal; }}
table.lines td.why {{ width: 34%; min-width: 9.5em; padding-left: 1.5rem; white-space: normal; color: var(--faint);
  font-size: 0.95em; }}
table.lines td.number {{ text-align: right; width: 5.5rem; }}
table.lines td.number a {{ color: inherit; text-decoration: none; }}
table.lines td.number a:hover, table.lines td.number a:focus-visible {{
  color: var(--link); text-decoration: underline; }}
.display math {{ font-size: 1.05em; }}
button.copy {{ font: 0.8rem/1.2 system-ui, sans-serif; color: var(--faint); background: var(--paper);
  border: 1px solid var(--line); border-radius: 4px; padding: 0.2rem 0.45rem; min-height: 1.5rem; cursor: pointer;
  opacity: 0; }}
tr:hover button.copy, button.copy:focus-visible, .program:hover button.copy {{ opacity: 1; }}
@media (hover: none) {{ button.copy {{ opacity: 1; }} }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
table.symbols {{ border-collapse: collapse; margin: 1rem 0; }}
table.symbols th, table.symbols td {{ text-align: left; padding: 0.15rem 1.5rem 0.15rem 0; vertical-align: baseline; }}
table.symbols thead th {{ border-bottom: 1px solid var(--line); font-weight: normal; color: var(--faint); }}
.checked {{ border: 1px solid var(--line); border-radius: 4px; padding: 0.6rem 0.9rem; background: var(--panel); }}
.frame {{ border-block: 2px solid var(--line); background: var(--panel); padding: 0.3rem 0.6rem; margin: 1rem 0; }}
figure {{ margin: 1.2rem 0; text-align: center; break-inside: avoid; }}
figure svg {{ max-width: 100%; height: auto; border-radius: 4px; }}
figcaption {{ color: var(--faint); }}
.program {{ position: relative; }}
.program button.copy {{ position: absolute; top: 0.5rem; right: 0.5rem; }}
pre {{ overflow-x: auto; background: var(--panel); padding: 0.8rem 1rem; border-radius: 4px;
  font: 0.82rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }}
tbody:target td {{ background: var(--mark); }}
.quiet {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
@media (max-width: 36rem), screen and (max-width: 54rem) {{
  table.told {{ display: block; }}
  table.told tbody {{ display: grid; grid-template-columns: minmax(4.5rem, max-content) 1fr auto;
    grid-auto-flow: row dense; align-items: baseline; }}
  table.told tr {{ display: contents; }}
  table.told td.left {{ grid-column: 1; width: auto; }}
  table.told td.right {{ grid-column: 2; }}
  table.told td.number {{ grid-column: 3; }}
  table.told td.why {{ grid-column: 1 / -1; width: auto; padding: 0.5rem 0 0; }}
  table.told td.why.first {{ order: -1; }}
}}
@media print {{
  :root {{ color-scheme: light; {_variables(LIGHT)} }}
  body {{ margin: 0; padding: 0; max-width: none; font-size: 10.5pt; }}
  nav, button.copy {{ display: none; }}
  .display, pre {{ overflow: visible; }}
  table.lines td.number {{ width: auto; padding-left: 0.6rem; }}
  pre {{ white-space: pre-wrap; font-size: 7.5pt; }}
  table.lines tbody, table.symbols tr {{ break-inside: avoid; }}
  p:has(+ .display), p:has(+ table) {{ break-after: avoid; }}
  .checked, .frame, pre {{ background: none; }}
}}
"""

SCRIPT = """
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.dataset.text ?? document.getElementById(button.dataset.of).textContent;
    let done = true;
    try { await navigator.clipboard.writeText(text); }
    catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    document.getElementById("said").textContent = done ? "copied" : "the browser does not allow copying";
    const word = button.textContent;
    button.textContent = done ? "copied" : "not allowed";
    setTimeout(() => { button.textContent = word; }, 1500);
  });
}
"""


def policy() -> str:
    """What the page may load: nothing; its own style, and the one script it holds."""
    script = b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; base-uri 'none'"
