"""How printed pages look: A4, dark text on white, fonts of the system, readable without colour.

Sizes are relative to the body's, so that a page with more to say can be made smaller as a whole.
"""

_COMMON = """
* { box-sizing: border-box; }
html { background: #fff; color: #0B1424; }
body { margin: 0; font: 8.4pt/1.3 system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif; }
main { max-width: 184mm; margin: 0 auto; }
h1 { font-size: 1.6em; margin: 0 0 4pt; }
h2 { font-size: 1.08em; margin: 0.7em 0 0.2em; border-bottom: 0.6pt solid #8A94A6; }
p { margin: 0; }
.answer { font-size: 1.15em; margin: 0.5em 0 0; padding: 0.4em 0.7em; }
.answer { background: #F3F5F8; border-left: 3pt solid #1F5FBF; }
.small, footer { font-size: 0.86em; color: #3A4658; }
.two { display: flex; gap: 12pt; }
.two > * { flex: 1; min-width: 0; }
dl { margin: 0; display: grid; align-content: start; grid-template-columns: 7em 1fr; gap: 0 0.5em; }
dt { color: #3A4658; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; font-size: 0.9em; line-height: 1.2; }
th { text-align: left; font-weight: 600; border-bottom: 0.6pt solid #8A94A6; padding: 1pt 4pt 1pt 0; }
td { padding: 0.6pt 4pt 0.6pt 0; border-bottom: 0.3pt solid #DFE4EC; }
td { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
td.w { white-space: normal; overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.odd { font-weight: 600; }
svg { display: block; }
footer { margin-top: 0.6em; border-top: 0.6pt solid #8A94A6; padding-top: 2pt; }
@media screen { body { padding: 16pt; } }
@media screen and (max-width: 640px) { .two { display: block; } table { display: block; overflow-x: auto; } }
"""

DECISION = f"@page {{ size: A4; margin: 11mm 13mm 10mm; }}{_COMMON}"
"""One page about one decision."""

BUSINESS = f"""
@page {{ size: A4; margin: 12mm 13mm 14mm; @bottom-right {{
  content: "Page " counter(page) " of " counter(pages); font: 7pt system-ui, 'DejaVu Sans', sans-serif; color: #3A4658;
}} }}
{_COMMON}
body {{ font-size: 9pt; }}
h2 {{ margin-top: 1em; }}
h2, tr, .whole, .answer, dl {{ break-inside: avoid; }}
h2 {{ break-after: avoid; }}
.answer dl {{ grid-template-columns: 10.9em 1fr; gap: 0.35em 0.6em; }}
.days dl {{ grid-template-columns: 11em 1fr; }}
.answer dt {{ color: inherit; font-weight: 600; }}
th {{ vertical-align: bottom; }}
th, td {{ padding-right: 7pt; }}
th:last-child, td:last-child {{ padding-right: 0; }}
td {{ vertical-align: top; padding-top: 1.4pt; padding-bottom: 1.4pt; }}
tr.mark td {{ font-weight: 600; }}
td svg {{ margin: 0.5pt 0; }}
@media screen and (max-width: 640px) {{ th, td {{ min-width: 5.5em; }} td.w {{ min-width: 13em; }} }}
@media screen and (max-width: 640px) {{ .answer dl {{ grid-template-columns: 1fr; }} }}
.lead {{ margin: 0.15em 0 0.35em; }}
"""
"""One or two pages for a business owner: a little larger, with numbered pages."""
