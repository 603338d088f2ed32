"""Estimates and previews: a few records really run, with a time limit, beside the runs."""
