"""Reads questions with their answers, however the model labels and numbers them."""

from __future__ import annotations

from typing import Any

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat
from generation_functions.replies.json_values import find_json_values
from generation_functions.replies.markup import (
    close_emphasis,
    is_blank,
    is_fence,
    is_rule,
    strip_chatter,
    strip_preamble,
    strip_wrapping,
    unfence,
)
from generation_functions.replies.pair_labels import (
    Part,
    from_table,
    is_pair_number,
    labels_for_tags,
    read_label,
    split_line,
    unlabelled_question,
)

Pair = dict[str, str]

_WANTED = 'Write each as "Question: ..." and, on the next line, "Answer: ...".'
_QUESTION_KEYS = ("question", "q", "frage", "pregunta", "问题", "質問", "вопрос", "prompt", "instruction")
_ANSWER_KEYS = ("answer", "a", "antwort", "respuesta", "réponse", "答案", "回答", "ответ", "response", "output")


def read_pairs(reply_format: ReplyFormat, text: str, cut: bool) -> list[Pair]:
    """The complete pairs of the reply, at most `maximum`.

    A reply that was cut off is used only if `maximum` pairs were complete by then.
    """
    found = _find_pairs(text)
    if cut:
        found = found[:-1]
    pairs = [pair for pair in found if not is_blank(pair["question"]) and not is_blank(pair["answer"])]
    most = reply_format.maximum
    if cut and (most is None or len(pairs) < most):
        raise UnusableReplyError("Your reply was cut off before its end. Write fewer or shorter questions and answers.")
    if not pairs:
        lacking = "a question without an answer" if found else "no questions with answers"
        raise UnusableReplyError(f"Your reply holds {lacking}. {_WANTED}")
    if len(pairs) < reply_format.minimum:
        raise UnusableReplyError(
            f"Your reply holds {len(pairs)} of at least {reply_format.minimum} questions with answers. {_WANTED}"
        )
    return pairs[:most]


def _find_pairs(text: str) -> list[Pair]:
    text = unfence(strip_chatter(strip_preamble(text.strip())))
    if text.lstrip()[:1] in ("{", "[") or "```json" in text:
        pairs = _from_json(text)
        if pairs:
            return pairs
    lines = labels_for_tags(text).split("\n")
    pairs = _labelled(lines)
    if pairs:
        return pairs
    return from_table(lines) or _unlabelled(lines)


def _from_json(text: str) -> list[Pair]:
    pairs: list[Pair] = []
    pending = list(reversed(find_json_values(text)))
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(reversed(value))
        elif isinstance(value, dict):
            pair = _pair_of(value)
            if pair is not None:
                pairs.append(pair)
            else:
                pending.extend(reversed(value.values()))
    return pairs


def _pair_of(value: dict[str, Any]) -> Pair | None:
    by_key = {str(key).strip().lower().rstrip("0123456789_ "): item for key, item in value.items()}
    question = next((by_key[key] for key in _QUESTION_KEYS if key in by_key), None)
    answer = next((by_key[key] for key in _ANSWER_KEYS if key in by_key), None)
    if not isinstance(question, str) or not isinstance(answer, str | int | float):
        return None
    return {"question": question.strip(), "answer": str(answer).strip()}


def _labelled(lines: list[str]) -> list[Pair]:
    """The pairs of lines that begin with labels such as "Question 1:"."""
    parts: list[tuple[Part, list[str]]] = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        label = read_label(line, following)
        if label is not None:
            for part, words in split_line(*label):
                _begin(parts, part, words)
        elif parts and not is_rule(line) and not _separates(line, parts[-1]):
            parts[-1][1].append(line)
    return _assemble(parts)


def _begin(parts: list[tuple[Part, list[str]]], part: Part, words: str) -> None:
    """Open a part; a label that repeats the one before it ("### Question 1", "**Question:** ...") goes on with it."""
    if parts and parts[-1][0] == part and is_blank("".join(parts[-1][1])):
        parts.pop()
    parts.append((part, [words]))


def _separates(line: str, last: tuple[Part, list[str]]) -> bool:
    """Whether a line only numbers or heads the next pair."""
    part, words = last
    return part == "answer" and not is_blank("".join(words)) and (is_pair_number(line) or _is_heading(line))


def _is_heading(line: str) -> bool:
    return line.startswith("#") and line.lstrip("#").startswith(" ")


def _assemble(parts: list[tuple[Part, list[str]]]) -> list[Pair]:
    pairs: list[Pair] = []
    for part, lines in parts:
        words = _clean(lines)
        if part == "question":
            pairs.append({"question": words, "answer": ""})
        elif pairs and not pairs[-1]["answer"]:
            pairs[-1]["answer"] = words
        elif pairs:  # a second label in one answer is a part of it
            pairs[-1]["answer"] += "\n" + words
    for pair in pairs:
        question, _, rest = pair["question"].partition("\n")
        if not pair["answer"] and question.rstrip(' *_"').endswith(("?", "？")):
            pair["question"], pair["answer"] = _clean([question]), _clean(rest.split("\n"))
    return pairs


def _unlabelled(lines: list[str]) -> list[Pair]:
    """Pairs without labels: a numbered, bold or headed question, and below it its answer."""
    parts: list[tuple[Part, list[str]]] = []
    for line in lines:
        question = unlabelled_question(line)
        if question is not None:
            parts += [("question", [question]), ("answer", [])]
        elif parts and not is_rule(line):
            parts[-1][1].append(line)
    return _assemble(parts)


def _clean(lines: list[str]) -> str:
    """The lines as one text, without the marks that belonged to the label or the layout."""
    first = next((number for number, line in enumerate(lines) if not is_blank(line) or is_fence(line)), len(lines))
    lines = lines[first:]
    if len(lines) < 2:
        return strip_wrapping(close_emphasis(lines[0])) if lines else ""
    indent = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    text = "\n".join([lines[0].strip(), *(line[indent:].rstrip() for line in lines[1:])])
    return strip_wrapping(close_emphasis(text))
