"""Token ids to text, one at a time, without ever showing half a character."""

from __future__ import annotations

from collections.abc import Callable, Sequence

REPLACEMENT = "\ufffd"
_PATIENCE = 8  # tokens; a character of UTF-8 is at most four
_OVERLONG = 64


class Detokeniser:
    """Gives the text of a growing list of tokens.

    A character may be spread over several tokens, and what a token looks like may depend on the one before it. So a few
    tokens are decoded together, and text is given once its last character is whole. Bytes that never become a
    character are shown as U+FFFD, as decoding them all at once would.

    Args:
        decode: Text of a list of ids, special tokens left out.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode
        self._window: list[int] = []
        self._fresh = 0  # tokens of the window of which not all text has been given
        self._given = 0  # characters of the window's text that have been

    def add(self, token: int) -> str:
        """Take a token. Returns the text that is certain now, often that of this token."""
        self._window.append(token)
        self._fresh += 1
        text = self._decode(self._window)
        if text.endswith(REPLACEMENT):
            return self._part(text) if self._fresh > _PATIENCE else ""
        new = text[self._given :]
        self._window = self._window[-self._fresh :]
        self._fresh = 0
        self._given = len(self._decode(self._window))
        return new

    def flush(self) -> str:
        """The rest, once no more tokens come."""
        text = self._decode(self._window) if self._fresh else ""
        new = text[self._given :] if self._fresh else ""
        self._window, self._fresh, self._given = [], 0, 0
        return new

    def _part(self, text: str) -> str:
        """All but the last character, of bytes that go on being no text: only that one can still change."""
        new = text[self._given : -1]
        self._given = max(self._given, len(text) - 1)
        if len(self._window) > _OVERLONG:
            self._shorten(text)
        return new

    def _shorten(self, text: str) -> None:
        for cut in range(len(self._window) - _PATIENCE, len(self._window)):
            before, after = self._decode(self._window[:cut]), self._decode(self._window[cut:])
            if before + after == text and len(before) <= self._given:
                self._window, self._given = self._window[cut:], self._given - len(before)
                self._fresh = len(self._window)
                return
