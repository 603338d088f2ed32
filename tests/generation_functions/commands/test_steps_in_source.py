from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generation_functions.commands.execute import execute
from generation_functions.commands.steps_in_source import pipeline_steps
from generation_functions.config import load_config
from generation_functions.registry import Pipeline, load_registry

Steps = Callable[[str], list[tuple[str, str, list[str]]]]
ROOT = Path(__file__).parents[3]
REGISTRY = load_registry(ROOT / "super_config.yaml")
HEAD = """
from dataclasses import dataclass
from functools import partial
from generation_functions import Run, ask, keep_if, named, split, verdict, vote

def tidy(record):
    return record

def spoken(record):
    return record

spoken.step_name = "speak"
"""


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[Steps]:
    """Reads the source of a pipeline called `pipeline`."""

    def read(source: str) -> list[tuple[str, str, list[str]]]:
        file = tmp_path / "written_here.py"
        file.write_text(HEAD + source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("written_here", file)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules["written_here"] = module
        spec.loader.exec_module(module)
        pipeline = Pipeline("pipeline", "pipeline", module.pipeline)
        return [(stage["kind"], stage["stage"], stage["steps"]) for stage in pipeline_steps(pipeline)]

    yield read
    sys.modules.pop("written_here", None)


def test_reading_steps_and_datasets_are_named_as_in_the_funnel(steps: Steps) -> None:
    assert steps("""
def pipeline(run: Run, model=None, prompts=None):
    wording = run.prompts(prompts)
    client = run.client(model)
    chunks = run.chunks("inputs", chunk_size=5)
    made = run.map(chunks, ask(client, wording["poem"], into="poem"), split("lines"), _hidden, spoken, name="poems")
    run.write("poems", made, tidy)

def _hidden(record):
    return record
""") == [
        ("read", "chunks", ["read documents", "near-duplicates"]),
        ("map", "poems", ["poem", "split lines", "hidden", "speak"]),
        ("write", "poems", []),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("steps = [tidy, spoken]\n    run.map(x, *steps)", ["tidy", "speak"]),
        ("steps = [tidy]\n    steps.append(spoken)\n    run.map(x, *steps)", ["tidy", "speak"]),
        ("steps = [tidy]\n    steps += [spoken]\n    run.map(x, *steps)", ["tidy", "speak"]),
        ("run.map(x, *([tidy] + [spoken]))", ["tidy", "speak"]),
        ("first, second = tidy, spoken\n    run.map(x, first, second)", ["tidy", "speak"]),
        ("run.map(x, named('by name', tidy))", ["by name"]),
        ("run.map(x, keep_if(tidy, 'too short'))", ["too short"]),
        ("run.map(x, partial(tidy, depth=2))", ["tidy"]),
        ("run.map(x, *(tidy for _ in range(2)), spoken)", ["tidy", "tidy", "speak"]),
        ("steps = [tidy]\n    if len(x) > 3:\n        steps.append(spoken)\n    run.map(x, *steps)", ["tidy", "speak"]),
        ("run.map(x, tidy if flag else spoken)", ["tidy"]),
        ("run.map(x, tidy if x else spoken)", []),  # only a run can tell
        ("run.map(x, lambda record: record, tidy)", ["tidy"]),
        ("steps = [lambda r: r]\n    steps[0].step_name = 'count'\n    run.map(x, *steps)", ["count"]),
        ("map_it = partial(run.map, name='records')\n    map_it(x, tidy)", ["tidy"]),
    ],
)
def test_steps_are_found_in_variables_lists_and_branches(steps: Steps, body: str, expected: list[str]) -> None:
    found = steps(f"def pipeline(run: Run, flag=True):\n    x = run.client('model').more()\n    {body}\n")
    assert found == [("map", "records", expected)]


def test_functions_that_return_steps_are_looked_into(steps: Steps) -> None:
    found = steps("""
def pipeline(run: Run, votes=3, strict=False):
    wording = run.prompts("here")
    run.map([], *checks(wording, votes=votes, strict=strict), Asking(wording, "vague").step(), name="checked")

def checks(wording, *, votes, strict, tone="calm"):
    found = [vote(None, wording["check_question"], passes="yes", reason="no", votes=votes)]
    if strict:
        found.append(verdict(None, wording["judge"], passes="yes", reason="no"))
    return [*found, told(wording[f"say_{tone}"])]

def told(prompt):
    async def telling(record):
        return record
    telling.step_name = prompt.name
    return telling

@dataclass
class Asking:
    wording: dict
    style: str

    def step(self):
        return ask(None, self.wording[f"ask_{self.style}"], into="question")
""")
    assert found == [("map", "checked", ["check_question", "say_calm", "ask_vague"])]


