"""Datasets: rows and their formats, writers, provenance, the dataset card and the report."""
