"""The section of the card about money and targets: what a wrong answer costs, and what the business steers by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watchroom.charts.words import cutoff_text, days
from watchroom.domain.money_text import money
from watchroom.domain.worth import OUTCOMES, ErrorWorth, OutcomeWorth, left_out, terms_of
from watchroom.reports import kpi_sentences, value_words
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import Block, Gap, Grid, Pairs, Para
from watchroom.workspace.answer import Answer


def costs(known: Known) -> Iterator[Block]:
    """What each kind of answer is worth, what it earned, its cut-off, its KPIs."""
    yield from _terms(known)
    if known.money is not None and known.spec is not None and known.spec.value is not None:
        yield Para(value_words.earned(known.money, known.spec, known.currency))
    if known.cutoff is not None and known.cutoff.in_use is not None:
        of = known.cutoff
        yield Pairs((("Cut-off in use", f"{cutoff_text(of.in_use or 0.0)}, by {of.n:,} decisions with an outcome, "
                      f"{days(of.first, of.last)}"),))  # fmt: skip
    if not known.kpis:
        yield Gap("the targets of the business: no KPI is named", "Write `kpis:` into the model's file.")
        return
    rows = tuple((one.name, one.owner or "nobody", kpi_sentences.said(one, known.currency)) for one in known.kpis)
    yield Grid("Targets", ("KPI", "Owner", "How it stands"), rows)


def _terms(known: Known) -> Iterator[Block]:
    given = known.spec.value if known.spec else None
    terms = terms_of(given.model_dump()) if given is not None else None
    if given is None or known.spec is None or terms is None:
        yield Gap("what a wrong answer costs", "Write `value:` into the model's file.")
        return
    rows = list(_rows(terms, known.spec.answer, known.currency))
    baseline = value_words.baseline_name(given.baseline, known.spec.answer)
    rows.append(("Compared with", baseline or "nothing: no baseline is given"))
    rows.append(("Running it, a month", money(given.run_cost_per_month, known.currency)))
    rows.append(("Building it, once", money(given.build_cost, known.currency)))
    yield Pairs(tuple(rows))
    missing = left_out(terms)
    if missing:
        names = ", ".join(name.replace("_", " ") for name in missing)
        yield Gap(f"what these are worth: {names}", "Write them under `value:` in the model's file.")


def _rows(terms: OutcomeWorth | ErrorWorth, names: Answer, currency: str) -> Iterable[tuple[str, str]]:
    if isinstance(terms, ErrorWorth):
        unit = names.unit or "unit"
        for side, amount in (("too much", terms.over), ("too little", terms.under)):
            yield f"Each {unit} {side}", money(amount, currency, signed=True, full=True)
        return
    for kind in OUTCOMES:
        amount = getattr(terms, kind.field)
        name = value_words.kind_name(kind, names)
        yield f"{name[:1].upper()}{name[1:]}", money(amount, currency, signed=True, full=True)
