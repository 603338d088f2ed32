"""Datasets of all runs: what there is to train on, and exports of it."""
