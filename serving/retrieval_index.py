"""What a retrieval server searches: questions that were generated, and the passages that answer them.

Two indexes of words lie in the run's folder, in step with the files by a hash of their content: a server that is
started again indexes only what changed. Questions find passages that say the same in other words: a person asks as
the generated questions do, not as a manual writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from generation_functions import Record
from generation_functions.errors import UsageError
from generation_functions.offline.lexicon import STOPWORDS, word_set
from generation_functions.retrieval.chunk_index import ChunkIndex, Synced, rarity
from generation_functions.retrieval.chunk_terms import chunk_terms

QUESTIONS, PASSAGES = "questions.jsonl", "passages.jsonl"
_POSTINGS = 20_000  # that a question may look at in each index: some milliseconds
_LOOK = 64  # candidates of each ranking
_WEIGHED = 24  # of all together: reading whole passages is what takes time
_RANK_OFFSET = 60  # of the fusion; its authors' choice
_ASKING = word_set("am describe explain give i know known me my please say show tell us whom whose")
_ENDINGS = ("'s", "ing", "ed", "es", "s")
_SHORTEST_STEM = 4
_FORMS = ("e", "s", "es", "ed", "ing")
Ranking = Sequence[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        score: The share of the question's telling words, by weight, that the passage and the generated question that
            led to it have: 0 to 1.
        similarity: Cosine of its vector and the question's, where that was among the nearest; else 0.
        question: The generated question that led to it; "" = its own words did.
    """

    id: str
    text: str
    title: str
    source: Mapping[str, Any] = field(hash=False)
    score: float
    similarity: float = 0.0
    question: str = ""

    def told(self, number: int) -> dict[str, Any]:
        """What a client is told of it, as the passage of that number in the prompt."""
        start, end = self.source.get("start"), self.source.get("end")
        return {
            "number": number,
            "id": self.id,
            "title": self.title,
            "file": self.source["file"],
            "page": self.source.get("page"),
            "span": [start, end] if start is not None and end is not None else None,
            "score": round(self.score, 4),
            "text": self.text,
            **({"similarity": round(self.similarity, 4)} if self.similarity else {}),
            **({"question": self.question} if self.question else {}),
        }


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a question's vector finds, nearest first: passages with their cosines, and generated questions; by id."""

    passages: Mapping[str, float]
    questions: Mapping[str, Record]


