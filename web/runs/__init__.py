"""Runs: their index, their life from queued to ended, and what can be watched of them."""
