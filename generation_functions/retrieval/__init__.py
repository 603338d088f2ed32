"""Finding the texts that are about the same things as a given one."""

from generation_functions.retrieval.lexical_index import LexicalIndex

__all__ = ["LexicalIndex"]
