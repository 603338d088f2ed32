"""The questions that the offline model asks about sentences, rows and code, and the sentences it leaves alone."""

from __future__ import annotations

import random

import pytest

from generation_functions.offline.question_answer_pairs import find_pairs

ASKED = [
    # definitions
    ("Photosynthesis is the process by which plants make sugar.", "What is photosynthesis?"),
    ("A capacitor is a device that stores electric charge.", "What is a capacitor?"),
    ("Dover Castle is a medieval castle in Kent, England.", "What is Dover Castle?"),
    ("Alois Alzheimer was a German psychiatrist who studied dementia.", "Who was Alois Alzheimer?"),
    ("The heart is a muscular organ that pumps blood.", "What is the heart?"),
    ("The tide engine is the machine that blows the fog organ.", "What is the tide engine?"),
    ("The pumps are two cylinders with leather pistons.", "What are the pumps?"),
    ("Grace Hopper, an American computer scientist, wrote a compiler in 1952.", "Who was Grace Hopper?"),
    # identities
    ("The capital of France is Paris.", "What is the capital of France?"),
    ("The director of the Louvre was Dominique Vivant.", "Who was the director of the Louvre?"),
    ("Jupiter is the largest planet in the Solar System.", "What is the largest planet in the Solar System?"),
    ("Mina Tresco was the last keeper of Sallow Point Light.", "Who was the last keeper of Sallow Point Light?"),
    # who
    ("The Eiffel Tower was designed by Maurice Koechlin.", "Who designed the Eiffel Tower?"),
    ("Faust was written by Johann Wolfgang von Goethe.", "Who wrote Faust?"),
    ("Marie Curie discovered polonium in 1898.", "Who discovered polonium in 1898?"),
    ("Christopher Wren rebuilt St Paul's Cathedral after the fire.", "Who rebuilt St Paul's Cathedral?"),
    ("Honey is made by bees from nectar.", "What makes honey?"),
    # when
    ("The Erie Canal was completed in 1825.", "When was the Erie Canal completed?"),
    ("The Berlin Wall fell on 9 November 1989.", "When did the Berlin Wall fall?"),
    ("In 1862, the Erie Canal was enlarged.", "When was the Erie Canal enlarged?"),
    ("On 9 November 1868 the barque Adelaide Finch struck the Combs.",
     "When did the barque Adelaide Finch strike the Combs?"),
    ("Elias Brandreth was born in Quillhaven in 1836.", "When was Elias Brandreth born?"),
    ("The Black Death killed about a third of Europe between 1347 and 1351.",
     "When did the Black Death kill about a third of Europe?"),
    # where
    ("Elias Brandreth was born in Quillhaven in 1836.", "Where was Elias Brandreth born?"),
    ("The Eiffel Tower stands on the Champ de Mars in Paris.", "Where does the Eiffel Tower stand?"),
    ("The heart is located in the chest.", "Where is the heart located?"),
    ("Photosynthesis takes place in the chloroplasts.", "Where does photosynthesis take place?"),
    # quantities
    ("The human heart has four chambers.", "How many chambers does the human heart have?"),
    ("The Adelaide Finch carried 27 people and a cargo of clocks.", "How many people did the Adelaide Finch carry?"),
    ("The Suez Canal is 193 kilometres long.", "How long is the Suez Canal?"),
    ("A ticket costs 6 pounds.", "How much does a ticket cost?"),
    ("A blue whale can weigh up to 190 tonnes.", "How much can a blue whale weigh?"),
    ("Water boils at 100 degrees Celsius.", "At what temperature does water boil?"),
    ("The warranty lasts two years.", "How long does the warranty last?"),
    ("The brew group must be rinsed every two weeks.", "How often must the brew group be rinsed?"),
    ("Mina Tresco rang the old bell Dorcas by hand for 31 hours.",
     "How long did Mina Tresco ring the old bell Dorcas by hand?"),
    ("Ottoline Brandreth succeeded her father at the age of 24.",
     "At what age did Ottoline Brandreth succeed her father?"),
    ("There are 206 bones in the human body.", "How many bones are there in the human body?"),
    # why, what if, how to
    ("Git was created because the kernel developers needed a free replacement.", "Why was Git created?"),
    ("Bees cannot see red because their eyes lack the receptors.", "Why can bees not see red?"),
    ("Because the organ gives one blast a minute, a full charge lasts seven hours.",
     "Why does a full charge last seven hours?"),
    ("When water freezes, it expands by nine percent.", "What happens when water freezes?"),
    ("If the pump makes a loud noise, switch it off.", "What should you do if the pump makes a loud noise?"),
    ("To enable logging, set the level to debug.", "How do you enable logging?"),
    ("Press the red button to stop the water pump.", "How do you stop the water pump?"),
    ("Before cleaning the steam wand, let it cool for ten minutes.",
     "What should you do before cleaning the steam wand?"),
    ("You should descale the coffee machine every three months.", "How often should you descale the coffee machine?"),
    ("Bees communicate by dancing.", "How do bees communicate?"),
    # objects and parts
    ("The Combs consist of seven rocks.", "What do the Combs consist of?"),
    ("HTTP stands for Hypertext Transfer Protocol.", "What does HTTP stand for?"),
    ("Plants absorb carbon dioxide through small pores.", "What do plants absorb?"),
    ("The Roman Empire was divided into two parts.", "What was the Roman Empire divided into?"),
    ("`parse_date(text)` returns a `datetime` object.", "What does `parse_date(text)` return?"),
    ("There are two types of locks: shared locks and exclusive locks.", "What are the two types of locks?"),
    # German
    ("Der Kölner Dom ist eine römisch-katholische Kirche in Köln und die größte der Stadt.", "Was ist der Kölner Dom?"),
    ("Das Deutsche Museum wurde 1925 in München eröffnet, und es ist die Heimat der Technik.", ""),
    ("Die Stadt Mainz liegt am linken Ufer des Rheins.", "Wo liegt die Stadt Mainz?"),
]  # fmt: skip

