"""What docs/service.md and docs/api say is so: every line runs; no variable, code, state or route is missing."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.conftest import PROJECT
from tests.support.service import ServiceProcesses
from web import problems
from web.settings import Settings
from web.tables import State

SCRIPTS = PROJECT / "docs" / "api" / "README.md"
SERVICE = PROJECT / "docs" / "service.md"
CONTRACT = PROJECT / "docs" / "api" / "openapi.json"
SOURCES = sorted([*PROJECT.glob("web/**/*.py"), PROJECT / "api.py"])
VARIABLE = re.compile(r"ATK_[A-Z_]*[A-Z]")
FRAMEWORK_CODES = {("not-found", 404), ("method-not-allowed", 405)}
"""What Starlette answers of its own, named by `problems.install`; a test asks for them."""
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

Operation = tuple[str, dict[str, Any]]


def blocks(document: Path) -> list[str]:
    """The bash blocks of a document, in order."""
    return re.findall(r"^```bash\n(.*?)^```$", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def table(document: Path, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its two first lines."""
    _, found, rest = document.read_text(encoding="utf-8").partition(f"{heading}\n")
    assert found, f"{document.name} has no heading {heading!r}"
    lines = [line for line in rest.partition("\n#")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def unquoted(cell: str) -> str:
    return cell.strip("`")


# The lines of docs/api/README.md


def run_lines(lines: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run bash lines as a reader would, stopping at the first that fails; which one stands at the end of stderr."""
    head = "set -euo pipefail\nset -E\ntrap 'echo \"this line failed: $BASH_COMMAND\" >&2' ERR\n"
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", head + lines],
        cwd=folder,
        env={**environment, "TMPDIR": str(folder), **variables},
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.fixture
def service(project: Path, own_state: Path) -> Iterator[ServiceProcesses]:
    with ServiceProcesses(project, own_state) as service:
        yield service


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def listed(output: str, name: str) -> list[str]:
    """The ids that `wait_for` has shown to have ended so."""
    return re.findall(rf"^(?:runs|jobs)/([0-9a-f]+): {name}$", output, re.MULTILINE)


@pytest.mark.slow
def test_every_line_of_the_page_for_scripts_works(service: ServiceProcesses, tmp_path: Path, own_state: Path) -> None:
    before = files_below(service.root)
    (tmp_path / "shell").mkdir()
    kept = tmp_path / "kept"
    *work, cleaning = blocks(SCRIPTS)
    assert "-X DELETE" in cleaning, "the last block is the one that takes away what the others made"
    lines = "\n".join([*work, f"cp -R {service.root} {kept}", f"cp -R $WORK {kept}/work", cleaning])

    done = run_lines(lines, tmp_path / "shell", URL=service.url)

    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}\n{service.said()}"
    assert len(listed(done.stdout, "completed")) >= 8, said
    assert len(listed(done.stdout, "paused")) == 1, said
    assert listed(done.stdout, "failed") == [], said
    assert all(f"event: {name}\n" in done.stdout for name in ("snapshot", "run-ended", "state")), said
    assert "chunk_sise" in done.stdout, said
    _check_what_was_made(kept)
    _check_secrecy(said, kept, own_state)
    assert files_below(service.root) == before, "the last section leaves something behind"
    assert list((tmp_path / "shell").iterdir()) == []
    _check_state_folder(own_state)


def _check_what_was_made(kept: Path) -> None:
    rows = (kept / "outputs/api-demo/poems/datasets/poems.jsonl").read_bytes().splitlines()
    assert len(rows) == 4
    ids = [orjson.loads(row)["id"] for row in rows]
    reviewed = (kept / "outputs/api-demo/poems/reviewed/poems.jsonl").read_bytes().splitlines()
    assert reviewed == [rows[0], rows[2], rows[3]]
    assert (kept / "work/accepted.jsonl").read_bytes().splitlines() == reviewed
    sample = orjson.loads((kept / "work/sample.json").read_bytes())["items"][0]
    assert (sample["id"], sample["traced"]) == (ids[0], True)
    book = "\n".join(f"Line {number}: the lamp is lit." for number in range(2000)) + "\n"
    assert (kept / "inputs/api-demo/lamp.txt").read_bytes() == book.encode()
    assert (kept / "inputs/api-demo/letters/1890/march.txt").read_text() == "Dear keeper,\n"
    assert len((kept / "outputs/api-demo/clone/datasets/poems.jsonl").read_bytes().splitlines()) == 2
    assert orjson.loads((kept / "work/test.json").read_bytes())["ok"] is False


def _check_secrecy(said: str, kept: Path, state: Path) -> None:
    found = re.search(r"^KEY=(\S{16,})$", SCRIPTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, "the page saves a secret"
    assert found[1] not in said
    for folder in (kept, state):
        assert not [name for name, data in files_below(folder).items() if found[1].encode() in data]


def _check_state_folder(state: Path) -> None:
    """Whatever is written into the state folder is named in docs/service.md."""
    text = SERVICE.read_text(encoding="utf-8")
    for path in state.iterdir():
        name = re.sub(r"-(wal|shm)$", "", path.name) + ("/" if path.is_dir() else "")
        assert name == "processes.log" or f"`{name}`" in text, f"docs/service.md says nothing of state/{name}"


def test_a_line_that_breaks_is_noticed(service: ServiceProcesses, tmp_path: Path) -> None:
    for broken in (
        'api "$URL/api/runs/0000000000000000"',
        'X=$(api "$URL/api/runs/0000000000000000" | field id)',
        'api "$URL/api/health" | field no_such_field',
        "no-such-command",
    ):
        lines = f"{blocks(SCRIPTS)[0]}\necho so far\n{broken}\necho went on"
        done = run_lines(lines, tmp_path, URL=service.url)
        assert done.returncode != 0, broken
        assert "so far" in done.stdout, done.stderr
        assert "went on" not in done.stdout, broken
        assert "this line failed" in done.stderr, broken


# Codes of problems


def classes_of_problems() -> dict[str, type[problems.ProblemError]]:
    """Every class of errors in web/, by name."""
    for path in SOURCES:
        if path.name != "__init__.py" and "migrations" not in path.parts:
            import_module(".".join(path.relative_to(PROJECT).with_suffix("").parts))
    found, waiting = {}, [problems.ProblemError]
    while waiting:
        one = waiting.pop()
        found[one.__name__] = one
        waiting += one.__subclasses__()
    return found


def codes_in(path: Path, classes: Mapping[str, type[problems.ProblemError]]) -> Iterator[tuple[str, int]]:
    """Code and status of every problem that a file makes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _code_of_call(path, node, names, classes)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            yield from _code_beside_status(node.value.elts)


def _code_of_call(
    path: Path, call: ast.Call, names: Mapping[str, Any], classes: Mapping[str, type[problems.ProblemError]]
) -> Iterator[tuple[str, int]]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called == "answer":
        yield from _code_beside_status(call.args)
    if called == "cls":
        called = "InvalidError"  # in its own class method
    if called not in classes:
        return
    made, given = classes[called], {keyword.arg: keyword.value for keyword in call.keywords}.get("code")
    match given:
        case None:
            yield made.code, made.status
        case ast.Constant(value=str(code)):
            yield code, made.status
        case ast.Name(id=name) if name in names:
            yield names[name], made.status
        case _:
            raise AssertionError(f"{path.relative_to(PROJECT)}:{call.lineno}: write the code as plain text")


def _code_beside_status(values: list[ast.expr]) -> Iterator[tuple[str, int]]:
    match values:
        case [ast.Constant(value=int(status)), ast.Constant(value=str(code)), *_]:
            yield code, status


def test_every_code_of_a_problem_stands_in_the_table_with_its_status() -> None:
    classes = classes_of_problems()
    made = FRAMEWORK_CODES.union(*(codes_in(path, classes) for path in SOURCES))
    rows = table(SCRIPTS, "### Every code")
    told = {(unquoted(row[0]), int(status)) for row in rows for status in row[1].split(",")}
    assert len({row[0] for row in rows}) == len(rows), "a code stands in the table twice"
    assert made - told == set(), "docs/api/README.md does not tell of these codes"
    assert told - made == set(), "docs/api/README.md tells of codes that nothing answers with"
    assert all(row[2] for row in rows)


def test_the_codes_of_the_framework_are_what_it_answers(client: TestClient) -> None:
    answers = [client.get("/api/nothing-here"), client.post("/api/health")]
    assert {(answer.json()["code"], answer.status_code) for answer in answers} == FRAMEWORK_CODES


# docs/service.md


def _told_default(setting: Field[Any]) -> str | None:
    """How the table writes a default; None for one that depends on the machine."""
    if setting.default is MISSING:
        return None
    if isinstance(setting.default, float):
        return f"{setting.default:g}"
    return str(int(setting.default)) if isinstance(setting.default, bool) else str(setting.default or "")


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    rows = {unquoted(row[0]): row for row in table(SERVICE, "## Settings")}
    settings = {f"ATK_{one.name.upper()}": one for one in fields(Settings)}
    settings["ATK_STATE_DIR"] = settings.pop("ATK_STATE")
    assert set(rows) == set(settings)
    for name, setting in settings.items():
        default = _told_default(setting)
        if default is not None:
            told = unquoted(rows[name][1])
            assert ("" if told == "none" else told) == ("" if default == "()" else default), name
        assert rows[name][2], name


def test_settings_are_read_from_the_variables_in_the_table(tmp_path: Path) -> None:
    """The table's names, not the class's, so that a variable nobody reads is noticed."""
    given = {"int": "7", "float": "7", "bool": "1"}
    kinds = {f"ATK_{one.name.upper()}": str(one.type) for one in fields(Settings)}
    for name in (unquoted(row[0]) for row in table(SERVICE, "## Settings")):
        if name == "ATK_STATE_DIR":
            continue  # read by the engine, and set by every test here
        value = given.get(kinds[name], str(tmp_path / "x"))
        assert Settings.from_environment({name: value}, state=tmp_path) != Settings(state=tmp_path), name


def test_every_variable_that_the_program_reads_is_told_of() -> None:
    sources = [*SOURCES, *PROJECT.glob("generation_functions/**/*.py"), PROJECT / "worker.py", PROJECT / "start.sh"]
    read = {name for path in sources for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    told = set(VARIABLE.findall(SERVICE.read_text(encoding="utf-8")))
    assert read - told - {"ATK_SECRET"} == set(), "docs/service.md does not tell of these variables"


def test_every_state_of_a_run_is_explained() -> None:
    assert {unquoted(row[0]) for row in table(SERVICE, "## Where a run can be")} == {str(state) for state in State}


@pytest.mark.parametrize("document", [SERVICE, SCRIPTS], ids=lambda path: path.name)
def test_lines_are_not_too_long_to_read(document: Path) -> None:
    long = [line for line in document.read_text(encoding="utf-8").splitlines() if len(line) > 130 and line[0] != "|"]
    assert long == []


# The contract


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(CONTRACT.read_bytes())
    return found


def operations(contract: dict[str, Any]) -> list[Operation]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_the_contract_in_docs_is_that_of_the_code(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATK_")}
    printed = subprocess.run(
        [sys.executable, str(PROJECT / "api.py"), "openapi"],
        cwd=tmp_path,
        env={**environment, "ATK_STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        timeout=120,
    )
    assert printed.returncode == 0, printed.stderr.decode()
    is_current = printed.stdout == CONTRACT.read_bytes()
    assert is_current, "docs/api/openapi.json is stale; run: python api.py openapi > docs/api/openapi.json"
    assert list(tmp_path.iterdir()) == [], "printing the contract writes something"


def test_every_operation_has_a_name_of_its_own(contract: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(contract)]
    assert sorted(names) == sorted(set(names))


def test_every_operation_has_one_known_tag_and_says_what_it_does(contract: dict[str, Any]) -> None:
    known = {tag["name"] for tag in contract["tags"]}
    for name, operation in operations(contract):
        assert len(operation.get("tags", ())) == 1, f"{name} needs one tag"
        assert operation["tags"][0] in known, f"{name}: the tag {operation['tags'][0]} is not explained"
        assert operation.get("summary"), f"{name} needs a summary"
        assert operation.get("description"), f"{name} needs a docstring"


def test_every_answer_has_a_type(contract: dict[str, Any]) -> None:
    for name, operation in operations(contract):
        good = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
        assert good, f"{name} documents no success"
        for status, answer in good.items():
            contents = answer.get("content", {})
            assert contents or status == "204" or name.startswith("HEAD "), f"{name}: {status} has no content"
            untyped = [kind for kind, content in contents.items() if "json" in kind and not content.get("schema")]
            assert untyped == [], f"{name}: {status} has no type"


def test_every_operation_tells_of_the_errors_that_any_request_may_meet(contract: dict[str, Any]) -> None:
    for name, operation in operations(contract):
        for status in map(str, problems.EVERYWHERE):
            content = operation["responses"].get(status, {}).get("content", {})
            assert problems.MEDIA_TYPE in content, f"{name} does not document {status} as a problem"
