"""What the documents say is true: generated parts are current, commands work, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generation_functions.commands.parser import build_parser
from tests.conftest import PROJECT

DOCUMENTS = sorted(
    [
        *PROJECT.glob("*.md"),
        *PROJECT.glob("docs/**/*.md"),
        *PROJECT.glob("generation/**/README.md"),
        *PROJECT.glob("finetuning/**/README.md"),
        *PROJECT.glob("serving/**/README.md"),
    ],
)
COMMAND = re.compile(r"^ {4}(?:\.venv/bin/)?python run_augmentoolkit\.py ?(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
NEEDS_A_MODEL = re.compile(r"discord|ollama|openai:|-remote\.yaml|configs/mine\.yaml|outputs/mine|outputs/")
TAKES_LONG = re.compile(r"^run .*(train|server|grpo-rl|evaluate|export)")
"""A minute, or until somebody stops it; the tests of each pipeline run its config. Here it is only checked."""
NEEDS_THE_READERS_FILE = re.compile(r"path/to/file\.py")


def commands() -> list[str]:
    """Every command line that the documents show, without its comment."""
    texts = (re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8")) for path in DOCUMENTS)
    found = (line for text in texts for line in COMMAND.findall(text))
    return sorted({line.split("  #")[0].strip() for line in found})


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which commands may write what they like."""
    folder = tmp_path_factory.mktemp("clone") / "augmentoolkit"
    kept_out = shutil.ignore_patterns(
        ".git", ".venv", "outputs", "state", "tests", "node_modules", ".*_cache", "__pycache__"
    )
    shutil.copytree(PROJECT, folder, ignore=kept_out)
    return folder


def run(clone: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "run_augmentoolkit.py", *shlex.split(command.split(" > ")[0])]
    return subprocess.run(words, cwd=clone, capture_output=True, text=True, timeout=120)


def test_generated_parts_are_current() -> None:
    script = [sys.executable, "docs/generate.py", "--check"]
    done = subprocess.run(script, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"run python docs/generate.py:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("command", commands())
def test_a_command_in_the_documents_works(clone: Path, command: str) -> None:
    build_parser().parse_args(shlex.split(command.split(" > ")[0]))
    if NEEDS_A_MODEL.search(command) or NEEDS_THE_READERS_FILE.search(command):
        return  # it parses; the rest takes a model, a key or a file that only the reader has
    if TAKES_LONG.search(command):
        command = command.replace("run ", "check ", 1)
    if command.startswith("run debug-pipeline"):
        command = command.replace("seconds=30", "seconds=1")
    expected = 1 if "fail_at=middle" in command else 0
    done = run(clone, command)
    assert done.returncode == expected, done.stdout[-1000:] + done.stderr[-2000:]


def test_the_quickstart_can_be_followed_to_the_end_with_the_offline_model(clone: Path) -> None:
    assert run(clone, "new factual-gen-indiv-pipeline --config configs/mine.yaml").returncode == 0
    config = clone / "configs" / "mine.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"(?m)^output_dir: .*$", "output_dir: outputs/mine", text), encoding="utf-8")
    for command in (
        "check configs/mine.yaml",
        "doctor configs/mine.yaml",
        "preview configs/mine.yaml -n 2",
        "estimate configs/mine.yaml",
        "run configs/mine.yaml",
        "resume outputs/mine",
        "rows outputs/mine --dataset pairs -n 10",
    ):
        done = run(clone, command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-1000:]}{done.stderr[-2000:]}"
    assert (clone / "outputs" / "mine" / "report.html").is_file()


@pytest.mark.parametrize("config", sorted(PROJECT.glob("configs/*.yaml")), ids=lambda path: path.name)
def test_shipped_configs_check_clean(clone: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPINFRA_API_KEY", "a key")
    done = run(clone, f"check configs/{config.name}")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.relative_to(PROJECT)} links to {target}, which is not there"


def test_the_shipped_order_makes_the_whole_tree_and_run_again_only_says_so(clone: Path) -> None:
    first = run(clone, "")
    assert first.returncode == 0, first.stdout[-1000:] + first.stderr[-2000:]
    made = clone / "outputs" / "domain-expert"
    for name in (
        "pretraining_run/text.jsonl",
        "pretraining_run/finetune.yaml",
        "pretraining_run/axolotl.yaml",
        "sft_run/chat.jsonl",
        "sft_run/segments.jsonl",
        "sft_run/text.jsonl",
        "sft_run/finetune.yaml",
        "sft_run/axolotl.yaml",
        "sft_run/dataset_info.json",
        "rag_source_data/sample/questions.jsonl",
        "eval_questions.jsonl",
        "README.md",
        "report.html",
    ):
        assert (made / name).stat().st_size, name
    times = {path: path.stat().st_mtime_ns for path in made.rglob("*.jsonl") if path.name != "events.jsonl"}
    again = run(clone, "")
    assert again.returncode == 0
    assert "nothing to do" in again.stdout + again.stderr
    assert times == {path: path.stat().st_mtime_ns for path in times}
