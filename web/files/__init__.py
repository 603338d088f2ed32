"""Files: what lies in inputs, outputs and models, seen, previewed, sent, uploaded, moved and deleted."""
