"""What models put around an answer: code fences, "Sure! Here is ...", "Let me know if ...", bold, quotes.

Every pattern here is bounded, so that reading stays linear on any text.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ \t]{0,3}(?P<fence>`{3,40}|~{3,40})[ \t]{0,8}(?P<info>[^`\n]{0,80})$")
_PROSE = {"", "text", "txt", "plain", "plaintext", "markdown", "md", "xml", "html"}
_ACKNOWLEDGED = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|great|no problem|got it|understood|gladly"
    r"|with pleasure|i'd be happy to(?: help)?|happy to help|natürlich|gerne|klar|claro(?: que sí)?|por supuesto"
    r"|bien sûr|volontiers|d'accord|certo|конечно|хорошо|当然可以|当然|好的|はい|もちろん(?:です)?|承知しました)"
)
_ANNOUNCED = (
    r"(?:here(?:'s| is| are| you go)|below (?:is|are)|the following (?:is|are)|these are|this is (?:the|a|an|my)\b"
    r"|hier (?:ist|sind|kommt)|nachfolgend|aquí (?:está|están|tienes|tiene)|a continuación|voici|ecco"
    r"|вот|ниже|以下(?:是|为|は|に)|这是|這是|こちらが)"
)
_PREAMBLE = re.compile(
    rf"[*_#>\s]{{0,4}}(?:{_ACKNOWLEDGED}[!.。！,，:：]?|(?:{_ACKNOWLEDGED}\W{{1,4}})?{_ANNOUNCED}.{{0,220}}[:：]"
    rf"|{_ACKNOWLEDGED}\W.{{0,220}}[:：])[*_\s]{{0,4}}$",
    re.IGNORECASE,
)
_CHATTER = re.compile(
    r"[*_(\[>\s]{0,4}(?:(?:please )?let me know\b|i(?: really)? hope (?:this|that|these|it|you)\b"
    r"|hope (?:this|that|it) helps|(?:please )?feel free\b|would you like (?:me|to|any|another|more)\b"
    r"|do you (?:want|need) (?:me|any|more|another)\b"
    r"|if you (?:need|want|have|would like|'d like|wish)\b.{0,80}(?:let me know|feel free|ask|help|just|happy)"
    r"|if you'd like\b.{0,80}(?:let me know|feel free|ask|help|just|happy|can)"
    r"|is there anything else\b|i(?:'m| am| would be|'d be) happy to\b|note: i\b|\(?(?:word|character) count:"
    r"|lass(?:en sie)? (?:es )?mich wissen|ich hoffe,? (?:das|dies|die)|wenn (?:du|sie) (?:weitere|noch|mehr)"
    r"|espero que|(?:avísame|dime) si|si (?:necesitas|quieres)\b|¿(?:te|le) gustaría|n'hésitez pas"
    r"|j'espère que|faites-moi savoir|надеюсь,? (?:это|что)|дайте (?:мне )?знать|если (?:вам|у вас|нужн)"
    r"|希望(?:这|這|以上|能)|如果(?:您|你)(?:需要|还|還|有)|ご(?:不明|質問|参考)|お役に立)",
    re.IGNORECASE,
)
_RULE = re.compile(r"[ \t]{0,3}(?:[-*_=—] ?){3,80}[ \t]{0,8}$")
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "»": "«", "「": "」", "『": "』", "‘": "’"}
_OPENING = ("*", "_", "`", *_QUOTES)
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})


def is_blank(text: str) -> bool:
    """Whether there is no letter and no digit in it, as in `...` or `**`."""
    return not any(map(str.isalnum, text))


def is_rule(line: str) -> bool:
    """Whether the line is a horizontal rule such as `---`."""
    return _RULE.match(line) is not None


def is_fence(line: str) -> bool:
    """Whether the line opens or closes a code fence."""
    return _FENCE.match(line) is not None


def unfence(text: str, *, prose_only: bool = False) -> str:
    """What is inside when one code fence (or several, nested) is around the whole text.

    With `prose_only` a fence that names a programming language stays, because there it is part of the answer.
    """
    for _ in range(3):
        inner = _inside_fence(text.strip("\n"), prose_only)
        if inner is None:
            return text
        text = inner
    return text


def _inside_fence(text: str, prose_only: bool) -> str | None:
    if not text.lstrip(" \t").startswith(("```", "~~~")):
        return None
    lines = text.rstrip().split("\n")
    opening = _FENCE.match(lines[0])
    if opening is None or (prose_only and opening["info"].strip().lower() not in _PROSE):
        return None
    open_fences = 0
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if match is None:
            continue
        if match["info"].strip() or not open_fences:
            open_fences += 1
        else:
            open_fences -= 1
        if not open_fences:
            return "\n".join(lines[1:number]) if number == len(lines) - 1 else None
    closed = open_fences > 1 and _FENCE.match(lines[-1]) and len(lines) > 1
    return "\n".join(lines[1:-1] if closed else lines[1:])


def strip_preamble(text: str) -> str:
    """The text without a first line such as "Sure! Here is the poem:"."""
    for _ in range(2):
        first, separator, rest = text.lstrip().partition("\n")
        if not separator or len(first) > 260 or not _PREAMBLE.match(first.translate(_APOSTROPHES)) or is_blank(rest):
            return text
        text = rest
    return text


def strip_chatter(text: str) -> str:
    """The text without a last paragraph such as "Let me know if you need more."."""
    for _ in range(3):
        text = text.rstrip()
        head, separator, last = text.rpartition("\n")
        if not separator or is_blank(head):
            return text
        if not is_rule(last) and (len(last) > 300 or not _CHATTER.match(last.translate(_APOSTROPHES))):
            return text
        text = head
    return text.rstrip()


def strip_wrapping(text: str) -> str:
    """The text without quotes, bold or italics that stand around the whole of it."""
    text = text.strip()
    if not text.startswith(_OPENING):
        return text
    for _ in range(3):
        for mark in ("**", "__", "*", "_", "`"):
            inner = text[len(mark) : -len(mark)]
            if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark) and mark not in inner:
                text = inner.strip()
                break
        else:
            closing = _QUOTES.get(text[:1])
            if closing is None or len(text) < 3 or text[-1] != closing or _is_quoted_twice(text, closing):
                return text
            text = text[1:-1].strip()
    return text


def _is_quoted_twice(text: str, closing: str) -> bool:
    """Whether the outer quotes belong to two quotations, as in `"a" and "b"`."""
    inner = text[1:-1]
    return text[0] in inner or closing in inner


def close_emphasis(text: str) -> str:
    """The text without the half of a pair of `**` that was left when a bold label was cut off it."""
    text = text.strip()
    for mark in ("**", "__"):
        if text.count(mark) % 2:
            if text.endswith(mark):
                text = text[: -len(mark)].rstrip()
            elif text.startswith(mark):
                text = text[len(mark) :].lstrip()
    return text
