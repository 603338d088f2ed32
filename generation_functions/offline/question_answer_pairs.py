"""The offline writer of question-answer pairs: lifts facts out of a text with careful sentence rules."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generation_functions.offline.anchoring import anchored
from generation_functions.offline.asking import Pair, can_be_named
from generation_functions.offline.blocks import Block, blocks
from generation_functions.offline.clauses import read_clause, stands_alone, without_opener
from generation_functions.offline.code_rules import code_pairs
from generation_functions.offline.field_rules import field_pairs
from generation_functions.offline.german_rules import german_pairs
from generation_functions.offline.languages import language_of
from generation_functions.offline.mentions import Mentions, read_mentions
from generation_functions.offline.sentence_rules import shape_pairs
from generation_functions.offline.subjects import Subject
from generation_functions.offline.verb_rules import verb_pairs
from generation_functions.sentences import split_sentences

NO_QUESTIONS = "NO QUESTIONS"
_WORDS_PER_PAIR = 50
_LEAST_PAIRS, _MOST_PAIRS = 2, 6
_MOST_PER_SENTENCE = 2
_LEAST_ROWS = 2
_LATER_PAIR_COST = 1.0


def question_answer_pairs(values: Mapping[str, Any], rng: random.Random) -> str:
    """`Question:` / `Answer:` blocks about `text`, the most informative first, or `NO QUESTIONS`."""
    text = str(values.get("text") or "")
    title = str(values.get("title") or "")
    groups = find_pairs(text, rng, title)
    pairs = pick(groups, len(text.split()))
    if not pairs:
        return NO_QUESTIONS
    return "\n\n".join(f"Question: {pair.question}\nAnswer: {pair.answer}" for pair in pairs)


def find_pairs(text: str, rng: random.Random, title: str = "") -> list[list[Pair]]:
    """All pairs that the rules are sure of: one list for each sentence, row or definition that gives any."""
    found = list(blocks(text))
    prose = [block for block in found if block.kind in ("paragraph", "item")]
    groups = list(data_pairs(found, title))
    joined = "\n".join(block.text for block in prose)
    language = language_of(joined)
    if language == "english":
        groups += _english(prose, read_mentions(joined, title), rng)
    elif language == "german":
        groups += [list(german_pairs(sentence)) for block in prose for sentence in sentences_of(block)]
    return [[anchored(pair, title) for pair in group] for group in groups if group]


def data_pairs(found: Sequence[Block], title: str) -> Iterator[list[Pair]]:
    """Pairs of each row and piece of code; a heading of one plural noun ("pipes") says what the rows below it are."""
    first_keys = [block.fields[0][0] for block in found if block.fields]
    first_key = max(first_keys, key=first_keys.count) if first_keys else ""
    if first_keys.count(first_key) < _LEAST_ROWS:
        first_key = ""
    heading = title
    for block in found:
        if block.kind == "heading":
            heading = block.text
        elif block.fields:
            yield list(field_pairs(block.fields, first_key, heading))
        elif block.kind == "code":
            yield list(code_pairs(block.text))
        else:
            heading = ""


def sentences_of(block: Block) -> list[str]:
    """The sentences of a block, trimmed."""
    return [sentence.strip() for sentence in split_sentences(block.text) if not sentence.isspace()]


def _english(prose: Iterable[Block], mentions: Mentions, rng: random.Random) -> Iterator[list[Pair]]:
    for block in prose:
        antecedent: Subject | None = None
        settled = True
        for sentence in sentences_of(block):
            group, subject = _sentence_pairs(sentence, mentions, antecedent if settled else None, rng)
            if subject is None or (antecedent is not None and subject.text != antecedent.text):
                settled = False
            antecedent = antecedent or subject
            yield group


def _sentence_pairs(
    sentence: str, mentions: Mentions, antecedent: Subject | None, rng: random.Random
) -> tuple[list[Pair], Subject | None]:
    """Pairs from one sentence, and its subject when that is sure."""
    sentence = without_opener(sentence)
    if not stands_alone(sentence):
        return ([], None) if "you" not in sentence.lower() else (list(shape_pairs(sentence, mentions, None)), None)
    pairs = list(shape_pairs(sentence, mentions, antecedent))
    clause = read_clause(sentence, mentions, antecedent)
    if clause is None:
        return pairs, None
    if can_be_named(clause, mentions.story):
        pairs += verb_pairs(clause, rng)
    return pairs, clause.subject


def pick(groups: list[list[Pair]], words: int) -> list[Pair]:
    """The most informative pairs, spread over the sentences; as many as a text of `words` words deserves."""
    ranked: list[tuple[float, int, Pair]] = []
    for place, group in enumerate(groups):
        best = sorted(group, key=lambda pair: -pair.score)
        asked: set[str] = set()
        for pair in best:
            if pair.score > 0 and pair.question not in asked and len(asked) < _MOST_PER_SENTENCE:
                ranked.append((pair.score + informative(pair.answer) - _LATER_PAIR_COST * len(asked), place, pair))
                asked.add(pair.question)
    ranked.sort(key=lambda entry: (-entry[0], entry[1]))
    wanted = min(max(round(words / _WORDS_PER_PAIR), _LEAST_PAIRS, len(groups) // 2), _MOST_PAIRS)
    chosen: dict[str, Pair] = {}
    for _, _, pair in ranked:
        if len(chosen) == wanted:
            break
        chosen.setdefault(pair.question.lower(), pair)
    return list(chosen.values())


def informative(answer: str) -> float:
    """A small bonus for names and numbers, a small cost for length."""
    words = answer.split()
    names = sum(word[:1].isupper() for word in words[1:])
    return min(names, 4) * 0.08 + (0.15 if any(map(str.isdigit, answer)) else 0.0) - max(len(words) - 25, 0) * 0.03
