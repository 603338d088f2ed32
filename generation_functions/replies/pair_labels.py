"""How models label questions and answers, in a dozen languages and as many layouts."""

from __future__ import annotations

import re
from typing import Literal

from generation_functions.replies.markup import is_blank

Part = Literal["question", "answer"]

_QUESTION_WORDS = (
    "question|frage|pregunta|pergunta|domanda|vraag|pytanie|вопрос|питання|问题|問題|質問|问|問|질문|سؤال|soru"
    "|prompt|query|instruction|user|human"
)
_ANSWER_WORDS = (
    "answer|antwort|respuesta|réponse|reponse|resposta|risposta|antwoord|odpowiedź|ответ|відповідь|答案|回答|解答"
    "|答|답변|답|الجواب|إجابة|cevap|response|reply|completion|assistant"
)
_NUMBER = r"(?:[ \t]{0,2}\(?[#№]?[ \t]?\d{1,3}\)?)"
_ENDS = r"(?:[*_\"”\])】]{0,4}[ \t]{0,2}[:：][*_]{0,4})"
_LABEL = re.compile(
    rf"[ \t>#*_\-•–+]{{0,16}}(?:\(?\d{{1,3}}[.):、]\)?[ \t*_]{{0,6}})?[*_\[\"“(【]{{0,4}}"
    rf"(?:(?P<question>{_QUESTION_WORDS}|[QFPВ])|(?P<answer>{_ANSWER_WORDS}|[ARОО]))(?![^\W\d_])"
    rf"(?P<number>{_NUMBER})?(?P<end>{_ENDS}|[*_]{{0,4}}(?P<loose>[.)\-–—、]|(?=[ \t]|$|[*_#\])】])))"
    r"[*_ \t\])】]{0,6}",
    re.IGNORECASE,
)
_ANSWER_INSIDE = re.compile(
    rf"(?:(?<=[?？.!。\"”*)])[ \t]{{0,4}}[*_(\[|/]{{0,4}}[ \t]?(?:[AaRО]{_NUMBER}?|(?i:{_ANSWER_WORDS}){_NUMBER}?)"
    rf"|(?<=\s)[*_(\[]{{0,3}}(?:Answer|Antwort|Respuesta|Réponse|Resposta|Risposta|Ответ|答案|回答){_NUMBER}?)"
    rf"{_ENDS}[ \t]{{0,4}}"
)
_QUESTION_INSIDE = re.compile(
    rf"(?<=[?？.!。\"”*);；])[ \t]{{0,4}}(?:\d{{1,3}}[.)][ \t])?[*_(\[|]{{0,4}}"
    rf"(?:[QqFPВ]{_NUMBER}?|(?i:{_QUESTION_WORDS}){_NUMBER}?){_ENDS}[ \t]{{0,4}}"
)
_OPTION = re.compile(r"[ \t]{0,8}\(?B[.):]", re.IGNORECASE)
_PAIR_NUMBER = re.compile(
    r"[\s#*_\-–—=\[(]{0,8}(?:"
    r"(?:(?:q\s?&\s?a|qa|question[- ]answer|example|item|set|paire?|paar|par)(?:[\s_-]pair)?)?"
    r"[\s#]{0,2}\d{1,3}[\s*_.:)\]=-]{1,8}"
    r"|(?:q\s?&\s?a|qa|paire?|example|paar|par|item|set)(?:[\s_-]pair)?[\s#]{0,2}\d{0,3}[\s*_.:)\]=-]{0,8}"
    r")$",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"<\s?(?P<slash>/?)\s?(?P<name>question|answer|q|a|pair|qa|qa_pair|item)(?:_?\d{1,3})?(?:\s[^<>]{0,80})?>",
    re.IGNORECASE,
)
_UNLABELLED = re.compile(
    r"[ \t]{0,8}(?:#{1,6}[ \t]{1,4})?(?P<mark>(?:\(?\d{1,3}[.):、]\)?[ \t]{0,4}|[-*•][ \t]{1,4}))?"
    r"(?P<words>\S.{0,2000})$"
)


def read_label(line: str, following: str = "") -> tuple[Part, str] | None:
    """Which part begins on this line, and the words after the label. `following` is the next line."""
    match = _LABEL.match(line)
    if match is None:
        return None
    words = line[match.end() :]
    if match["loose"] is not None and not _stands_alone(match, words):
        return None
    if match["question"] is not None:
        return "question", words
    if len(match["answer"]) == 1 and not match["number"] and _OPTION.match(following):
        return None  # "A: ..." followed by "B: ..." is a choice to tick
    return "answer", words


def _stands_alone(match: re.Match[str], words: str) -> bool:
    """Whether a label without a colon is one: it is numbered and marked off (Q1. Q2), or the line ends with it."""
    label = match[0]
    if match["loose"] or ("[" in label and "]" in label) or ("【" in label and "】" in label):
        return bool(match["number"]) or not match["loose"]
    return is_blank(words) and (bool(match["number"]) or len(match["question"] or match["answer"]) > 1)


def split_line(part: Part, words: str) -> list[tuple[Part, str]]:
    """The parts on one line: `Question 1: ...? Answer 1: ... Question 2: ...`."""
    parts: list[tuple[Part, str]] = []
    while True:
        match = (_ANSWER_INSIDE if part == "question" else _QUESTION_INSIDE).search(words)
        if match is None or is_blank(words[: match.start()]):
            return [*parts, (part, words)]
        parts.append((part, words[: match.start()].rstrip(" \t|/*_([")))
        part, words = "answer" if part == "question" else "question", words[match.end() :]


def is_pair_number(line: str) -> bool:
    """Whether the line only counts the pairs: `3.`, `## Pair 3`, `Q&A 3:`."""
    return bool(line.strip()) and len(line) < 60 and _PAIR_NUMBER.match(line) is not None


def labels_for_tags(text: str) -> str:
    """The text with `<question>` and `<answer>` tags turned into labelled lines."""
    if "<" not in text:
        return text

    def label(match: re.Match[str]) -> str:
        name = match["name"].lower()
        if match["slash"] or name not in ("question", "answer", "q", "a"):
            return "\n"
        return "\nQuestion: " if name.startswith("q") else "\nAnswer: "

    names = {
        match["name"].lower()[0]
        for match in _TAGS.finditer(text)
        if match["name"].lower() in ("question", "q", "answer", "a")
    }
    return _TAGS.sub(label, text) if names == {"q", "a"} else text


def from_table(lines: list[str]) -> list[dict[str, str]]:
    """The rows of a Markdown table with a question and an answer column."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if "|" in line]
    if len(rows) < 3:
        return []
    labels = [read_label(f"{cell}:") for cell in rows[0]]
    parts = [label[0] if label else None for label in labels]
    if "question" not in parts or "answer" not in parts:
        return []
    question, answer = parts.index("question"), parts.index("answer")
    return [
        {"question": row[question], "answer": row[answer]}
        for row in rows[1:]
        if len(row) == len(parts) and not is_blank(row[question])
    ]


def unlabelled_question(line: str) -> str | None:
    """The question on a line that is numbered, bold or a heading and ends in a question mark."""
    match = _UNLABELLED.match(line)
    if match is None:
        return None
    words = match["words"].rstrip()
    marked = match["mark"] or line.lstrip().startswith("#") or words.startswith(("**", "__"))
    return words if marked and words.rstrip(' *_"”').endswith(("?", "？")) else None
