"""The offline token count: close to what large tokenizers say, exact under cutting, bounded on any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.errors import UsageError
from generation_functions.tokens import (
    ATOM_LENGTH,
    ATOMS,
    COST_SHIFT,
    LENGTH_MASK,
    VOCABULARY,
    AtomCosts,
    atom_blocks,
    atom_costs,
    count_tokens,
    fold_case,
)

# Text, and what a tokenizer with 100 000 entries makes of it.
_SAMPLES = {
    "English": (
        "In 1665 Robert Hooke published Micrographia, the first major work devoted to microscopical observation. "
        "He described the honeycomb-like structure of cork and called its compartments cells, because they "
        "reminded him of the small rooms in which monks lived.",
        52,
        0.1,
    ),
    "code": (
        "def mean(values: list[float]) -> float:\n    if not values:\n        raise ValueError('no values')\n"
        "    return sum(values) / len(values)\n",
        31,
        0.1,
    ),
    "German": (
        "Sie legte den Brief beiseite, ging zum Fenster hinüber und sah in den Regen hinaus. Erst zwei "
        "Jahrhunderte später wurde daraus eine Theorie.",
        41,
        0.25,
    ),
    "French": (
        "Elle posa la lettre, s'approcha de la fenêtre et regarda tomber la pluie. Le gouvernement a présenté "
        "mercredi un projet de loi.",
        39,
        0.25,
    ),
    "Chinese": ("她放下信，走到窗前，看着外面的雨。两个世纪以后，这一观察结果发展成为一种理论。", 47, 0.25),
    "Japanese": ("彼女は手紙を置き、窓辺に歩み寄って雨を眺めた。二世紀後、この観察は理論へと発展した。", 55, 0.25),
    "Russian": ("Она отложила письмо, подошла к окну и посмотрела на дождь. Правительство одобрило закон.", 44, 0.25),
    "Arabic": ("يقع الجزء الأكبر من الغابة في البرازيل، تليها بيرو ثم كولومبيا.", 43, 0.25),
}

anything = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(list("aaabcdeEXYZ0123 .,!?\n\n\t\r-#`\"'()\u00a0\u3000。é\u0301я")),
    ),
    max_size=300,
)


@pytest.mark.parametrize("name", _SAMPLES)
def test_the_count_is_close_to_that_of_a_large_tokenizer(name: str) -> None:
    text, expected, tolerance = _SAMPLES[name]
    assert count_tokens(text) == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0" * 100, "\t \n \t"])
def test_blank_text_costs_next_to_nothing(text: str) -> None:
    assert count_tokens(text) <= 2


def test_a_word_costs_the_same_with_a_capital() -> None:
    assert count_tokens("The house") == count_tokens("the house")
    assert fold_case(" The") == " the"
    assert fold_case(" README") == " README"
    assert fold_case(" iPhone") == " iPhone"


@pytest.mark.parametrize("script", ["한국어", "हिन्दी", "ไทย", "Ελλάδα", "עברית", "ქართული", "👍🏽", "𒀀"])
def test_scripts_outside_the_vocabulary_are_never_nearly_free(script: str) -> None:
    assert count_tokens(script) >= len(script) / 3


@given(anything)
def test_atoms_lose_nothing_and_words_are_bounded(text: str) -> None:
    atoms = ATOMS.findall(text)
    assert "".join(atoms) == text
    assert all(len(atom) <= ATOM_LENGTH + 1 or atom.isspace() for atom in atoms)


@given(anything)
@settings(max_examples=60)
def test_a_text_cut_between_atoms_costs_exactly_what_its_parts_cost(text: str) -> None:
    costs = AtomCosts()
    atoms = ATOMS.findall(text)
    for cut in range(len(atoms) + 1):
        left, right = "".join(atoms[:cut]), "".join(atoms[cut:])
        assert ATOMS.findall(left) + ATOMS.findall(right) == atoms
    assert sum(costs[atom] for atom in atoms) & LENGTH_MASK == len(text)


@pytest.mark.parametrize(
    "text", ["word " * 200_000, "a" * 900_000, " " * 900_000, "b" + "\n" * 900_000 + "c", "語" * 600_000]
)
def test_reading_in_blocks_changes_nothing(text: str) -> None:
    atoms = [atom for block in atom_blocks(text) for atom in block]
    assert atoms == ATOMS.findall(text)


def test_what_is_remembered_stays_bounded() -> None:
    costs = AtomCosts()
    for number in range(200_000):
        costs[f"{number} "]
    assert len(costs) <= 1 << 17
    costs[" " * 10_000]
    assert " " * 10_000 not in costs


def test_an_atom_remembers_cost_and_length() -> None:
    packed = atom_costs()["the "]
    assert (packed >> COST_SHIFT, packed & LENGTH_MASK) == (10, 4)


def test_the_vocabulary_is_small() -> None:
    assert VOCABULARY.stat().st_size <= 400_000
    assert len(VOCABULARY.read_text("utf-8").split("\n")) > 40_000


def test_a_named_tokenizer_that_cannot_be_loaded_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"pip install tokenizers|neither a tokenizer\.json") as raised:
        count_tokens("text", tokenizer=str(tmp_path))
    assert str(tmp_path) in str(raised.value)
