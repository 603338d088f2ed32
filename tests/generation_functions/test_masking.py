"""Keys are in nothing that a run writes or says, even when the provider repeats them."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_functions.config import parse_config
from generation_functions.endpoints import provider_words
from generation_functions.events import EventLog
from generation_functions.masking import Mask, passwords_in
from generation_functions.model import Model
from generation_functions.registry import load_registry
from generation_functions.run_log import RunLog, logger
from generation_functions.vault import Vault
from tests.conftest import PROJECT
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, refuses, says

CANARY = 'sk-canary-"<7&>\\0123456789'
HEADER, PASSWORD = "header-canary-0123456789", "password-canary-0123456789"
PIPELINE = '''
from pathlib import Path
from generation_functions import Model, RecordFailedError, ask, record_id


def odes(run, model: Model, wrong: str = "", count: int = 3):
    """Write odes."""
    key = model.api_key.get_secret_value() if not isinstance(model.api_key, list) else ""
    if wrong == "note":
        run.note(f"the key is {key}")
    if wrong == "raise":
        raise RuntimeError(f"the key {key} does not work")
    if wrong == "told":
        from generation_functions import AugmentoolkitError
        raise AugmentoolkitError(f"the key {key} does not work")

    def fail(record):
        if wrong == "fail" and record["number"]:
            raise RecordFailedError(f"the key {key} does not work")
        return record

    prompts = run.prompts(Path(__file__).parent / "prompts")
    records = [{"id": record_id("n", n), "number": n, "text": f"number {n}"} for n in range(count)]
    odes = run.map(records, fail, ask(run.client(model), prompts["ode"], into="ode"), name="odes")
    run.write("odes", odes, lambda record: {"text": record["ode"]}, output_format="text")
'''


def repeats(request: Request) -> str:
    """All that a careless provider could say."""
    return f"wrong key {request.key}, team {request.headers.get('X-Team')} " + "and so on " * 20 + request.key


def refuses_in_json(status: int) -> Callable[[Request], Response]:
    return lambda request: refuses(status, repeats(request))


def refuses_in_text(status: int) -> Callable[[Request], Response]:
    return lambda request: Response(repeats(request).encode(), status)


def refuses_every_other(request: Request) -> Response:
    return says("an ode") if "number 1" in request.last else refuses(400, repeats(request))


def answers_with_a_page(request: Request) -> Response:
    return Response(f"<p>{request.key}</p>".encode())


def answers_well(request: Request) -> Response:
    return says("an ode")


def write_project(folder: Path, url: str, api_key: str | list[str], **more: Any) -> Path:
    (folder / "prompts").mkdir(parents=True)
    prompt = {"variables": ["text"], "reply": {"kind": "text"}, "messages": [{"role": "user", "content": "{text}"}]}
    (folder / "prompts" / "ode.yaml").write_bytes(orjson.dumps(prompt))
    (folder / "pipe.py").write_text(PIPELINE)
    config = {
        "pipeline": "pipe.py:odes",
        "output_dir": "out",
        "model": {
            "name": "m",
            "base_url": url,
            "api_key": api_key,
            "headers": {"X-Team": HEADER},
            "patience": 0.2,
            "concurrency_limit": 1,
        },
        **more,
    }
    (folder / "c.yaml").write_bytes(orjson.dumps(config))
    return folder


def command(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROJECT / "run_augmentoolkit.py"), *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def forms(secret: str) -> list[str]:
    return [secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]]


def leaks(folder: Path, said: str, *secrets: str) -> list[str]:
    """Where a secret shows: files below a run's folder, or the screen."""
    texts = {str(path): path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
    assert texts, said
    texts["screen"] = said.encode()
    return [
        f"{name}: {form}" for name, text in texts.items() for s in secrets for form in forms(s) if form.encode() in text
    ]


# --- a whole run


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (refuses_in_json(401), 1, "answered 401: wrong key ***, team ***"),
        (refuses_in_text(401), 1, "answered 401: wrong key ***, team ***"),
        (refuses_in_json(500), 3, "answered 500: wrong key ***, team ***"),
        (refuses_in_text(500), 3, "answered 500: wrong key ***, team ***"),
        (answers_with_a_page, 3, "not JSON: '<p>***</p>'"),
    ],
    ids=["401 in JSON", "401 in text", "500 in JSON", "500 in text", "a page"],
)
def test_a_key_that_the_provider_repeats_is_in_no_file_and_on_no_screen(
    tmp_path: Path, own_state: Path, answer: Callable[[Request], Response], code: int, message: str
) -> None:
    Vault(own_state).put("canary", CANARY)
    with ScriptedEndpoint(answer) as server:
        folder = write_project(tmp_path / "project", server.url, "secret://canary")
        done = command(folder, "run", "c.yaml", "--json")
        assert server.requests[0].key == CANARY
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert message in orjson.loads((folder / "out" / "run.json").read_bytes())["message"]
    assert message in (folder / "out" / "events.jsonl").read_text()
    assert message in orjson.loads((folder / "out" / "summary.json").read_bytes())["message"]
    assert leaks(folder, done.stdout + done.stderr, CANARY, HEADER) == []


