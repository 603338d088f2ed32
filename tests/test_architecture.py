"""The rules of the house: who may import whom, how large things may get, and no work at import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT

LAYERS = {  # each may import itself and what stands before it
    "generation_functions": 0,
    "generation": 1,
    "finetuning": 2,
    "serving": 2,
    "web": 3,
    "api": 4,
    "worker": 4,
    "run_augmentoolkit": 4,
}
PRODUCT = [
    folder
    for folder in ("generation_functions", "generation", "finetuning", "serving", "web", "benchmarks")
    if (PROJECT / folder).is_dir()
]
PROGRAMS = ["run_augmentoolkit.py", "api.py", "worker.py"]
FILES = sorted(
    [path for folder in PRODUCT for path in (PROJECT / folder).rglob("*.py")] + [PROJECT / name for name in PROGRAMS]
)
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 400, 60, 14
VAGUE = {"utils.py", "helpers.py", "misc.py", "common.py"}


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}: relative import"
            yield node.module or ""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", FILES, ids=named)
def test_imports_point_one_way(path: Path) -> None:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    level = LAYERS.get(parts[0])
    for module in imported(path):
        target = module.split(".")
        if level is not None and target[0] in LAYERS:
            assert LAYERS[target[0]] <= level, f"{named(path)} imports {module}, which is above it"
        if parts[:2] == ("generation", "core_pipelines") and target[:2] == ["generation", "core_pipelines"]:
            assert target[2] == parts[2], f"{named(path)} imports another pipeline: {module}"
        if parts[:2] == ("generation", "core_components"):
            assert target[:2] != ["generation", "core_pipelines"], f"{named(path)} imports a pipeline: {module}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_sizes_stay_readable(path: Path) -> None:
    assert path.name not in VAGUE, f"{named(path)}: name the noun"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{named(path)} has {lines} lines"
    for function in functions(path):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        assert length <= MOST_FUNCTION_LINES or path.name == "pipeline.py", f"{named(path)}: {function.name}: {length}"
        arguments = function.args
        number = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
        number -= bool(arguments.args and arguments.args[0].arg in ("self", "cls"))
        is_pipeline = path.name == "pipeline.py" and function.name.endswith("_pipeline")
        assert number <= MOST_PARAMETERS or is_pipeline or function.name == "__init__", (
            f"{named(path)}: {function.name} takes {number} parameters"
        )


def test_only_the_three_outermost_places_catch_everything() -> None:
    allowed = {"run_augmentoolkit.py", "worker.py", "api.py"}
    for path in FILES:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {""}
            catches_all = bool(names & {"", "Exception", "BaseException"})
            reraises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            assert not catches_all or reraises or named(path) in allowed, f"{named(path)}:{node.lineno}"


def test_importing_everything_writes_nothing_prints_nothing_and_reaches_for_nothing(tmp_path: Path) -> None:
    paths = [path.relative_to(PROJECT) for path in FILES if "migrations" not in path.parts]  # Alembic runs those
    modules = [".".join(path.with_suffix("").parts) for path in paths]
    modules = [module.removesuffix(".__init__") for module in modules]
    script = f"""
import sys
sys.path.insert(0, {str(PROJECT)!r})
sys.dont_write_bytecode = True
def forbid(event, arguments):
    if event.startswith("socket.connect") or event in ("os.mkdir", "subprocess.Popen", "os.remove"):
        raise RuntimeError(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise RuntimeError(f"opens {{arguments[0]}} for writing")
sys.addaudithook(forbid)
import importlib
for module in {modules!r}:
    importlib.import_module(module)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_no_heavy_package_is_loaded_by_the_library(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(PROJECT)!r})\n"
        "import generation_functions.run, generation_functions.steps\n"
        "heavy = {'torch', 'transformers', 'datasets', 'ray', 'numpy', 'pandas', 'pyarrow', 'arro3', 'openai'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
