"""Removes what a reasoning model thought before it answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generation_functions.errors import UnusableReplyError

CUT_OFF = frozenset({"length", "max_tokens", "content_filter"})
"""Finish reasons that say that the model did not get to the end of its reply."""

# XML-like tags, and the private markers of Cohere, Kimi, Magistral, Gemma, MedGemma, Skywork and Seed models.
_TOKEN = re.compile(
    r"<\s{0,2}(?P<slash>/?)\s{0,2}(?P<name>(?:seed:)?think(?:ing)?|thoughts?|reasoning|reflection|scratchpad"
    r"|inner_monologue)(?:\s[^<>]{0,100})?>"
    r"|(?P<open><\|begin_of_thought\|>|<\|START_THINKING\|>|◁think▷|\[THINK\]|<\|channel>thought\b|<unused94>thought\b)"
    r"|(?P<close><\|end_of_thought\|>|<\|END_THINKING\|>|◁/think▷|\[/THINK\]|<channel\|>|<unused95>)",
    re.IGNORECASE,
)
_HINTS = ("think", "thought", "reason", "reflect", "scratch", "monologue", "channel", "<unused9")
"""One of these is in every text that `_TOKEN` finds anything in; looking for them is much faster."""
_CHANNEL = re.compile(r"<\|channel\|>\s{0,4}(?P<name>\w{1,30})[^<>]{0,100}(?:<\|constrain\|>[^<>]{0,40})?<\|message\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|start|call|channel)\|>")
_TURN_START = re.compile(
    r"\s{0,8}(?:<\|im_start\|>\s{0,2}assistant|<\|start_header_id\|>\s{0,2}assistant\s{0,2}<\|end_header_id\|>"
    r"|<start_of_turn>\s{0,2}model|<\|START_RESPONSE\|>|<\|begin_of_solution\|>|<\|assistant\|>|<s>)[:\s]{0,4}",
    re.IGNORECASE,
)
_TURN_END = re.compile(
    r"<\|(?:im_end|im_start|eot_id|endoftext|end_of_text|end|return|END_RESPONSE|end_of_solution)\|>"
    r"|<end_of_turn>|<eos>|</s>|<｜end▁of▁sentence｜>"
)
_PLAIN_TURN_ENDS = ("<end_of_turn>", "<eos>", "</s>", "<｜end")
_THOUGHT_HEADING = re.compile(
    r"[ \t#*_>]{0,8}(?:here(?:'s| is|’s) (?:my|the|a) )?"
    r"(?:(?:my |internal |step-by-step )?(?:thought|thinking|reasoning) process|chain[- ]of[- ]thought"
    r"|internal (?:monologue|reasoning)|thinking|thoughts?|reasoning)"
    r"[ \t*_]{0,4}(?:[:：]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_FINAL_HEADING = re.compile(
    r"^[ \t#*_>]{0,8}(?:(?:my |the )?final (?:answer|response|output|reply|result|version)"
    r"|(?:here(?:'s| is|’s) )?(?:my |the )?(?:response|reply|output))[ \t*_]{0,4}(?:[:：][ \t*_]{0,4}|$)",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWER_HEADING = re.compile(r"^[ \t#*_>]{0,8}answer[ \t*_]{0,4}(?:[:：][ \t*_]{0,4}|$)", re.IGNORECASE | re.MULTILINE)
_QUESTION_HEADING = re.compile(r"^[ \t#*_>\d.)]{0,8}(?:question|q)\b", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    opens: bool
    weak: bool
    """Named like something that an answer might hold too, such as <reasoning>."""


def strip_thinking(text: str, finish: str = "stop", *, keep: str = "") -> str:
    """The reply without thinking blocks, channel markers and end-of-turn tokens.

    Args:
        text: The reply as the model gave it.
        finish: The provider's finish reason; "length" means cut off.
        keep: A tag that the prompt asks for, and that is therefore no thinking even if it is called `think`.

    Raises:
        UnusableReplyError: The reply ends inside its thinking, or nothing follows it.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    answer = text
    if "<" in text or "[" in text or "◁" in text:
        answer = _without_turns(_final_channel(answer))
        lowered = answer.lower()
        if any(hint in lowered for hint in _HINTS):
            answer = _without_turn_start(_without_blocks(answer, keep))
    answer = _without_leaked_channels(answer)
    answer = _without_headed_thought(answer)
    if not answer.strip():
        raise UnusableReplyError(_nothing_left(text, finish))
    return answer


