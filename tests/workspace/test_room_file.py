"""`watchroom.yaml`: addresses, secrets from the environment, and what never shows them."""

from __future__ import annotations

import pickle

import pytest

from watchroom.errors import WorkspaceError

SECRET = "s3cr3t-value"
FULL = """\
mlflow:
  tracking_uri: https://user:${MLFLOW_PASSWORD}@mlflow.example.com/path?token=${MLFLOW_PASSWORD}
  experiments: "prod-*"
ledger: postgresql+psycopg://room:${LEDGER_PASSWORD}@db.example.com/room
engine: {spark: {remote: "sc://spark.example.com:443/;token=${LEDGER_PASSWORD}"}}
auth:
  server_metadata_url: https://id.example.com/.well-known/openid-configuration
  client_id: watchroom
  client_secret: ${CLIENT_SECRET}
  redirect_uri: https://room.example.com/oauth2callback
  cookie_secret: s3cr3t-value-in-the-file
  roles: {reviewer: [second-line]}
notify: ["slack://s3cr3t-value-in-the-file/b/c", "${CHAT_URL}"]
currency: EUR
time_zone: Europe/London
"""
ENVIRON = dict.fromkeys(("MLFLOW_PASSWORD", "LEDGER_PASSWORD", "CLIENT_SECRET", "CHAT_URL"), SECRET)


def test_variables_are_filled_in_where_secrets_belong(room):
    room.write("watchroom.yaml", FULL)
    workspace = room.load(ENVIRON)
    assert workspace.problems == ()
    assert workspace.tracking_uri == f"https://user:{SECRET}@mlflow.example.com/path?token={SECRET}"
    assert workspace.ledger == f"postgresql+psycopg://room:{SECRET}@db.example.com/room"
    assert workspace.settings.auth.client_secret.reveal() == SECRET
    assert [address.reveal() for address in workspace.settings.notify] == [
        "slack://s3cr3t-value-in-the-file/b/c",
        SECRET,
    ]
    assert workspace.settings.mlflow.experiments == ("prod-*",)


def test_nothing_that_is_printed_or_written_holds_a_secret(room):
    room.write("watchroom.yaml", FULL)
    workspace = room.load(ENVIRON)
    settings = workspace.settings
    shown = [repr(workspace), str(settings), settings.model_dump_json(), f"{settings.ledger} {settings.notify}"]
    assert [text for text in shown if SECRET in text] == []
    assert "postgresql+psycopg://***@db.example.com/room" in shown[2]
    assert "${CHAT_URL}" in shown[2]


def test_hidden_values_are_equal_when_what_they_hide_is(room):
    room.write("watchroom.yaml", FULL)
    settings = room.load(ENVIRON).settings
    assert settings == room.load(ENVIRON).settings
    assert settings != room.load(ENVIRON | {"CHAT_URL": "other"}).settings
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("content", "field", "words"),
    [
        ("ledger: sqlite:///${NOWHERE}.db", "ledger", "The environment variable NOWHERE is not set"),
        ("notify: ['${EMPTY']", "notify[0]", "`${` here is not followed by a name"),
        ("mlflow: {tracking_uri: 'http://${A-B}'}", "mlflow.tracking_uri", "Expected `${NAME}`"),
        ("mlflow: {tracking_uri: 'http://${HELD'}", "mlflow.tracking_uri", "Expected `${NAME}`"),
        ("mlflow: {tracking_uri: htp://x}", "mlflow.tracking_uri", 'Did you mean "http"?'),
        ("mlflow: {tracking_uri: postgresql://x/y}", "mlflow.tracking_uri", "tracking server's address"),
        ("ledger: postgres://x/y", "ledger", 'Did you mean "postgresql"?'),
        ("ledger: ./ledger.db", "ledger", "Expected sqlite:///"),
        ("engine: sparkk", "engine", 'Did you mean "spark"?'),
        ("engine: spark", "engine", "`spark: {master: …}`"),
        ("engine: {spark: {}}", "engine.spark", "one of `master` and `remote`"),
        ("engine: {spark: {mastr: local}}", "engine.spark.mastr", 'Did you mean "master"?'),
        ("currency: eur", "currency", 'Did you mean "EUR"?'),
        ("currency: Euro", "currency", "three capital letters"),
        ("time_zone: Europe/Lodnon", "time_zone", 'Did you mean "Europe/London"?'),
        ("time_zone: ../../etc/passwd", "time_zone", "not a time zone"),
        ("time_zone: Europe", "time_zone", "not a time zone"),
        (
            "auth: {client_id: a, client_secret: b, redirect_uri: c, cookie_secret: d}",
            "auth.server_metadata_url",
            "mis",
        ),
        ("store: ''", "store", "empty"),
        ("mlflow: {experiments: []}", "mlflow.experiments", "at least one"),
    ],
)
def test_a_mistake_in_the_settings_is_named_and_the_models_are_read_all_the_same(room, content, field, words):
    room.write("watchroom.yaml", content + "\n")
    room.write("models/m.yaml", "model: m\n")
    workspace = room.load({"EMPTY": "", "HELD": "x"})
    assert workspace.settings is None
    assert list(workspace.models) == ["m"]
    assert {problem.field for problem in workspace.problems} == {field}
    assert words in str(workspace.problems[0])
    assert workspace.problems[0].file == "watchroom.yaml"


