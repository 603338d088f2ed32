"""What is in a run's folder, read while it may still be written: log, rows with their lineage, reviews, failures."""
