"""`docs/checks.md`, made from the kinds of check themselves."""

from __future__ import annotations

from itertools import groupby
from textwrap import fill

from watchroom.domain.check_kinds import KINDS
from watchroom.domain.check_params import CheckKind, Param
from watchroom.jobs.checks import own, own_words

_HEAD = f"""\
# Checks

<!-- Made by `make docs` from `watchroom.domain.check_kinds`. Change it there. -->

An item of a policy (`docs/policies.md`) either asks a person, or names a *kind of check* that runs by itself at each
refresh:

```yaml
fair:
  stage: pilot
  tier: high
  role: data_science
  text: Every group fares nearly as well as the best one.
  check: {{kind: fairness_ratio, at_least: 0.85}}
```

A check is asked of the champion, the challenger, the newest version and of versions that are being handed over
(`check_subjects`). It finds `pass`, `fail`, `stale` (it was met, and that is too old) or `unknown` (there is nothing
to tell it from), with a value and a sentence. A person's answer does not tick a check that fails: only a waiver sets
it aside, with a reason and an end. Where a check is `unknown`, a person may answer. What was found is in `checks`,
and what was asked in `check_queries`: a statement over the public tables that `watchroom sql` asks again. Where the
refresh put in its own time that statement says `localtimestamp`.

Each result keeps its digest (of item, status and value) and the refresh that first found it so: what un-ticks itself
shows when. A check that cannot be asked is `unknown` with the reason, and a problem on the page Status; it stops
nothing.

What a sign-off binds leaves out the kinds marked *not bound*: those that rest on what people do later or on how the
model does today. An approval does not turn void by a bad day; the alert says that day.

## The ML Test Score

Items with a `section` (`data`, `model`, `infrastructure`, `monitoring`) are counted as Breck, Cai, Nielsen, Salib and
Sculley do in "The ML Test Score: A Rubric for ML Production Readiness" (2017): half a point for an item that a person
answered, a whole one for an item that checks itself, the total is the least of the sections, where one without items
has none of its seven points. All items of the policy with a section count, also those that the model's tier is not
asked for, so that models can be compared; what is
waived is not met. A test report counts a whole point only where a pipeline added it (`watchroom evidence add`, whose
entries say "on the command line"): the paper gives the whole point to what runs by itself and repeatedly. One that a
person uploaded counts half.

## Checks of your own

**In SQL**: one SELECT over the tables of `docs/tables.md`, with the columns `model`, `version` and `passes` (true,
false, or NULL for what cannot be told), and where you like `stale`, `value` and `evidence`. One row for each version
at most.

```yaml
check:
  sql: |
    select s.model, s.version, count(k.kpi) >= 2 as passes, count(k.kpi) as value
    from check_subjects s left join kpis k on k.model = s.model
    group by s.model, s.version
```

`$now` is the time of the refresh, UTC. It is read before it runs: it may only select, from public tables by their
name alone, and use operators, `like` and these functions:

{{functions}}

**In Python**: a function of a file beside the policies (`python: mine.py:check`), or of an installed package
(`python: package.module:name`). It is called for each version with its row of `check_subjects` and the rows of its
model in `models` and the `tables` named (`kind: python`, `function: …`, `tables: [kpis]`; of tables by run, those of
its versions' runs; of tables without a model, all):

```python
def check(version, tables):
    (model,) = tables["models"]
    return {{{{"passes": model["runbook"] is not None, "value": model["tier"], "evidence": "One sentence."}}}}
```

It returns `True`, `False`, `None`, or a mapping with `passes` and where you like `stale`, `value` and `evidence`. If
it raises an error the item is unknown for that version.

Both run in a process of their own that has taken its rights from itself: it reads no file but Python's own and writes
none but temporary ones, reaches no network and no other process, knows no environment and no credentials, and is
ended after {own.SECONDS:g} seconds, with more than 4 GB of address space, or with more than 256 MB of files. It is
given tables of at most {own.MOST_ROWS:,} rows. Python is run only where the system can confine it (Linux with
Landlock and seccomp); elsewhere such an item is unknown, and says so. An installed package is code that somebody
chose to install: it too runs in that process alone.

All checks of one's own together may take {own.ALL_SECONDS:g} seconds: what is not asked by then is unknown, with
one problem that names it. `watchroom check` reads them without running any: a statement that is not
allowed, a file or a function that is not there is a mistake of its item.

## Every kind
"""


def checks_markdown() -> str:
    """The page, with a heading for each area and an entry for each kind."""
    named = sorted(name for name in own_words.FUNCTIONS | own_words.WINDOWS if name.isidentifier())
    functions = fill(", ".join(f"`{name}`" for name in named), 118)
    parts = [_HEAD.replace("{functions}", functions).replace("{{", "{").replace("}}", "}")]
    for area, kinds in groupby(KINDS.values(), key=lambda kind: kind.area):
        parts.append(f"\n### {area[0].upper()}{area[1:]}\n")
        parts += [_kind(kind) for kind in kinds]
    return "".join(parts)


def _kind(kind: CheckKind) -> str:
    bound = "" if kind.binds else " *Not bound.*"
    params = "".join(_param(param) for param in kind.params)
    return f"\n**`{kind.name}`** {kind.about}{bound}\n" + (f"\n{params}" if params else "")


def _param(param: Param) -> str:
    usual = "needed" if param.needed else f"usually {_word(param.default)}" if param.default is not None else "left out"
    choices = f"; one of {', '.join(f'`{one}`' for one in param.choices)}" if param.choices else ""
    return f"- `{param.name}` ({param.type_name}, {usual}): {param.about}{choices}\n"


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{value}`"
