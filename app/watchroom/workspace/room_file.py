"""`watchroom.yaml` as a validated, frozen value: where things are, who may sign in, how to show it.

Addresses and secrets are `Hidden`: they print without what may be secret. Relative places are resolved by `load`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, ValidationInfo, model_validator

from watchroom.workspace.mistakes import nearest, quoted
from watchroom.workspace.pieces import (
    Address,
    Hidden,
    LateSecret,
    Listed,
    Number,
    OneOrMany,
    Piece,
    Secret,
    Text,
    default,
    left_out,
    needed,
    wrong,
)

_TRACKING = ("http", "https", "sqlite", "file")
_LEDGERS = ("sqlite", "postgresql")


def _scheme(address: Hidden) -> str:
    """The part before `://`, without its driver; empty for a folder."""
    text = address.reveal()
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", text)
    if found:
        return found.group(1).split("+")[0].lower()
    return "file" if text.startswith("file:") else ""


def _is_written(address: Hidden, scheme: str) -> bool:
    """Whether the scheme stands in the file itself; one from a variable may be a part of a secret."""
    return address.shown.lower().startswith(scheme)


def _named(address: Hidden, scheme: str) -> str:
    return quoted(scheme) if _is_written(address, scheme) else "what its variable names"


def _near(address: Hidden, scheme: str, known: Sequence[str]) -> str:
    return nearest(scheme, known) if _is_written(address, scheme) else ""


def _tracking_address(address: Hidden) -> Hidden:
    scheme = _scheme(address)
    if scheme and scheme not in _TRACKING:
        other = "For another database, give its tracking server's address."
        raise wrong(
            f"A tracking store cannot be reached by {_named(address, scheme)}.",
            why="Expected http(s)://…, sqlite:///… or a folder of mlruns.",
            next_step=_near(address, scheme, _TRACKING) or other,
        )
    return address


def _ledger_address(address: Hidden) -> Hidden:
    scheme = _scheme(address)
    if scheme not in _LEDGERS:
        kept = f"The ledger cannot be kept in {_named(address, scheme)}."
        raise wrong(
            kept if scheme else "The ledger's address has no kind.",
            why="Expected sqlite:///… or postgresql+psycopg://….",
            next_step=_near(address, scheme, _LEDGERS),
        )
    return address


TrackingAddress = Annotated[Address, AfterValidator(_tracking_address)]
LedgerAddress = Annotated[Address, AfterValidator(_ledger_address)]


class Mlflow(Piece):
    """Where the runs and the registry are. They are read, never written, unless `write_approval_tag` says so."""

    tracking_uri: TrackingAddress | None = left_out(
        "a server (http…), a SQLite store (sqlite:///…) or a folder of mlruns; relative to the workspace; `${NAME}`"
    )
    registry_uri: TrackingAddress | None = left_out("the registry; left out: the tracking one; `${NAME}`")
    experiments: OneOrMany = default(("*",), "globs of the experiments' names: which to read")
    write_approval_tag: bool = default(
        False, "whether a sign-off also sets the tag `approval` on the model version in MLflow"
    )


class Spark(Piece):
    """The Spark that counts a day of decisions; one of the two."""

    master: Text | None = left_out("a standalone cluster: spark://host:7077, or local[*]")
    remote: Address | None = left_out("Spark Connect: sc://host:15002; `${NAME}`")

    @model_validator(mode="after")
    def _just_one(self) -> Spark:
        if (self.master is None) == (self.remote is None):
            raise wrong("Spark is reached in one way.", why="Expected one of `master` and `remote`.")
        return self


class SparkEngine(Piece):
    """Apache Spark, for a log that lives on a cluster."""

    spark: Spark = needed("how it is reached")


def _engine_form(data: Any) -> str:
    return "\0duckdb" if isinstance(data, str) else "\0spark"


def _known_engine(data: Any) -> Any:
    if isinstance(data, str) and data != "duckdb":
        help_ = "Spark needs its address." if data.lower() == "spark" else nearest(data, ("duckdb", "spark"))
        raise wrong(
            f"The engine cannot be {quoted(data)}.",
            why="Expected duckdb, or `spark: {master: …}`, or `spark: {remote: sc://…}`.",
            next_step=help_,
        )
    return data


Engine = Annotated[
    Annotated[Literal["duckdb"], Tag("\0duckdb")] | Annotated[SparkEngine, Tag("\0spark")],
    Discriminator(_engine_form),
    BeforeValidator(_known_engine),
]


class Roles(Piece):
    """Which groups of the identity provider hold which role; a person in none of them signs in and sees nothing."""

    business: Listed[Text] = default((), "groups whose members decide for the business")
    data_science: Listed[Text] = default((), "groups that build models")
    operations: Listed[Text] = default((), "groups that run models")
    reviewer: Listed[Text] = default((), "groups that review as the second line")
    admin: Listed[Text] = default((), "groups that look after Watchroom itself")


class Auth(Piece):
    """Sign-in with OpenID Connect; without it only the loopback interface is served."""

    server_metadata_url: Secret = needed("the provider's …/.well-known/openid-configuration; `${NAME}`")
    client_id: Secret = needed("the client that the provider knows; `${NAME}`")
    client_secret: Secret = needed("its secret; `${NAME}`")
    redirect_uri: Secret = needed("this app's address, ending in /oauth2callback; `${NAME}`")
    cookie_secret: Secret = needed("a long random text, the same on every replica; `${NAME}`")
    scope: Text = default("openid email profile", "what the provider is asked for; some give groups only for `groups`")
    groups_claim: Text = default("groups", "the claim that holds a person's groups")
    roles: Roles = default(Roles(), "which groups hold which role")


_LINK_WORDS = {"commit": ("commit",), "compare": ("before", "after")}


def _link(pattern: str, info: ValidationInfo) -> str:
    """A pattern of web addresses with the words of its field, each once or more, and no other."""
    words = _LINK_WORDS[info.field_name or ""]
    expected = f"Expected https://…/{'...'.join(f'{{{word}}}' for word in words)}."
    host = re.match(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/", pattern)
    if host is None or not pattern.isprintable() or re.search(r"[\s\"'<>()\[\]\\`]", pattern):
        raise wrong("This is no pattern of web addresses.", why=f"It must begin with https:// and a host. {expected}")
    found = re.findall(r"\{([^{}]*)\}", pattern)
    rest = re.sub(r"\{[^{}]*\}", "", pattern)
    if set(found) != set(words) or "{" in rest or "}" in rest:
        raise wrong("The pattern does not say where what it leads to stands.", why=expected)
    return pattern


LinkPattern = Annotated[Text, AfterValidator(_link)]


class Links(Piece):
    """Where the team's code is looked at: a commit is a link then, and plain text without. `https` only."""

    commit: LinkPattern | None = left_out("the page of a commit: https://…/commit/{commit}")
    compare: LinkPattern | None = left_out("what changed between two: https://…/compare/{before}...{after}")


