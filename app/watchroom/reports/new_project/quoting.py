"""Text from outside, written so that it stays text: in Python, YAML, TOML and Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

import yaml

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&$#])")
_BEGINS = re.compile(r"^(\d*)(?:(?<!\d)([-+=:])|(?<=\d)([.)])(?=\s|$))")
"""What begins a list or a rule: a sign, or a number with a point after it; 2.58 is neither."""
_LINKS_ITSELF = re.compile(r"(?i)https?:(?=//)|www(?=\.)")
_JOINER = "\u2060"


def python(text: str) -> str:
    """A string of Python as Ruff formats it: in double quotes, unless that takes more escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = repr(f"'{text}\"")[3:-2]  # with a quote of each kind at its ends: repr escapes the single ones alone
    body = body.replace("\\'", "'").replace(quote, f"\\{quote}")
    return f"{quote}{body}{quote}"


def python_list(texts: Sequence[str], indent: str = "") -> str:
    """A list of strings, an item a line: the comma after the last one keeps Ruff from folding it."""
    if not texts:
        return "[]"
    return "[\n" + "".join(f"{indent}    {python(text)},\n" for text in texts) + f"{indent}]"


def python_dict(entries: Mapping[str, Sequence[str]]) -> str:
    """A dictionary of lists of strings."""
    if not entries:
        return "{}"
    lines = [f"    {python(name)}: {python_list(values, '    ')},\n" for name, values in entries.items()]
    return "{\n" + "".join(lines) + "}"


def python_numbers(entries: Mapping[str, tuple[float, float]]) -> str:
    """A dictionary of pairs of numbers; whole ones without a point."""
    if not entries:
        return "{}"
    lines = [
        f"    {python(name)}: ({', '.join(repr(float(end)).removesuffix('.0') for end in pair)}),\n"
        for name, pair in entries.items()
    ]
    return "{\n" + "".join(lines) + "}"


def yaml_text(text: str) -> str:
    """The text as a double-quoted YAML scalar on one line."""
    return yaml.dump(text, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=True, width=2**31).strip()


def yaml_list(texts: Iterable[str]) -> str:
    """A list of texts on one line."""
    return f"[{', '.join(yaml_text(text) for text in texts)}]"


def toml_text(text: str) -> str:
    """The text as a basic string of TOML, which takes all of JSON's escapes."""
    return json.dumps(text, ensure_ascii=False)


def markdown(text: str) -> str:
    """The text on one line, with what could be a mark of Markdown's escaped; a web address does not become a link.

    It is fit to stand at the beginning of a line, too. What stays as it is (`.`, `@`) keeps the file readable as text.
    """
    unlinked = _LINKS_ITSELF.sub(lambda found: found[0] + _JOINER, " ".join(text.split()))
    escaped = _MARKDOWN.sub(r"\\\1", unlinked)
    return _BEGINS.sub(lambda found: f"{found[1]}\\{found[2] or found[3]}", escaped)
