"""Pipelines: what there is to run."""
