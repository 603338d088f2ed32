"""The whole factual suite over many chunks, with an instant endpoint: is the time per chunk flat, and the memory?

python -m benchmarks.composition                                # 5 000 and 50 000 chunks, one after the other
python -m benchmarks.composition --chunks 1000,5000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.measure import measure
from generation_functions.records import seeded
from generation_functions.testing.fake_endpoint import FakeEndpoint

_SCRIPT = Path(__file__).with_name("suite_replies.py")
_CHUNKS_PER_FILE = 50
_SYLLABLES = (
    "ba",
    "do",
    "fe",
    "gu",
    "ha",
    "jo",
    "ke",
    "li",
    "mo",
    "nu",
    "pa",
    "ro",
    "se",
    "ti",
    "vo",
    "wa",
    "xe",
    "yu",
    "za",
)


def write_documents(folder: Path, chunks: int) -> None:
    """Made-up documents that come to about so many chunks of up to 240 tokens, no two alike."""
    folder.mkdir(parents=True)
    for file in range(-(-chunks // _CHUNKS_PER_FILE)):
        sections = []
        for section in range(min(_CHUNKS_PER_FILE, chunks - file * _CHUNKS_PER_FILE)):
            rng = seeded("document", file, section)
            words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(40)]
            sentences = [
                f"{words[n].title()} {words[n + 1]} carried {rng.randrange(10, 99_999)} {words[n + 2]} to the "
                f"{words[n + 3]} of {words[n + 4].title()} in {rng.randrange(1200, 2000)}."
                for n in range(0, 35, 7)
            ]
            sections.append(f"# {words[36].title()} {words[37]}\n\n" + " ".join(sentences))
        (folder / f"{file:05}.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")


def compose(url: str, documents: str, output_dir: str) -> dict[str, Any]:
    """Run the composition; one vote a check and two rewrites a chunk."""
    from generation.core_components.mixing import MixSource
    from generation.core_composition.factual_datagen.pipeline import factual_datagen_pipeline
    from generation.core_composition.factual_datagen.settings import InputFolder
    from generation_functions import Model, Run

    model = Model(name="instant", base_url=url, concurrency_limit=64)
    with Run(Path(output_dir), pipeline="factual-datagen-pipeline", fingerprint="benchmark") as run:
        factual_datagen_pipeline(
            run, [InputFolder(path=Path(documents))], small_model=model, large_model=model, chunk_size=240, votes=1,
            variations=2, variation={"only_styles": ["essay", "list", "faq", "tutorial"]},
            general_chat=[MixSource(rows="inputs/general/chat.jsonl", share=0.001, repeat=True)],
        )  # fmt: skip
    chunks = next(stage["records_out"] for stage in run.summary["stages"] if stage["name"].endswith("chunks"))
    return {
        "chunks": chunks,
        "calls": run.summary["calls"]["made"],
        "rows": {dataset["file"]: dataset["rows"] for dataset in run.summary["datasets"]},
        "failed": run.summary["failed"],
        "stages": {
            stage["name"]: round(stage["seconds"], 1) for stage in run.summary["stages"] if stage["seconds"] > 1
        },
        "calls_s": round(sum(stage["seconds"] for stage in run.summary["stages"]), 1),
    }


def measured(chunks: int, folder: Path) -> dict[str, Any]:
    """One size, in a process of its own."""
    write_documents(folder / "documents", chunks)
    with FakeEndpoint(reply="script", script=str(_SCRIPT)) as endpoint:
        arguments = {"documents": str(folder / "documents"), "output_dir": str(folder / "run")}
        run = measure("benchmarks.composition:compose", folder / "state", url=endpoint.url, **arguments)
        received = endpoint.stats()["received"]
    result = dict(run.result)
    return {
        **result,
        "received": received,
        "wall_s": round(run.wall_s, 1),
        "cpu_s": round(run.cpu_s, 1),
        "ms_per_chunk": round(1000 * run.wall_s / result["chunks"], 2),
        "ms_per_call": round(1000 * run.wall_s / max(1, result["calls"]), 3),
        "peak_rss_mb": round(run.peak_rss_mb),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", default="5000,50000", help="sizes, separated by commas")
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for size in map(int, options.chunks.split(",")):
            for key, value in measured(size, Path(folder) / str(size)).items():
                print(f"{key:>14}  {value}", flush=True)
            print(flush=True)


if __name__ == "__main__":
    main()
