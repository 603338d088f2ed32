"""Questions from rows of fields: tables, CSV and JSON ("name: Everest", "height: 8849 m")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generation_functions.offline import lexicon
from generation_functions.offline.asking import Pair, lowered_start
from generation_functions.offline.blocks import Fields
from generation_functions.offline.verbs import verb_forms

# Keys that name a row wherever they stand; any other key names it only when the rows begin with it.
_NAME_KEYS = (
    "name",
    "title",
    "full name",
    "common name",
    "product",
    "product name",
    "model",
    "term",
    "command",
    "option",
)
_SKIPPED_KEYS = lexicon.word_set(
    """
    condition status state remark remarks id uuid url link links slug image images notes note comment
    comments description summary text remarks source sources tags example examples email phone key index no
    number row is has see first last other more type_id
    """
)
# What a key asks: key -> (question, answer) with the name and the value filled in.
_SENTENCES = {
    "built": ("When was {name} built?", "{name} was built in {value}."),
    "opened": ("When was {name} opened?", "{name} was opened in {value}."),
    "founded": ("When was {name} founded?", "{name} was founded in {value}."),
    "established": ("When was {name} established?", "{name} was established in {value}."),
    "completed": ("When was {name} completed?", "{name} was completed in {value}."),
    "discovered": ("When was {name} discovered?", "{name} was discovered in {value}."),
    "published": ("When was {name} published?", "{name} was published in {value}."),
    "launched": ("When was {name} launched?", "{name} was launched in {value}."),
    "born": ("When was {name} born?", "{name} was born in {value}."),
    "author": ("Who is the author of {name}?", "The author of {name} is {value}."),
    "architect": ("Who is the architect of {name}?", "The architect of {name} is {value}."),
    "designer": ("Who is the designer of {name}?", "The designer of {name} is {value}."),
    "inventor": ("Who is the inventor of {name}?", "The inventor of {name} is {value}."),
    "owner": ("Who is the owner of {name}?", "The owner of {name} is {value}."),
    "keeper": ("Who is the keeper of {name}?", "The keeper of {name} is {value}."),
}
_YEAR_KEY = re.compile(
    r"(?:year[ _])?(built|opened|founded|established|completed|discovered|published|launched|born)"
    r"(?:[ _](?:in|year|on))?"
)
_YEAR = re.compile(r"(?:c\. ?)?\d{3,4}(?: (?:BC|AD|BCE|CE))?")
_KEY = re.compile(r"[A-Za-z][A-Za-z _/-]{1,38}(?:[ _]?\(([^()]{1,20})\))?|[a-z]+(?:_[a-z]+)*_(?:km2)")
_PLURAL_HEADING = re.compile(r"[a-z]{2,20}[a-rt-z]s")
_BAD_VALUES = lexicon.word_set("true false yes no none null nan n/a na - — ? unknown")
_PROPER = re.compile(r"[A-Z`\d]")
_MAX_VALUE_WORDS = 7


def field_pairs(fields: Fields, first_key: str, heading: str = "") -> Iterator[Pair]:
    """Pairs from one row: what the other fields say about the row's name.

    `first_key` is the key that the rows of this text begin with; a row cut in two begins with another.
    `heading` stands above the rows; a plural noun there says what they are.
    """
    name = _row_name(fields, first_key)
    if name is None:
        return
    name_key, value = name
    subject = _subject(value, heading)
    for key, value in fields:
        if key == name_key or not _is_value(value):
            continue
        pair = _field_pair(subject, key.strip(), value.strip().rstrip("."))
        if pair:
            yield pair


def _subject(name: str, heading: str) -> str:
    """A row's name as a question writes it: 'the pipe "Old Margery"' under the heading "pipes", "the brew group"."""
    kind = heading.lower()
    if _PLURAL_HEADING.fullmatch(kind):
        singular = kind[:-3] + "y" if kind.endswith("ies") else kind[:-1]
        return f'the {singular} "{name}"'
    words = name.split()
    if words[0] == "The" and len(words) > 1:
        return " ".join(["the", *words[1:]])
    common = words[0][1:].islower() and len(words) > 1 and all(word.islower() for word in words[1:])
    return f"the {name[0].lower()}{name[1:]}" if common else name


def _row_name(fields: Fields, first_key: str) -> tuple[str, str] | None:
    """(key, value) of the field that names the row."""
    by_key = {key.lower().replace("_", " "): (key, value) for key, value in fields}
    for key in _NAME_KEYS:
        found = by_key.get(key)
        if found and _is_name(found[1]):
            return found
    first = fields[0]
    if len(fields) > 1 and first[0] == first_key and _is_name(first[1]) and first[0].lower() not in _SKIPPED_KEYS:
        return first
    return None


def _is_name(value: str) -> bool:
    return (
        len(value.split()) < 9
        and len(value) > 1
        and bool(_PROPER.match(value))
        and not value[0].isdigit()
        and value[-1] not in ".:!?;"
    )


def _is_value(value: str) -> bool:
    return (
        value.lower() not in _BAD_VALUES
        and len(value.split()) <= _MAX_VALUE_WORDS
        and "://" not in value
        and ";" not in value
    )


def _field_pair(name: str, key: str, value: str) -> Pair | None:
    plain_key = key.lower().replace("_", " ")
    year = _YEAR_KEY.fullmatch(plain_key)
    if year:
        if not _YEAR.fullmatch(value):
            return None
        asked, answered = _SENTENCES[year[1]]
    elif plain_key in _SENTENCES:
        if not value[0].isupper():
            return None
        asked, answered = _SENTENCES[plain_key]
    else:
        described = _described_key(key)
        if described is None:
            return None
        noun, unit = described
        plural = noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
        verb = "are" if plural else "is"
        asked = f"What {verb} the {noun} of {{name}}{' in ' + unit if unit else ''}?"
        answered = f"The {noun} of {{name}} {verb} {{value}}{' ' + unit if unit else ''}."
    answer = _filled(answered, name, value)
    return Pair(_filled(asked, name, value), answer[0].upper() + answer[1:], 2.7)


def _filled(template: str, name: str, value: str) -> str:
    return template.replace("{name}", name, 1).replace("{value}", value, 1)


def _described_key(key: str) -> tuple[str, str] | None:
    """(noun, unit) that a key stands for: "height_m" -> ("height", "metres"); None when it is no noun."""
    match = _KEY.fullmatch(key)
    if not match:
        return None
    unit = match[1] or ""
    words = key.split("(")[0].replace("_", " ").split()
    if len(words) > 1 and (words[-1].lower() in lexicon.UNIT_NAMES or words[-1].lower() in lexicon.UNITS):
        at = -2 if len(words) > 2 and words[-2].lower() in ("cubic", "square", "nautical") else -1
        unit = unit or " ".join(words[at:]).lower()
        words = words[:at]
    unit = lexicon.UNIT_NAMES.get(unit.lower(), unit)
    low = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    if not words or len(words) > 4 or any(word in _SKIPPED_KEYS for word in low):
        return None
    form = verb_forms().get(low[0])
    if form is not None and form.tense != "base":
        return None
    if low[-1].endswith(("ed", "ing", "ly")) or low[0] in (
        "in",
        "at",
        "by",
        "with",
        "for",
        "when",
        "where",
        "how",
        "last",
    ):
        return None
    return lowered_start(" ".join(low)), unit
