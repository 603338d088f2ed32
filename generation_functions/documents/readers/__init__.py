"""One reader per family of formats: a function from the bytes of a file to an Extraction."""
