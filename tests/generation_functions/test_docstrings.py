from generation_functions.docstrings import parse_docstring


def test_summary_description_and_parameters_are_told_apart() -> None:
    doc = parse_docstring(
        """Write a poem about
        each chunk.

        Poems are short.

        Args:
            input_dir: Folder with
                your documents.
            chunk_size (int): Longest chunk: in tokens.
            **kwargs: Whatever else.

        Returns:
            nothing: at all
        """
    )
    assert doc.summary == "Write a poem about each chunk."
    assert doc.description == "Poems are short."
    assert doc.parameters == {
        "input_dir": "Folder with your documents.",
        "chunk_size": "Longest chunk: in tokens.",
        "kwargs": "Whatever else.",
    }


def test_a_function_without_docstring_has_empty_texts() -> None:
    doc = parse_docstring(None)
    assert (doc.summary, doc.description, doc.parameters) == ("", "", {})


def test_line_breaks_of_lists_are_kept() -> None:
    doc = parse_docstring("One.\n\n- first\n- second\n")
    assert doc.description == "- first\n- second"