def test_helpers_get_the_run_and_loops_over_known_styles_are_unrolled(steps: Steps) -> None:
    found = steps("""
STYLES = ("open", "vague")

def pipeline(run: Run, styles=STYLES):
    for style in dict.fromkeys(styles):
        made = run.map([], tidy, name=style)
        unique(run, made, f"unique {style} questions")

def unique(inner, pairs, name="unique"):
    return inner.map(pairs, spoken, name=name)
""")
    assert [stage for _, stage, _ in found] == ["open", "unique open questions", "vague", "unique vague questions"]


def test_parts_of_a_composition_are_stages_with_the_parts_name_in_front(steps: Steps) -> None:
    found = steps("""
def pipeline(run: Run, folders=None):
    for folder in find(folders):
        part = run.part(f"{folder}/questions", corpus=folder)
        other(part, part.chunks(folder, chunk_size=3))
        other(run.part(f"{folder}/again", corpus=folder), part.chunks(folder, chunk_size=3))

def find(folders):
    return [folder.resolve() for folder in folders]

def other(run: Run, chunks):
    run.write("rows", run.map(chunks, tidy, name="asked"), tidy)
""")
    assert found == [
        ("read", "questions: chunks", ["read documents", "near-duplicates"]),
        ("map", "questions: asked", ["tidy"]),
        ("write", "questions: rows of rows", ["make rows", "check rows"]),
        ("map", "again: asked", ["tidy"]),
        ("write", "again: rows of rows", ["make rows", "check rows"]),
    ]


def test_what_only_a_run_can_tell_is_left_out(steps: Steps) -> None:
    found = steps("""
def pipeline(run: Run, folder=None):
    run.map([], tidy, name=f"{folder.name}/{folder.stem}")
    run.map([], folder.step(), spoken, name=f"poems of {folder.name}")
    run.write(folder.name, [], tidy)
""")
    assert found == [("map", "poems of", ["speak"])]


def test_nothing_of_the_source_is_run(steps: Steps, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    found = steps(f"""
def pipeline(run: Run):
    made()
    run.map([], tidy, name=Named().name)

def made():
    open({str(trace)!r}, "w").write("run")

class Named:
    @property
    def name(self):
        open({str(trace)!r}, "w")
        return "names"
""")
    assert found == [("map", "names", ["tidy"])]
    assert not trace.exists()


def test_circles_and_endless_loops_end(steps: Steps) -> None:
    found = steps("""
def pipeline(run: Run):
    again = lambda: again()
    while True:
        run.map([], tidy, name="once")
        pipeline(run)
        again()
""")
    assert found == [("map", "once", ["tidy"])]


@pytest.mark.parametrize("name", REGISTRY.names)
def test_no_name_of_a_shipped_pipeline_is_source_code(name: str) -> None:
    pipeline = REGISTRY.find(name)
    stages = pipeline_steps(pipeline)
    names = [word for stage in stages for word in (stage["stage"], *stage["steps"])]
    assert names or "generation" not in pipeline.file.parts, "what makes rows carries records through steps"
    assert [word for word in names if not word or re.search(r"""^_|['"{}()\[\]\0]|^\W|\W$""", word)] == []


@pytest.mark.parametrize("name", ["example-pipeline", "debug-pipeline", "factual-gen-indiv-pipeline"])
def test_the_stages_of_a_real_run_are_those_in_the_source(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATK_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(ROOT)
    overrides = [f"output_dir={tmp_path / 'run'}", *(["seconds=0"] if name == "debug-pipeline" else [])]
    pipeline = REGISTRY.find(name)
    assert pipeline.own_config
    summary: dict[str, Any] = execute(load_config(pipeline.own_config, REGISTRY, overrides))
    planned = [(stage["stage"], stage["steps"]) for stage in pipeline_steps(pipeline)]
    made = [(stage["name"], [step["name"] for step in stage["steps"]]) for stage in summary["stages"]]
    assert made
    assert [stage for stage in made if stage not in planned] == []
