"""Where the harness keeps its kinds of models."""