def thinks_without_answer(text: str) -> bool:
    """Whether the text is headed as a thought process and never says where the answer begins."""
    return _THOUGHT_HEADING.match(text.lstrip()) is not None and "process" in text.lstrip()[:60].lower()


def _nothing_left(text: str, finish: str) -> str:
    if finish in CUT_OFF:
        return "Your reply was cut off before the answer. Think less, and write the answer itself."
    if text.strip():
        return "Your reply holds only thinking and no answer. After thinking, write the answer itself."
    return "Your reply was empty. Write the answer."


def _final_channel(text: str) -> str:
    """What stands in the last `final` channel (the Harmony format of gpt-oss)."""
    if "<|channel|>" not in text:
        return text
    channels = list(_CHANNEL.finditer(text))
    if not channels:
        return text
    finals = [match for match in channels if match["name"].lower() == "final"]
    if not finals:
        return ""
    start = finals[-1].end()
    end = _CHANNEL_END.search(text, start)
    return text[start : end.start() if end else len(text)]


def _without_turns(text: str) -> str:
    """The first turn only, without the tokens around it that some servers let through."""
    text = _without_turn_start(text)
    if "<|" not in text and not any(token in text for token in _PLAIN_TURN_ENDS):
        return text
    for end in _TURN_END.finditer(text):
        if text[: end.start()].strip():
            return text[: end.start()]
    return text


def _without_turn_start(text: str) -> str:
    start = _TURN_START.match(text)
    return text[start.end() :] if start else text


def _without_blocks(text: str, keep: str) -> str:
    marks = [_mark(match) for match in _TOKEN.finditer(text) if _counts(match, text, keep)]
    pieces: list[str] = []
    start, inside, literal = 0, False, 0
    for number, mark in enumerate(marks):
        if mark.opens and not inside:
            at_start = not pieces and not text[start : mark.start].strip()
            if at_start or _opens_a_block(text, marks, number):
                if not at_start:
                    pieces.append(text[start : mark.start])
                inside = True
            else:
                literal += 1
        elif not mark.opens and not inside and (literal or mark.weak):
            literal = max(0, literal - 1)
        elif not mark.opens:
            if not inside:
                pieces = []  # a block whose opening the server swallowed: all before it was thinking
            inside, start = False, mark.end
    return "" if inside else "".join((*pieces, text[start:]))


def _mark(match: re.Match[str]) -> _Mark:
    name = match["name"]
    opens = not match["slash"] if name else match["open"] is not None
    return _Mark(match.start(), match.end(), opens, weak=bool(name) and "think" not in name.lower())


def _counts(match: re.Match[str], text: str, keep: str) -> bool:
    """Whether a marker means what it says: it is neither the tag asked for nor quoted."""
    if match["name"] and match["name"].lower() == keep.lower():
        return False
    around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
    return around not in ("``", '""', "''", "“”", "‘’")


def _opens_a_block(text: str, marks: list[_Mark], number: int) -> bool:
    """Whether a marker that has text before it starts thinking. In a line of prose, the block must span lines."""
    mark = marks[number]
    if mark.weak:
        return False
    line_start = text.rfind("\n", max(0, mark.start - 200), mark.start) + 1
    before = text[line_start or max(0, mark.start - 200) : mark.start]
    if not before.strip() or before.rstrip().endswith(">"):
        return True
    closing = next((other for other in marks[number + 1 : number + 4] if not other.opens), None)
    return closing is not None and "\n" in text[mark.end : closing.start]


def _without_leaked_channels(text: str) -> str:
    """gpt-oss behind a server that drops special tokens: `analysisWe need ...assistantfinalThe answer`."""
    if not text.lstrip()[:20].startswith("analysis"):
        return text
    _, found, answer = text.rpartition("assistantfinal")
    return answer if found else text


def _without_headed_thought(text: str) -> str:
    """What follows "Final answer:" in a reply that starts with "Thought process:"."""
    stripped = text.lstrip()
    heading = _THOUGHT_HEADING.match(stripped)
    if heading is None:
        return text
    answers = [match for match in _FINAL_HEADING.finditer(stripped) if match.start() >= heading.end()]
    if not answers and not _QUESTION_HEADING.search(stripped):
        answers = [match for match in _ANSWER_HEADING.finditer(stripped) if match.start() >= heading.end()]
        answers = answers if len(answers) == 1 else []
    if not answers or not stripped[answers[-1].end() :].strip():
        return text
    return stripped[answers[-1].end() :]