def test_nor_in_what_is_kept_of_failed_records(tmp_path: Path) -> None:
    with ScriptedEndpoint(refuses_every_other) as server:
        folder = write_project(tmp_path / "project", server.url, "${CANARY}")
        done = command(folder, "run", "c.yaml", "--set", "model.patience=5", CANARY=CANARY)
    assert done.returncode == 0, done.stderr
    [first, _] = (folder / "out" / "failed.jsonl").read_text().splitlines()
    assert "wrong key ***" in first
    assert "wrong key ***" in (folder / "out" / "report.html").read_text()
    assert leaks(folder, done.stdout + done.stderr, CANARY, HEADER) == []


@pytest.mark.parametrize("keys", [[CANARY, "sk-other-0123456789"], ["sk-other-0123456789", CANARY]])
def test_each_of_several_keys_is_hidden(tmp_path: Path, keys: list[str]) -> None:
    with ScriptedEndpoint(refuses_in_json(401)) as server:
        folder = write_project(tmp_path / "project", server.url, keys)
        done = command(folder, "run", "c.yaml")
    assert done.returncode == 1, done.stderr
    assert leaks(folder, done.stdout + done.stderr, *keys) == []


def test_a_password_in_the_address_is_hidden(tmp_path: Path) -> None:
    with ScriptedEndpoint(lambda _: refuses(401, "who are you?")) as server:
        url = server.url.replace("://", f"://user:{PASSWORD}@")
        folder = write_project(tmp_path / "project", url, "")
        done = command(folder, "run", "c.yaml", "--json")
    assert done.returncode == 1, done.stderr
    assert "://user:***@127.0.0.1" in done.stderr
    assert leaks(folder, done.stdout + done.stderr, PASSWORD) == []


@pytest.mark.parametrize(
    ("wrong", "code", "shown_in"),
    [("note", 0, "log.txt"), ("raise", 1, "log.txt"), ("told", 1, "run.json"), ("fail", 0, "failed.jsonl")],
)
def test_a_key_that_the_pipeline_itself_tells_is_hidden(tmp_path: Path, wrong: str, code: int, shown_in: str) -> None:
    with ScriptedEndpoint(answers_well) as server:
        folder = write_project(tmp_path / "project", server.url, "secret://canary", wrong=wrong)
        done = command(folder, "run", "c.yaml", "--json", ATK_SECRET_CANARY=CANARY)
    assert done.returncode == code, done.stderr
    assert "the key *** " in (folder / "out" / shown_in).read_text() + " " or wrong == "note"
    assert leaks(folder, done.stdout + done.stderr, CANARY, HEADER) == []
    if wrong in ("note", "raise"):
        assert "the key " in done.stderr
        assert "***" in done.stderr


def test_replies_are_not_altered(tmp_path: Path) -> None:
    with ScriptedEndpoint(lambda request: says(f"an ode to {request.key}")) as server:
        folder = write_project(tmp_path / "project", server.url, "sk-in-a-reply")
        done = command(folder, "run", "c.yaml")
    assert done.returncode == 0, done.stderr
    assert "an ode to sk-in-a-reply" in (folder / "out" / "datasets" / "odes.jsonl").read_text()


def test_a_run_with_secrets_is_resumed_from_its_folder_alone(tmp_path: Path, own_state: Path) -> None:
    Vault(own_state).put("canary", CANARY)
    with ScriptedEndpoint(answers_well) as server:
        folder = write_project(tmp_path / "project", server.url, "secret://canary", count=4)
        config = orjson.loads((folder / "c.yaml").read_bytes())
        config["model"]["headers"] = {"Authorization": "Bearer secret://canary"}
        (folder / "c.yaml").write_bytes(orjson.dumps(config))
        paused = command(folder, "run", "c.yaml", "--set", "max_calls=2")
        assert paused.returncode == 3, paused.stderr
        saved = orjson.loads((folder / "out" / "run.json").read_bytes())["config"]["model"]
        assert saved["api_key"] == "secret://canary"
        assert saved["headers"] == {"Authorization": "Bearer secret://canary"}
        resumed = command(folder, "resume", "out", "--set", "max_calls=null")
        assert resumed.returncode == 0, resumed.stderr
        assert {request.key for request in server.requests} == {CANARY}
        assert len(server.requests) == 4