class PassageIndex:
    """Questions and passages by their words. Any thread, one at a time.

    Args:
        folder: Where the indexes are kept.
        source: A folder with questions.jsonl and passages.jsonl, or one of such folders: `rag_source_data/`.

    Raises:
        UsageError: There is nothing of that kind.
    """

    def __init__(self, folder: Path, source: Path) -> None:
        self._corpora = corpora(source)
        self.questions = ChunkIndex(folder / "questions.sqlite", postings=_POSTINGS, fewest=1)
        self.passages = ChunkIndex(folder / "passages.sqlite", postings=_POSTINGS, fewest=1)

    def close(self) -> None:
        """Close both files."""
        self.questions.close()
        self.passages.close()

    def sync(self, on_batch: Callable[[int], None] = lambda done: None) -> tuple[Synced, Synced]:
        """Bring both in step with the files; returns what that took, of questions and passages.

        Raises:
            UsageError: A file is damaged, or there is no passage in any.
        """
        passages = self.passages.sync(_Rows(self._corpora, PASSAGES, _passage), on_batch)
        questions = self.questions.sync(_Rows(self._corpora, QUESTIONS, _question), on_batch)
        if not len(self.passages):
            raise UsageError(f"There is no passage in {', '.join(map(str, self._corpora))}: nothing could be found.")
        return questions, passages

    def search(self, queries: Sequence[str], most: int, vectors: Sequence[Vectors] = ()) -> list[Hit]:
        """The passages that are about what is asked, best first.

        The rankings of all queries, by questions and by passages, by words and by vectors, become one by reciprocal
        rank fusion (Cormack, Clarke & Buettcher, 2009); the best of them are ranked once more, by score, and that
        ranking is a further one.

        Args:
            queries: What is asked; further ones say the same at greater length.
            vectors: What their vectors found.
        """
        fused: defaultdict[str, float] = defaultdict(float)
        led: dict[str, Record] = {}
        cosines: dict[str, float] = {}
        for ranking in self._rankings(queries, vectors, led, cosines):
            for rank, passage in enumerate(ranking, start=1):
                fused[passage] += 1 / (_RANK_OFFSET + rank)
        best = sorted(fused, key=lambda passage: (-fused[passage], passage))[: max(most, _WEIGHED)]
        weighed = [self._weights(query) for query in queries]
        hits = [self._hit(passage, led.get(passage), weighed, cosines.get(passage, 0.0)) for passage in best]
        # Not all of them, however many are wanted: the best ones are the same for whoever asks for more.
        first, rest = ([hit for hit in part if hit is not None] for part in (hits[:_WEIGHED], hits[_WEIGHED:]))
        return [*_fused_with_scores(first, fused), *rest][:most]

    def record_of(self, index: ChunkIndex, identity: str) -> Record | None:
        """The record of that id in one of the two indexes."""
        place = next(index.from_id(identity), None)
        return index.record(place.number) if place is not None and place.id == identity else None

    def _rankings(
        self,
        queries: Sequence[str],
        vectors: Sequence[Vectors],
        led: dict[str, Record],
        cosines: dict[str, float],
    ) -> Iterator[Ranking]:
        for query in queries:
            forms = _forms(query)
            found = [self.questions.record(place.number) for place in islice(self.questions.ranked(forms), _LOOK)]
            asked = {*_stems(query)}
            likeness = {record["id"]: _likeness(asked, {*_stems(record["text"])}) for record in found}
            found.sort(key=lambda record: -likeness[record["id"]])
            yield _led_to(found, led)
            yield [place.id for place in islice(self.passages.ranked(forms), _LOOK)]
        for near in vectors:
            yield _led_to(near.questions.values(), led)
            yield [*near.passages]
            cosines.update(near.passages)

    def _weights(self, query: str) -> dict[str, float]:
        """How telling each of the words is. Those that nobody has ever written count most."""
        terms = set(_telling(query))
        total = len(self.questions) + len(self.passages)
        asked, written = self.questions.frequencies(terms), self.passages.frequencies(terms)
        return {_stem(term): rarity(asked.get(term, 0) + written.get(term, 0), total) for term in sorted(terms)}

    def _hit(
        self, identity: str, question: Record | None, weighed: Sequence[Mapping[str, float]], cosine: float
    ) -> Hit | None:
        passage = self.record_of(self.passages, identity)
        if passage is None:  # a question may name a passage that is held out
            return None
        words = f"{passage['title']}\n{passage['source']['file']}\n{passage['text']}"
        asked = "" if question is None else f"\n{question['text']}\n{question['source']['answer']}"
        score = _score({*_stems(words.replace("_", " ") + asked)}, weighed)
        led_by = "" if question is None else question["text"]
        return Hit(identity, passage["text"], passage["title"], passage["source"], score, cosine, led_by)


def _fused_with_scores(hits: Sequence[Hit], fused: Mapping[str, float]) -> list[Hit]:
    scores = sorted({hit.score for hit in hits}, reverse=True)
    ranks = {score: rank for rank, score in enumerate(scores, start=1)}
    return sorted(hits, key=lambda hit: (-fused[hit.id] - 1 / (_RANK_OFFSET + ranks[hit.score]), hit.id))


