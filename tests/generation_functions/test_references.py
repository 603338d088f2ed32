from generation_functions.references import ReferenceFiller


def test_references_are_filled_anywhere_in_a_text_and_in_lists() -> None:
    filler = ReferenceFiller({"HOST": "h", "PORT": "1"})
    assert filler.fill({"urls": ["http://${HOST}:${PORT}/v1"], "n": 3}) == {"urls": ["http://h:1/v1"], "n": 3}
    assert filler.missing == []


def test_a_doubled_dollar_is_plain_text() -> None:
    assert ReferenceFiller({}).fill("$${HOME} costs $5") == "${HOME} costs $5"


def test_an_empty_variable_counts_as_missing() -> None:
    filler = ReferenceFiller({"KEY": ""})
    filler.fill({"a": ["${KEY}"]})
    [(path, message)] = filler.missing
    assert path == ("a", 0)
    assert message.startswith("the variable KEY is empty")


def test_what_is_no_variable_name_is_reported() -> None:
    filler = ReferenceFiller({})
    filler.fill("${not a name}")
    assert "is not a variable name" in filler.missing[0][1]
