"""Measures chunking (with token counting) and the search for near-duplicates.

python -m benchmarks.chunking                  # made-up texts of 20 MB, and 100 000 short texts
python -m benchmarks.chunking --file book.txt  # your own text in place of the made-up prose
python -m benchmarks.chunking --megabytes 2 --texts 10000 --json

Speeds are CPU time of one core, the best of a few runs. The first run, which still has to learn the words, is
reported apart. "plain regex" is re.findall(r"\\s?\\w+|\\W", text) over the same text: how fast this machine is.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from generation_functions.chunking import chunk_text
from generation_functions.near_duplicates import find_near_duplicates
from generation_functions.records import seeded
from generation_functions.tokens import VOCABULARY

_CODE = """def {a}_{b}({c}: int, {d}: str = "{e}") -> list[str]:
    if {c} > 12 and not {d}.startswith("{a}"):
        return [f"{{{c}}}: {{{d}}}" for {b} in range({c})]
    return self.{e}({c}, {d})

"""

# First and last letter, and what stands between words.
_SCRIPTS = ((0x4E00, 0x5400, ""), (0x430, 0x450, " "), (0x627, 0x64B, " "), (0x1F600, 0x1F650, ""))


class Words:
    """Words with about the frequencies, and about as many different ones, as in English books (Zipf, Heaps)."""

    def __init__(self, seed: str) -> None:
        lines = VOCABULARY.read_text("utf-8").split("\n")
        self.words = [line[1:] for line in lines if re.fullmatch(r" [a-z]{2,}", line)]
        self.shares = list(accumulate(1 / (place + 3) ** 1.1 for place in range(len(self.words))))
        self.random: random.Random = seeded("benchmark", seed)

    def some(self, count: int) -> list[str]:
        """So many words; one in 250 is not in the vocabulary."""
        words = self.random.choices(self.words, cum_weights=self.shares, k=count)
        for place in range(self.random.randrange(250), count, 250):
            words[place] += self.random.choice(self.words)
        return words

    def sentence(self) -> str:
        """A sentence of 5 to 30 words, some with a comma."""
        words = self.some(self.random.randint(5, 30))
        for place in range(7, len(words) - 2, 9):
            words[place] += ","
        return f"{words[0].capitalize()} {' '.join(words[1:])}{self.random.choice('...?!')}"

    def paragraphs(self, size: int) -> str:
        """Prose of at least `size` characters, in paragraphs."""
        parts: list[str] = []
        length = 0
        while length < size:
            parts.append(" ".join(self.sentence() for _ in range(self.random.randint(3, 8))))
            length += len(parts[-1])
        return "\n\n".join(parts)

    def code(self, size: int) -> str:
        """Something that looks like source code."""
        functions = []
        for _ in range(size // len(_CODE)):
            functions.append(_CODE.format(**dict(zip("abcde", self.some(5), strict=True))))
        return "".join(functions)

    def mixed(self, size: int) -> str:
        """Chinese, Russian, Arabic, emoji and English in turns."""
        scripts = [self._foreign(*script) for script in _SCRIPTS]
        parts: list[str] = []
        for turn in range(size // 60):
            parts.append("".join(self.random.choices(scripts[turn % len(scripts)], k=6)))
            parts.append("。" if turn % len(scripts) == 0 else f". {self.sentence()[:30]}. ")
        return "".join(parts)

    def _foreign(self, first: int, last: int, end: str) -> list[str]:
        """Three thousand words out of a range of letters."""
        letters = [chr(code) for code in range(first, last)]
        return ["".join(self.random.choices(letters, k=self.random.randint(2, 8))) + end for _ in range(3000)]


def texts(words: Words, megabytes: float, prose: str) -> dict[str, str]:
    """A text of each kind that has been trouble somewhere."""
    size = int(megabytes * 1e6)
    flat = " ".join(prose.split())
    return {
        "prose": prose,
        "prose without line breaks": flat,
        "source code": words.code(size // 4),
        "mixed scripts": words.mixed(size // 4),
        "prose without spaces": flat.replace(" ", "")[: size // 20],
        "one letter": "a" * (size // 4),
        "blanks": " ".join(("a", " " * size, "b")),
    }


def seconds(call: Callable[[], object], runs: int = 3) -> list[float]:
    """CPU seconds of each run."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return taken


def speed(text: str, chunk_size: int) -> dict[str, Any]:
    """Speed over one text, the ratio to a plain regex, and how the time grows with the text."""
    megabytes = len(text.encode()) / 1e6
    plain = min(seconds(lambda: re.findall(r"\s?\w+|\W", text)))
    first, *later = seconds(lambda: chunk_text(text, chunk_size), 4)
    parts = [text[: len(text) // 4], text[: len(text) // 2], text]
    growth = [min(seconds(lambda part=part: chunk_text(part, chunk_size))) for part in parts]  # type: ignore[misc]
    return {
        "megabytes": round(megabytes, 1),
        "chunks": len(chunk_text(text, chunk_size)),
        "mb_per_s": round(megabytes / min(later), 1),
        "first_run_mb_per_s": round(megabytes / first, 1),
        "plain_regex_mb_per_s": round(megabytes / plain, 1),
        "time_over_plain_regex": round(min(later) / plain, 2),
        "time_at_quarter_half_whole": [round(one / growth[0], 2) for one in growth],
    }


def near_duplicates(words: Words, count: int) -> dict[str, Any]:
    """Time for `count` short questions, a fifth of them near-duplicates of others; and questions of one template."""
    questions = [words.sentence() for _ in range(count * 4 // 5)]
    for _ in range(count - len(questions)):
        changed = words.random.choice(questions[: count // 2]).split()
        changed[words.random.randrange(len(changed))] = words.some(1)[0]
        questions.append(" ".join(changed))
    words.random.shuffle(questions)
    found: dict[int, int] = {}
    taken = seconds(lambda: found.update(find_near_duplicates(questions)), 2)
    template = [f"What does the function number {number} return when it is called?" for number in range(count)]
    return {
        "texts": count,
        "seconds": round(min(taken), 2),
        "found": len(found),
        "one_template_seconds": round(min(seconds(lambda: find_near_duplicates(template), 1)), 2),
    }


def report(name: str, figures: dict[str, Any], quiet: bool) -> None:
    """One line about one measurement, as soon as it is there."""
    if not quiet:
        print(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in figures.items()), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20.0)
    parser.add_argument("--chunk-size", type=int, default=500)
    parser.add_argument("--texts", type=int, default=100_000, help="short texts for the near-duplicates")
    parser.add_argument("--file", type=Path, help="measure this text in place of made-up prose")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args()
    words = Words("chunking")
    prose = options.file.read_text("utf-8") if options.file else words.paragraphs(int(options.megabytes * 1e6))
    result: dict[str, Any] = {}
    for name, text in texts(words, options.megabytes, prose).items():
        result[name] = speed(text, options.chunk_size)
        report(name, result[name], options.json)
    result["near-duplicates"] = near_duplicates(words, options.texts)
    report("near-duplicates", result["near-duplicates"], options.json)
    if options.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
