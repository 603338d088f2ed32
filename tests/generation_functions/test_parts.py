"""Parts: pipelines that run inside another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from generation_functions import Model, Record, Run, ask, keep_if, split

OFFLINE = Model(name="offline")
TEXT = "The {name} mill was built in 1911. It has two looms. The looms were made by Anna Teel of {name}."


def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mill.txt").write_text(TEXT.format(name=name.title()))
    return tmp_path / "north", tmp_path / "south"


def prompts(tmp_path: Path, wording: str = "Say it again") -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir(exist_ok=True)
    (folder / "again.yaml").write_text(
        f"messages:\n- {{role: user, content: '{wording}: {{text}}'}}\nvariables: [text]\noffline: echo\n"
    )
    return folder


def small_pipeline(run: Run, input_dir: Path, wording: Path, holdout: float = 0.0) -> None:
    """What any pipeline does: read, carry through steps, write rows."""
    chunks = run.chunks(input_dir, chunk_size=100)
    client, again = run.client(OFFLINE), run.prompts(wording)["again"]
    answers = run.map(chunks, ask(client, again, into="answer"), name="answers")
    run.write("answers", answers, as_row, holdout=holdout)


def as_row(record: Record) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Say it"}, {"role": "assistant", "content": record["text"]}]
    return {"messages": messages}


def test_a_pipeline_in_a_part_hands_its_rows_on_instead_of_writing_them(tmp_path: Path) -> None:
    north, south = folders(tmp_path)
    wording = prompts(tmp_path)
    with Run(tmp_path / "run") as run:
        parts = {name: run.part(f"{name}/answers", corpus=name) for name in ("north", "south")}
        small_pipeline(parts["north"], north, wording)
        small_pipeline(parts["south"], south, wording)
        rows = {name: part.collected["answers"].rows for name, part in parts.items()}
        lines = [line for collected in rows.values() for line in collected]
        run.write("everything", lines, lambda line: line["row"], folder="training")
    assert not (tmp_path / "run/datasets").exists()
    assert [len(collected) for collected in rows.values()] == [1, 1]
    assert len({line["id"] for line in lines}) == 2
    assert rows["north"].total_tokens == sum(rows["north"].tokens) > 20
    written = (tmp_path / "run/training/everything.jsonl").read_text()
    assert written.count("Anna Teel") == 2
    provenance = [orjson.loads(line) for line in (tmp_path / "run/provenance.jsonl").read_bytes().splitlines()]
    assert [line["sources"][0]["corpus"] for line in provenance] == ["north", "south"]
    assert all(line["calls"][0]["prompt"] == "again" for line in provenance)
    read = run.summary["documents"]["read"]
    assert [(one["file"], one["rows"]) for one in read] == [("north/mill.txt", 1), ("south/mill.txt", 1)]


def test_the_funnel_names_the_part_and_adds_up(tmp_path: Path) -> None:
    north, _ = folders(tmp_path)
    with Run(tmp_path / "run") as run:
        small_pipeline(run.part("north"), north, prompts(tmp_path))
    assert [stage["name"] for stage in run.summary["stages"]] == [
        "north: chunks",
        "north: answers",
        "north: rows of answers",
    ]
    for stage in run.summary["stages"]:
        for step in stage["steps"]:
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values())


def test_parts_that_read_the_same_folder_read_it_once(tmp_path: Path) -> None:
    north, _ = folders(tmp_path)
    with Run(tmp_path / "run") as run:
        first, second = (run.part(name).chunks(north, chunk_size=100) for name in ("one", "two"))
        other = run.part("three", corpus="another").chunks(north, chunk_size=100)
    assert first is second
    assert other is not first
    assert [stage["name"] for stage in run.summary["stages"]] == ["one: chunks", "three: chunks"]


def test_held_out_records_and_rows_that_fail_are_counted_with_reasons(tmp_path: Path) -> None:
    north, _ = folders(tmp_path)

    def bad_row(record: Record) -> dict[str, Any]:
        return {"messages": [{"role": "user", "content": " "}]} if record["words"] == "two" else as_row(record)

    with Run(tmp_path / "run") as run:
        part = run.part("north")
        chunks = part.chunks(north, chunk_size=100)
        words = part.map(chunks, lambda one: {**one, "words": ["one", "two", "three"]}, split("words"), name="words")
        part.write("kept", words, bad_row)
        part.write("none", words, lambda record: None)
        asked = part.map(words, lambda one: {**one, "question": one["words"], "answer": "Yes"}, name="asked")
        part.write("held", asked, as_row, holdout=1.0)
        held = part.collected["held"].held_out
        run.keep_for_evaluation({**line, **line["row"]} for line in held)
    stages = {stage["name"]: stage["steps"] for stage in run.summary["stages"]}
    assert stages["north: rows of kept"][1]["failed"] == {"message 1 (user) is blank": 1}
    assert stages["north: rows of none"][0]["dropped"] == {"gave no row": 3}
    assert stages["north: rows of held"][0]["dropped"] == {"held out for the evaluation": 3}
    assert run.summary["failed"] == 1
    questions = [orjson.loads(line) for line in (tmp_path / "run/eval_questions.jsonl").read_bytes().splitlines()]
    assert [question["question"] for question in questions] == ["one", "two", "three"]
    assert all(question["sources"][0]["file"] == "mill.txt" for question in questions)


def test_a_finished_composition_stays_finished_until_a_prompt_or_a_file_that_it_reads_changes(tmp_path: Path) -> None:
    north, _ = folders(tmp_path)
    extra = tmp_path / "general.jsonl"
    extra.write_text("{}")

    def compose() -> bool:
        with Run(tmp_path / "run", fingerprint="same") as run:
            if run.finished:
                return False
            small_pipeline(run.part("north"), north, tmp_path / "prompts")
            run.reads(extra)
            run.save("notes/about.txt", "about")
            run.save("notes/lines.jsonl", [{"a": 1}, {"a": 2}])
        return True

    prompts(tmp_path)
    assert compose()
    assert (tmp_path / "run/notes/lines.jsonl").read_text().splitlines() == ['{"a":1}', '{"a":2}']
    assert not compose()
    prompts(tmp_path, wording="Now repeat")
    assert compose()
    assert not compose()
    extra.write_text("{} {}")
    assert compose()
    (tmp_path / "run/notes/about.txt").unlink()
    assert compose()


def test_a_stage_of_a_part_that_changed_does_not_undo_the_other_parts(tmp_path: Path) -> None:
    north, south = folders(tmp_path)
    seen: list[str] = []

    def compose(keep: str) -> None:
        def look(record: Record) -> Record:
            seen.append(record["source"]["corpus"])
            return record

        with Run(tmp_path / "run", fingerprint=keep) as run:
            run.scope.digest = "0" * 32
            for corpus, folder in (("north", north), ("south", south)):
                part = run.part(corpus, corpus=corpus)
                if corpus == "north":
                    part.scope.depends_on(keep)
                part.map(part.chunks(folder, chunk_size=100), look, keep_if(lambda _: True, "never"), name="look")

    compose("a")
    compose("b")
    assert seen == ["north", "south", "north"]


def test_a_sample_takes_the_same_chunks_in_every_part(tmp_path: Path) -> None:
    north, _ = folders(tmp_path)
    for number in range(6):
        (north / f"{number}.txt").write_text(f"Loom {number} stands in hall {number * 7} and weaves {number} cloths.")
    taken: list[list[str]] = []
    with Run(tmp_path / "run", sample=2, work="sample") as run:
        for name in ("one", "two"):
            part = run.part(name)
            kept = part.map(part.chunks(north, chunk_size=100), keep_if(lambda _: True, "never"), name="look")
            taken.append([record["id"] for record in kept])
    assert taken[0] == taken[1]
    assert run.sampled == (2, 7)
