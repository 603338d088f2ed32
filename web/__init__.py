"""The service behind api.py: routes by noun, the index of runs, the queue, events and the vault."""
