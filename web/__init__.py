"""The service behind api.py: routes by noun, the index of runs, the queue, events and the vault."""

VERSION = "0.1.0"
"""Of Augmentoolkit; a test holds it against pyproject.toml."""
