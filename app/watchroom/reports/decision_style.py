"""How the printed page of a decision looks: one A4 page, dark text on white, fonts of the system."""

STYLE = """
@page { size: A4; margin: 11mm 13mm 10mm; }
* { box-sizing: border-box; }
html { background: #fff; color: #0B1424; }
body { margin: 0; font: 8.6pt/1.32 system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif; }
main { max-width: 184mm; margin: 0 auto; }
h1 { font-size: 14pt; margin: 0 0 4pt; }
h2 { font-size: 9.4pt; margin: 7pt 0 2pt; border-bottom: 0.6pt solid #8A94A6; }
p { margin: 0; }
.answer { font-size: 10.4pt; margin: 6pt 0 0; padding: 5pt 7pt; background: #F3F5F8; border-left: 3pt solid #1F5FBF; }
.small, footer { font-size: 7.4pt; color: #3A4658; }
.two { display: flex; gap: 12pt; }
.two > * { flex: 1; min-width: 0; }
dl { margin: 0; display: grid; align-content: start; grid-template-columns: 58pt 1fr; gap: 0.6pt 5pt; }
dt { color: #3A4658; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 7.7pt; line-height: 1.2; }
th { text-align: left; font-weight: 600; border-bottom: 0.6pt solid #8A94A6; padding: 1pt 4pt 1pt 0; }
td { padding: 0.8pt 4pt 0.8pt 0; border-bottom: 0.3pt solid #DFE4EC; overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.odd { font-weight: 600; }
svg { display: block; }
footer { margin-top: 6pt; border-top: 0.6pt solid #8A94A6; padding-top: 2pt; }
@media screen { body { padding: 16pt; } }
@media screen and (max-width: 640px) { .two { display: block; } table { display: block; overflow-x: auto; } }
"""
