"""How fast rows become tokens, and tokens become packed sequences.

python -m benchmarks.training_data                 # needs requirements-training.txt; one core is used
python -m benchmarks.training_data --rows 100000
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.measure import ROOT
from finetuning.new_model import NewModel, new_tokenizer
from finetuning.packing import pack
from finetuning.training_data import DataEntry, RowEncoder, read_training_data
from generation_functions.chat_templates import load_template
from generation_functions.datasets.jsonl import AtomicJsonLines
from generation_functions.records import seeded

_CAPACITY = 2048


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    given = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = "1"  # read when the tokenizer first works
    words = [word for path in sorted((ROOT / "docs").rglob("*.md")) for word in path.read_text("utf-8").split()]
    template = load_template("chatml")
    encoder = RowEncoder(new_tokenizer(NewModel(vocabulary_size=4096), [" ".join(words)], template), template)
    random = seeded("training data")

    def some(number: int) -> str:
        start = random.randrange(len(words) - number)
        return " ".join(words[start : start + number])

    def chat() -> dict[str, Any]:
        roles = ("user", "assistant", "user", "assistant")
        return {"messages": [{"role": role, "content": some(20 if role == "user" else 60)} for role in roles]}

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for name, row in (("text", lambda: {"text": some(160)}), ("conversations", chat)):
            print(_tokenised(name, row, given.rows, encoder, Path(folder)))
    print(_packed(100_000))
    print(_packed(1_000_000))


def _tokenised(name: str, row: Callable[[], dict[str, Any]], rows: int, encoder: RowEncoder, folder: Path) -> str:
    path = folder / f"{name}.jsonl"
    with AtomicJsonLines(path) as lines:
        for _ in range(rows):
            lines.write(row())
    seconds = []
    for _ in range(2):
        began = process_time()
        data = read_training_data(
            [DataEntry(file=str(path))], encoder, sequence_length=_CAPACITY, store=folder / "tokens"
        )
        seconds.append(process_time() - began)
    megabytes = path.stat().st_size / 1e6
    return (
        f"{name}: {rows:,} rows, {megabytes:.1f} MB, {data.tokens:,} tokens in {seconds[0]:.2f} s: "
        f"{megabytes / seconds[0]:.2f} MB/s; read again in {seconds[1]:.3f} s"
    )


def _packed(number: int) -> str:
    random = seeded("lengths", number)
    lengths = [min(_CAPACITY, max(1, int(random.lognormvariate(5, 1)))) for _ in range(number)]
    began = process_time()
    sequences = pack(lengths, _CAPACITY)
    seconds = process_time() - began
    return (
        f"pack: {number:,} rows in {seconds:.2f} s; sequences are {sum(lengths) / len(sequences) / _CAPACITY:.2%} full"
    )


if __name__ == "__main__":
    main()
