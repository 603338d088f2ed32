"""Model folders: what there is, how good it is, where it is served."""