@pytest.mark.parametrize(
    "content",
    [
        f"auth: client_secret={SECRET}",
        f"auth: {{client_secret: {{{SECRET}: x}}}}",
        f"notify: {SECRET}",
        f"ledger: {SECRET}@db",
        f"ledger: mysql://{SECRET}@db",
        "ledger: mysql://${HELD}@db",
        "mlflow: {tracking_uri: 'ftp://${HELD}'}",
        f"notify: [{{url: {SECRET}}}]",
        f"store: {SECRET}: {SECRET}",
    ],
)
def test_a_mistake_beside_a_secret_does_not_repeat_it(room, content):
    room.write("watchroom.yaml", content + "\n")
    problems = room.load({"HELD": SECRET}).problems
    assert problems
    assert [problem for problem in problems if SECRET in str(problem)] == []


def test_a_variable_is_not_filled_in_where_no_secret_belongs(room):
    room.write("models/m.yaml", "model: m\npurpose: ${HOME}\n")
    assert room.load({"HOME": SECRET}).models["m"].purpose == "${HOME}"


@pytest.mark.parametrize("field", ["mlflow: {tracking_uri: '%s'}", "ledger: '%s'"])
@pytest.mark.parametrize("secret", ["hush://x", "hush+hush://x", "sqlit://hush"])
def test_the_kind_of_an_address_from_a_variable_is_not_quoted(room, field, secret):
    room.write("watchroom.yaml", field % "${WHOLE}")
    [problem] = room.load({"WHOLE": secret}).problems
    assert "variable" in problem.what
    assert secret.partition("://")[0] not in f"{problem} ".replace("sqlite", "")
    room.write("watchroom.yaml", field % "hbase://${HOST}/x")
    [problem] = room.load({"HOST": "hush"}).problems
    assert "hbase" in problem.what
    assert "hush" not in str(problem)


@pytest.mark.parametrize(("environ", "state"), [({}, "not set"), ({"CHAT_URL": ""}, "empty")])
def test_a_channel_whose_variable_is_missing_leaves_the_rest_of_the_file_in_force(room, environ, state):
    room.write("watchroom.yaml", "notify: ['slack://a/${CHAT_URL}', 'json://b']\ncurrency: EUR\n")
    workspace = room.load(environ)
    first, second = workspace.settings.notify
    assert (workspace.problems, workspace.settings.currency, second.reveal()) == ((), "EUR", "json://b")
    with pytest.raises(WorkspaceError, match=f"CHAT_URL is {state}") as caught:
        first.reveal()
    assert caught.value.place == "watchroom.yaml (notify)"
    assert str(first) == "slack://***"
