"""Talking to models: conversations that are kept, ratings, corrections."""