def _score(found: set[str], weighed: Sequence[Mapping[str, float]]) -> float:
    """The share of the weight that is found, of the query that has most of it.

    A passage with nothing of the first query, what was said last, is not about it, whatever was said before.
    """
    if weighed[0] and not found & set(weighed[0]):
        return 0.0
    shares = [
        sum(weight for term, weight in weights.items() if term in found) / sum(weights.values())
        for weights in weighed
        if sum(weights.values())
    ]
    return max(shares, default=0.0)


def _led_to(questions: Iterable[Record], led: dict[str, Record]) -> list[str]:
    """The passages behind questions, each once; of two that lead to one, the first is remembered."""
    passages: dict[str, None] = {}
    for question in questions:
        for passage in question["source"]["passages"]:
            passages.setdefault(passage)
            led.setdefault(passage, question)
    return [*passages]


def _likeness(one: set[str], other: set[str]) -> float:
    """Dice's coefficient: 1 where both have the same terms."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _telling(query: str) -> list[str]:
    """The words that say what a question is about."""
    return [term for term in chunk_terms(query) if term not in _ASKING and term not in STOPWORDS]


def _forms(query: str) -> str:
    """What to search for: each telling word in the forms that it may have."""
    return " ".join(dict.fromkeys(f"{_stem(term)}{ending}" for term in _telling(query) for ending in ("", *_FORMS)))


def _stems(text: str) -> Iterator[str]:
    return map(_stem, chunk_terms(text))


@lru_cache(maxsize=1 << 16)  # a search sees thousands of words, most of them again and again
def _stem(term: str) -> str:
    """Without an English ending; words of other languages match as they are, on both sides alike."""
    for ending in _ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= _SHORTEST_STEM:
            return term.removesuffix(ending)
    return term.removesuffix("e") if len(term) > _SHORTEST_STEM else term


# -- reading ---------------------------------------------------------------------------------------------------


def corpora(source: Path) -> list[Path]:
    """The folders with an index: `source` itself, or those in it.

    Raises:
        UsageError: There is none.
    """
    folders = [source, *sorted(path for path in source.iterdir() if path.is_dir())] if source.is_dir() else []
    found = [folder for folder in folders if (folder / PASSAGES).is_file() and (folder / QUESTIONS).is_file()]
    if not found:
        raise UsageError(
            f"There is no {QUESTIONS} with a {PASSAGES} beside it in {source}, nor in a folder in it. Run "
            "factual-datagen-pipeline (or recall-multi-source-pipeline) on your documents first, and set index to the "
            "rag_source_data folder that it writes: outputs/domain-expert/rag_source_data."
        )
    return found


class _Rows:
    """The records of all corpora, to iterate as often as you like; of one id, the first."""

    def __init__(self, folders: Sequence[Path], name: str, read: Callable[[dict[str, Any], str], Record]) -> None:
        self._folders, self._name, self._read = folders, name, read

    def __iter__(self) -> Iterator[Record]:
        seen: set[str] = set()
        for folder in self._folders:
            path = folder / self._name
            with path.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    record = self._record(path, number, line, folder.name)
                    if record is not None and record["id"] not in seen:
                        seen.add(record["id"])
                        yield record

    def _record(self, path: Path, number: int, line: bytes, corpus: str) -> Record | None:
        if not line.strip():
            return None
        try:
            return self._read(orjson.loads(line), corpus)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{path}:{number}: this is no line of an index: {type(error).__name__}: {error}. "
                "Have the pipeline that wrote it write it again."
            ) from error


def _passage(row: dict[str, Any], corpus: str) -> Record:
    source = {"corpus": corpus, **row["source"]}
    if not isinstance(source["file"], str):
        raise TypeError("source.file is no text")
    return {"id": str(row["id"]), "text": str(row["text"]), "title": str(row["title"]), "source": source}


def _question(row: dict[str, Any], corpus: str) -> Record:
    passages = [str(one) for one in row["passages"]]
    source = {"file": QUESTIONS, "corpus": corpus, "passages": passages, "answer": str(row["answer"])}
    return {"id": str(row["id"]), "text": str(row["question"]), "title": "", "source": source}