def _currency(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", code):
        near = code.strip().upper()
        raise wrong(
            f"{quoted(code)} is not a currency code.",
            why="Expected three capital letters after ISO 4217, such as EUR.",
            next_step=f"Did you mean {quoted(near)}?" if re.fullmatch(r"[A-Z]{3}", near) else "",
        )
    return code


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, `../x`, the name of a folder of zones
        raise wrong(
            f"{quoted(name)} is not a time zone.",
            why="Expected a name such as UTC or Europe/London.",
            next_step=nearest(name, available_timezones()),
        ) from None
    return name


class Report(Piece):
    """A page that is sent to everybody in `notify` when a period has ended."""

    of: Text = needed("`portfolio`, or the name of a model")
    every: Literal["week", "month"] = default("month", "how often: after each week, from Monday, or each month")


class RoomSettings(Piece):
    """What holds for the whole workspace. Everything may be left out."""

    mlflow: Mlflow = default(Mlflow(), "where the runs and the registry are")
    store: Text = default("./store", "the folder of the snapshots, relative to the workspace")
    evidence: Text = default("./evidence", "the folder in which files of evidence are kept, relative to the workspace")
    ledger: LedgerAddress = default(
        "sqlite:///./ledger.db",
        "what people decided: sqlite:///… relative to the workspace, or postgresql+psycopg://…; `${NAME}`",
        validate_default=True,
    )
    engine: Engine = default("duckdb", "what counts a day of decisions")
    auth: Auth | None = left_out("sign-in; left out: loopback only")
    notify: Listed[LateSecret] = default((), "Apprise addresses that alerts are sent to; `${NAME}`")
    reports: Listed[Report] = default((), "pages that are sent to `notify` when a week or a month has ended")
    remember_visits: bool = default(
        True, "whether the ledger keeps when somebody opened Home, so that it can say what is new to them"
    )
    compute_cost_per_hour: Number | None = Field(
        default=None, ge=0, description="what an hour of a run costs, in `currency`: for the cost of failed experiments"
    )
    currency: Annotated[Text, AfterValidator(_currency)] | None = left_out("the currency of every amount, as ISO 4217")
    time_zone: Annotated[Text, AfterValidator(_time_zone)] = default(
        "UTC", "the zone that times are shown in; they are stored in UTC"
    )
    links: Links = default(Links(), "where the team's code is looked at")
