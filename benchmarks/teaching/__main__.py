"""Does the data teach? A model that was trained from nothing is asked about what only our data could tell it.

python -m benchmarks.teaching --size smoke        # about a minute on one core: raw text against everything
python -m benchmarks.teaching --size cpu          # a quarter of an hour on one core: all four arms
python -m benchmarks.teaching --size gpu          # for one GPU; has not been run yet

Made-up people, places and devices (facts.py), one document each, go through factual-datagen-pipeline (data.py). Small
models are trained by train-pipeline, one for each kind of data (arms.py), and asked, closed book, about entities of
which they have read texts, and never a question. Accuracy comes with Wilson's interval.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.teaching.arms import ARMS
from benchmarks.teaching.experiment import SIZES, experiment, table, use_threads
from generation_functions import Model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(SIZES), default="smoke")
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), help="default: those of the size")
    parser.add_argument("--seed", type=int, default=0, help="of the facts, of the first weights and of the order")
    parser.add_argument(
        "--model", default="offline", help="who writes the data: offline, or a model such as ollama:NAME"
    )
    parser.add_argument(
        "--folder", type=Path, help="keep everything here; run again, it goes on (default: a temporary one)"
    )
    parser.add_argument("--threads", type=int, default=1, help="small models are fastest with one")
    given = parser.parse_args()
    use_threads(given.threads)
    with tempfile.TemporaryDirectory(prefix="teaching-") as scratch:
        result = experiment(
            SIZES[given.size],
            given.folder or Path(scratch),
            arms=given.arms,
            seed=given.seed,
            model=Model(name=given.model),
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
    print(table(result))


if __name__ == "__main__":
    main()
