"""A set of ids that stays small with millions of them."""

from __future__ import annotations

from array import array

_FIRST_SLOTS = 1024


class IdSet:
    """The ids seen so far as 64-bit hashes in one flat array (open addressing, linear probing).

    At most 32 bytes an id where a set of strings takes over 100. Among a million different ids, the chance
    that any two count as one is 3e-8.
    """

    def __init__(self) -> None:
        self._slots = array("q", bytes(8 * _FIRST_SLOTS))
        self._room = _FIRST_SLOTS // 2  # ids that may still come before probing gets slow

    def add(self, identity: str) -> bool:
        """Adds `identity`; False when it was there."""
        if not self._insert(hash(identity) or 1):
            return False
        self._room -= 1
        if not self._room:
            self._grow()
        return True

    def _insert(self, value: int) -> bool:
        slots = self._slots
        mask = len(slots) - 1
        position = value & mask
        while held := slots[position]:
            if held == value:
                return False
            position = (position + 1) & mask
        slots[position] = value
        return True

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("q", bytes(16 * len(old)))
        self._room = len(old) // 2
        for value in old:
            if value:
                self._insert(value)
