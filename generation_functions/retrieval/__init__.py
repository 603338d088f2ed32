"""Finding the chunks that are about the same things as a text: by their words, and by vectors."""
