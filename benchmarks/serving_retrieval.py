"""Measures what rag-server searches: generated questions and passages, indexed, brought up to date, and asked.

python -m benchmarks.serving_retrieval                              # 100 000 questions, 20 000 passages: three minutes
python -m benchmarks.serving_retrieval --questions 10000 --asked 500
python -m benchmarks.serving_retrieval --profile                    # and where the time of a search goes

Passages are 200 words, as frequent as in English books. A question has eight words of its passage; what is asked has
six of those, in another order, and other question words.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.chunking import Words
from benchmarks.serving_chat import figures
from generation_functions.records import seeded
from serving.retrieval_index import PASSAGES, QUESTIONS, PassageIndex

_QUESTIONS_A_PASSAGE = 5
_WORDS = 200  # of a passage
_OF_QUESTION, _OF_ASKED = 8, 6
_PASSAGES_A_FILE = 20
_MOST = 3  # passages that are wanted


def write_index(folder: Path, questions: int, asked: int) -> list[tuple[str, str]]:
    """Make an index up; returns what is to be asked, with the id of the passage that answers it."""
    words, chance = Words("serving"), seeded("benchmark", "serving retrieval")
    wanted = set(chance.sample(range(questions), asked))
    found = []
    with (folder / QUESTIONS).open("wb") as asking, (folder / PASSAGES).open("wb") as telling:
        for number in range(questions):
            passage, turn = divmod(number, _QUESTIONS_A_PASSAGE)
            identity = f"p{passage}"
            if not turn:
                said = words.some(_WORDS)
                source = {"file": f"{passage // _PASSAGES_A_FILE}.md", "start": 0, "end": 9}
                telling.write(_line(id=identity, text=" ".join(said), title="Made up", source=source))
            chosen = chance.sample(said, _OF_QUESTION)
            question, answer = f"What is the {' '.join(chosen)}?", " ".join(said[:15])
            asking.write(_line(id=f"q{number}", question=question, answer=answer, passages=[identity]))
            if number in wanted:
                found.append((f"Who did {' '.join(chance.sample(chosen, _OF_ASKED))}?", identity))
    return found


def _line(**row: Any) -> bytes:
    return orjson.dumps(row) + b"\n"


def benchmark(questions: int, asked: int, profile: bool) -> Iterator[tuple[str, Any]]:
    """All figures, by name."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        source = Path(scratch) / "source"
        source.mkdir()
        wanted = write_index(source, questions, asked)
        with closing(PassageIndex(Path(scratch) / "index", source)) as index:
            yield "build_s", _seconds(index.sync)
            yield "unchanged_s", _seconds(index.sync)
            profiler = cProfile.Profile()
            wall, processor, right = [], [], 0
            for question, passage in wanted:
                start, used = time.perf_counter(), time.thread_time()
                if profile:
                    profiler.enable()
                hits = index.search([question], _MOST)
                profiler.disable()
                wall.append(time.perf_counter() - start)
                processor.append(time.thread_time() - used)
                right += bool(hits) and hits[0].id == passage
            yield "search", figures(wall)
            yield "search_processor", figures(processor)
            yield "right_passage_first", round(right / len(wanted), 3)
            yield "peak_rss_mb", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if profile:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(20)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return round(time.perf_counter() - start, 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=300, help="searches that are timed")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    found = dict(benchmark(options.questions, options.asked, options.profile))
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
