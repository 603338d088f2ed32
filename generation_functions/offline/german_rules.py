"""Questions from German sentences. German needs no "do": moving the verb before the subject makes the question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generation_functions.offline import lexicon
from generation_functions.offline.asking import Pair

_SUBJECT = (
    r"(?P<subject>(?:(?:Der|Die|Das) )?[A-ZÄÖÜ][\w-]*(?: (?:(?:von|van|der|des|am|an der|im) )?[A-ZÄÖÜ][\w-]*){0,4})"
)
_MONTH = "(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
_DATE = rf"(?P<date>(?:(?:im Jahre? )?[12]\d{{3}}|am \d{{1,2}}\. {_MONTH}(?: [12]\d{{3}})?|im {_MONTH} [12]\d{{3}}))"
_REST = r"(?P<rest>[^,;:()\"„“.]{3,90})"
_WHEN = re.compile(
    rf"{_SUBJECT} (?P<verb>wurde|wurden|begann|endete|starb|entstand|erschien|zog|gründete|eröffnete) "
    rf"{_DATE}(?: {_REST})?\.$"
)
_WHO = re.compile(
    rf"{_SUBJECT} (?P<verb>wurde|wurden) (?P<before>(?:{_DATE.replace('?P<date>', '?:')} )?)von "
    r"(?P<agent>[A-ZÄÖÜ][\w-]+(?: (?:von |van )?[A-ZÄÖÜ][\w-]+)*) (?P<participle>(?:ge|ver|er|be|ent)\w+(?:t|en))\.$"
)
_WHERE = re.compile(
    rf"{_SUBJECT} (?P<verb>liegt|steht|lebt|befindet sich|mündet) "
    rf"(?P<place>(?:in|im|an|am|auf|bei) [^,;:()]{{3,60}})\.$"
)
_WHAT = re.compile(rf"{_SUBJECT} (?P<verb>ist|war) (?P<what>eine?) (?P<rest>[^;:()\"„“.]{{10,140}})\.$")
_WHY = re.compile(
    rf"{_SUBJECT} (?P<verb>wurde|ist|war|wurden|sind) (?P<rest>[^,;:()\"]{{3,70}}), weil [^.]{{8,140}}\.$"
)
_HOW_LONG = re.compile(
    rf"{_SUBJECT} (?P<verb>ist|war) (?:etwa |rund |fast |über )?\d[\d.,]* \w+ "
    r"(?P<dimension>lang|hoch|breit|tief|schwer|alt|dick)\b"
)
_WEIGHS = re.compile(
    rf"{_SUBJECT} (?:(?:ist|war) [^,;:()]{{3,40}} und )?(?P<verb>wiegt|kostet) (?:etwa |rund |fast )?\d"
)
_IS_CALLED = re.compile(
    r"(?P<subject>(?:Der|Die|Das) [\wäöüß-]+(?: [A-ZÄÖÜ][\w-]+)?) heißt [A-ZÄÖÜ][\w-]+(?: [A-ZÄÖÜ][\w-]+)*\.$"
)
_SINCE = re.compile(rf"{_SUBJECT} (?P<verb>[a-zäöü]+t) (?P<rest>[^,;:()\"]{{3,50}}?) seit [12]\d{{3}}\b")
_PERSON = re.compile(r"\b\w*(?:mann|frau|er|erin|ist|istin|physiker|könig|königin|kaiser|dichter)\b")
_OUTSIDE = re.compile(r"\b(?:ich|wir|du|dies\w*|jen\w*|hier|oben|unten|folgend\w*|Er|Sie|Es|Dort|Hier|Dies\w*)\b")
_NO_SUBJECTS = lexicon.word_set(
    """
    Er Sie Es Dort Hier Dies Dieser Diese Dieses Man Wir Ich Danach Dann Später Heute Im Am In
    """
)


def german_pairs(sentence: str) -> Iterator[Pair]:
    """Pairs from one German sentence."""
    if _OUTSIDE.search(sentence):
        return
    for pattern, start, score in ((_WHEN, "Wann", 2.9), (_WHERE, "Wo", 2.6), (_WHY, "Warum", 3.4)):
        match = pattern.match(sentence)
        if match and _subject(match) and (start == "Wo" or _named(match)):
            parts = [start, match["verb"], _subject(match)]
            if start == "Wo" and match["verb"] == "befindet sich":
                parts = [start, "befindet sich", _subject(match)]
            if start != "Wo" and match["rest"]:
                parts.append(match["rest"])
            yield Pair(" ".join(parts) + "?", sentence, score)
    match = _WHO.match(sentence)
    if match and _named(match):
        before = match["before"]
        yield Pair(f"Von wem {match['verb']} {_subject(match)} {before}{match['participle']}?", sentence, 3.1)
    yield from _measured(sentence)
    match = _WHAT.match(sentence)
    if match and _subject(match):
        head = match["rest"].split(",")[0].split()
        noun = next((word for word in head if word[:1].isupper()), "")
        person = not match["subject"].startswith(("Der ", "Die ", "Das ")) and bool(_PERSON.fullmatch(noun.lower()))
        yield Pair(f"{'Wer' if person else 'Was'} {match['verb']} {_subject(match)}?", sentence, 3.2)


def _measured(sentence: str) -> Iterator[Pair]:
    match = _HOW_LONG.match(sentence)
    if match and _named(match):
        yield Pair(f"Wie {match['dimension']} {match['verb']} {_subject(match)}?", sentence, 2.9)
    match = _WEIGHS.match(sentence)
    if match and _named(match):
        yield Pair(f"Wie viel {match['verb']} {_subject(match)}?", sentence, 2.9)
    match = _IS_CALLED.match(sentence)
    if match:
        yield Pair(f"Wie heißt {_subject(match)}?", sentence, 2.6)
    match = _SINCE.match(sentence)
    if match and _named(match):
        yield Pair(f"Seit wann {match['verb']} {_subject(match)} {match['rest']}?", sentence, 2.8)


def _named(match: re.Match[str]) -> bool:
    """Whether the subject is more than an article and one noun, which only the text around it explains."""
    words = match["subject"].split()
    return bool(_subject(match)) and (words[0] not in ("Der", "Die", "Das") or len(words) > 2)


def _subject(match: re.Match[str]) -> str:
    """The subject as written inside a sentence; empty when it leans on something outside."""
    words = match["subject"].split()
    if words[0] in _NO_SUBJECTS:
        return ""
    return match["subject"][0].lower() + match["subject"][1:] if words[0] in ("Der", "Die", "Das") else match["subject"]