# --- the mask


def test_a_secret_is_hidden_however_it_is_written() -> None:
    mask = Mask([CANARY])
    for text in (CANARY, json.dumps({"said": CANARY}), repr([CANARY]), f"Bearer {CANARY}!"):
        masked = mask(text)
        assert "***" in masked
        assert "canary" not in masked


def test_the_scheme_of_a_header_is_no_part_of_the_key() -> None:
    assert Mask(["Bearer sk-0123456789"])("wrong key sk-0123456789, Bearer of bad news") == (
        "wrong key ***, Bearer of bad news"
    )


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert Mask(["sk-0123456789", "sk-0123456789-and-more"])("sk-0123456789-and-more") == "***"


@pytest.mark.parametrize("short", ["", " ", "a", "words", "Bearer word", "ollama", "lm-studio"])
def test_what_is_short_or_a_stand_in_hides_no_words(short: str) -> None:
    text = "a run of many words with ollama or lm-studio, Bearer of words"
    assert Mask([short])(text) == text


def test_texts_are_masked_inside_lists_and_mappings_and_keys_stay() -> None:
    mask = Mask(["status-key"])
    assert mask.inside({"status-key": ["x status-key", 1, None, ("status-key",)]}) == {
        "status-key": ["x ***", 1, None, ["***"]]
    }


@given(st.lists(st.text(min_size=6, max_size=20).filter(lambda text: len(text.strip()) >= 6), max_size=4), st.text())
def test_no_secret_is_left_in_any_text(secrets: list[str], text: str) -> None:
    mask = Mask(secrets)
    known = [secret.strip() for secret in secrets if secret.strip().lower() not in ("ollama", "lm-studio")]
    for secret in known:
        masked = mask(text + secret + text)
        assert secret not in masked.replace("***", "") or set(secret) <= {"*"}


def test_a_password_in_an_address_is_found() -> None:
    assert passwords_in("https://user:very-secret@host/v1") == ["very-secret"]
    assert passwords_in("https://host:8000/v1") == []
    hidden = Model(name="m", base_url="https://user:very-secret@host/v1", headers={"X-Title": "harmless", "X-A": "b"})
    assert hidden.secrets() == ["b", "very-secret"]


# --- where it is used


def test_half_a_key_at_the_end_of_a_long_message_is_hidden_too() -> None:
    key = "sk-0123456789-0123456789"
    for body in (b"x" * 390 + key.encode(), orjson.dumps({"error": {"message": "x" * 390 + key}})):
        assert "sk-" not in provider_words(body, Mask([key]))


def test_events_are_masked_but_for_their_names(tmp_path: Path) -> None:
    log = EventLog(tmp_path, Mask(["message-key"]))
    log.add("message-key", message="the message-key is wrong")
    log.close()
    [event] = map(orjson.loads, (tmp_path / "events.jsonl").read_bytes().splitlines())
    assert event["event"] == "message-key"
    assert event["message"] == "the *** is wrong"


def test_the_log_is_masked_with_tracebacks_and_messages_of_loggers_below(tmp_path: Path) -> None:
    log = RunLog(tmp_path, Mask(["sk-0123456789"]))
    try:
        try:
            raise RuntimeError("sk-0123456789 does not work")
        except RuntimeError:
            logger.exception("trouble with %s", "sk-0123456789")
        logging.getLogger("augmentoolkit.below").warning("sk-0123456789")
    finally:
        log.close()
    text = (tmp_path / "log.txt").read_text()
    assert "sk-" not in text
    assert "trouble with ***" in text
    assert "RuntimeError: *** does not work" in text
    assert text.splitlines()[-1].endswith("WARNING ***")


def test_a_config_knows_what_nothing_may_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATK_SECRET_VAULTED", "vaulted-secret")
    monkeypatch.setenv("HARMLESS", "harmless-text")
    (tmp_path / "pipe.py").write_text("def p(texts, key, note, hub_token: str = '', extra: dict = None, **rest): pass")
    config = parse_config(
        "pipeline: pipe.py:p\ntexts: ${HARMLESS}\nkey: secret://vaulted\nnote: http://me:hidden-word@host\n"
        "my_api_key: another-secret\n",
        "c.yaml",
        load_registry(),
    )
    assert sorted(config.secrets) == ["another-secret", "hidden-word", "vaulted-secret"]