LEFT_ALONE = [
    "It is important that the valve is closed.",
    "He moved to Paris in 1891.",
    "They were built by the Romans in 80 AD.",
    "This reaction was discovered in 1828.",
    "These results were published in 1905.",
    "The fence was painted in 1899.",
    "The old man was born in 1845.",
    "The result was a disaster for everybody.",
    "The next step is a careful cleaning of the parts.",
    "Her notebook holds 211 pages of sums.",
    "I was born in London in 1950.",
    "We recommend that you update the software every week.",
    '"The tower was built in 1889," said the guide.',
    "Who built the tower of London in 1078?",
    "The bridge designed by Brunel collapsed in 1850.",
    "Construction began in April 1871.",
    "The author was born in Vienna in 1881.",
    "See https://example.org for the list of keepers.",
    "Printed and bound in Quillhaven in 1902.",
    "As shown above, the pump has three valves.",
    "Two engineers were sent to Ostrey in 1890.",
    "The same thing happened to the trawler in 1947.",
    "What he found in 1912 was a small box.",
    "Chapter 3 The keepers of the light in 1912",
    "If it rains, it pours.",
    "To the north, the hills are high and the valleys deep.",
    "Because of this, the keeper was dismissed in 1911.",
    "Here the river has three arms.",
    "There are several ways in which it can be done.",
    "Some people think that the tower was built in 1300.",
    "The former was abandoned in 1920, the latter in 1930.",
    "Such a machine was never built.",
]


def questions(text: str, title: str = "") -> dict[str, str]:
    """Question -> answer of everything the rules ask about `text`."""
    return {pair.question: pair.answer for group in find_pairs(text, random.Random(1), title) for pair in group}


@pytest.mark.parametrize(("sentence", "question"), [pair for pair in ASKED if pair[1]])
def test_a_sentence_is_asked_about_in_grammatical_english(sentence: str, question: str) -> None:
    asked = {text.replace("In what year", "When") for text in questions(sentence)}
    assert question in asked


@pytest.mark.parametrize("sentence", LEFT_ALONE)
def test_a_sentence_that_leans_on_something_else_is_left_alone(sentence: str) -> None:
    assert questions(sentence) == {}
