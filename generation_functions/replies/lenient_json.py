"""Reads JSON as models write it: comments, trailing and missing commas, single or curly quotes, Python's True and
None, keys without quotes, line breaks and stray quotes inside strings.

It never invents content: a text that ends too early is `UnfinishedJsonError`, so that a reply which was cut off is
asked for again. One pass over the text, with limited nesting.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

MOST_NESTED = 60

_Container = TypeVar("_Container", dict[str, Any], list[Any])

_SPACE = re.compile(r"(?:[\s\u00a0\ufeff]+|//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_BLANKS = re.compile(r"\s*")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[^\W\d][\w$-]*")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = ("null", "None", "NULL", "undefined")
_ESCAPES = {
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "/": "/",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "\n": "",
    "`": "`",
}
_CLOSING = {'"': '"', "'": "'", "“": '”"“', "‘": "’'", "`": "`"}
_STOPS = {opening: re.compile(rf"[{re.escape(closing)}\\]") for opening, closing in _CLOSING.items()}
_HEX = re.compile(r"[0-9a-fA-F]{4}")


class BrokenJsonError(ValueError):
    """The text is not JSON, even leniently."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class UnfinishedJsonError(BrokenJsonError):
    """The text ends inside the value."""


class LenientReader:
    """Reads one value from `text` at `position`; afterwards `position` is behind it.

    `close_open` closes the brackets that are still open at the end of the text, for a model that came to
    its end by itself and miscounted them. A string that is still open is never closed.
    """

    def __init__(self, text: str, position: int = 0, *, close_open: bool = False) -> None:
        self.text = text
        self.position = position
        self._close_open = close_open
        self._depth = 0

    def value(self) -> Any:
        """The value at the current position."""
        letter = self._next()
        if letter == "{":
            return self._object()
        if letter == "[":
            return self._array()
        if letter in _CLOSING:
            return self._string(letter)
        if (number := _NUMBER.match(self.text, self.position)) is not None:
            return self._number(number)
        return self._word()

    def _next(self) -> str:
        """The next character that matters; "" at the end, or where a code fence ends the JSON."""
        self.position = _SPACE.match(self.text, self.position).end()  # type: ignore[union-attr]  # matches ""
        if self.text.startswith("```", self.position):
            return ""
        return self.text[self.position : self.position + 1]

    def _enter(self) -> None:
        self.position += 1
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise BrokenJsonError("it is nested too deeply", self.position)

    def _object(self) -> dict[str, Any]:
        self._enter()
        found: dict[str, Any] = {}
        while True:
            letter = self._after_comma(bool(found))
            if letter in ("}", ""):
                return self._leave(found, letter)
            key = self._string(letter) if letter in _CLOSING else self._bare_key()
            if self._next() not in (":", "：", "="):
                raise self._error(f"a colon is missing after the key {key[:40]}")
            self.position += 1
            found[key] = self.value()

    def _array(self) -> list[Any]:
        self._enter()
        found: list[Any] = []
        while True:
            letter = self._after_comma(bool(found))
            if letter in ("]", ""):
                return self._leave(found, letter)
            found.append(self.value())

    def _after_comma(self, entries: bool) -> str:
        letter = self._next()
        while entries and letter in (",", "，") and letter:
            self.position += 1
            letter = self._next()
        return letter

    def _leave(self, found: _Container, letter: str) -> _Container:
        if letter:
            self.position += 1
        elif not self._close_open:
            raise self._error("")
        self._depth -= 1
        return found

    def _bare_key(self) -> str:
        word = _WORD.match(self.text, self.position)
        if word is None:
            raise self._error("a key in double quotes is missing")
        self.position = word.end()
        return word[0]

    def _number(self, match: re.Match[str]) -> int | float:
        text = match[0]
        if len(text) > 300 or self.text[match.end() : match.end() + 1].isalpha():
            raise self._error(f"{text[:20]} is not a number; put text in double quotes")
        self.position = match.end()
        if text.lstrip("+-").isdigit():
            return int(text)
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise self._error(f"{text[:20]} is too large a number")
        return number

    def _word(self) -> Any:
        match = _WORD.match(self.text, self.position)
        word = match[0] if match else ""
        if word in _WORDS:
            self.position += len(word)
            return _WORDS[word]
        if word in _NULLS:
            self.position += len(word)
            return None
        raise self._error(f"put {word[:40]} in double quotes" if word else "a value is missing")

    def _string(self, opening: str) -> str:
        stops, closing = _STOPS[opening], _CLOSING[opening]
        pieces: list[str] = []
        start = self.position + 1
        while True:
            stop = stops.search(self.text, start)
            if stop is None:
                raise UnfinishedJsonError("a string is not closed", len(self.text))
            pieces.append(self.text[start : stop.start()])
            if stop[0] == "\\":
                piece, start = self._escape(stop.end())
                pieces.append(piece)
            elif self._closes(stop.end(), closing):
                self.position = stop.end()
                return _without_surrogates("".join(pieces))
            else:  # a quote that the model forgot to escape
                pieces.append(stop[0])
                start = stop.end()

    def _closes(self, position: int, closing: str) -> bool:
        """Whether a quote before `position` ends its string: what follows must be able to follow a string."""
        blanks = _BLANKS.match(self.text, position).end()  # type: ignore[union-attr]  # matches ""
        following = self.text[blanks : blanks + 1]
        if following in ("", ",", "，", "}", "]", ":", "：", "#", "="):
            return True
        if self.text.startswith(("//", "/*", "```"), blanks):
            return True
        return following in _CLOSING and "\n" in self.text[position:blanks]  # a comma was forgotten

    def _escape(self, position: int) -> tuple[str, int]:
        letter = self.text[position : position + 1]
        if letter == "u" and (code := _HEX.match(self.text, position + 1)) is not None:
            return chr(int(code[0], 16)), position + 5
        if letter in _ESCAPES and letter:
            return _ESCAPES[letter], position + 1
        return "\\", position  # a lone backslash, as in LaTeX or a Windows path

    def _error(self, message: str) -> BrokenJsonError:
        if not self._next():
            return UnfinishedJsonError("it breaks off before its end", self.position)
        return BrokenJsonError(message, self.position)


def _without_surrogates(text: str) -> str:
    """Halves of surrogate pairs joined; a half without its other half cannot be written anywhere."""
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
