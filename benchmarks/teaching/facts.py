"""Facts about people, places and devices that do not exist: no model can know them before it reads them here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from generation_functions.records import seeded


def _words(text: str) -> list[str]:
    return text.split()


_STARTS = _words("Br D F G Gr H K L M N Pr R S T Tr V W Sk St")
_VOWELS = _words("a e i o u")
_MIDDLES = _words("l n r s t v d m ll nd st rm")
_FIRST_ENDS = _words("a el il o us ar ek is")
_LAST_ENDS = _words("ick ander ovan eth ing ulsen elle ard")
_TOWN_ENDS = _words("stow by wick ham ford mouth dale port")

_SHORT_NAMES = 2000  # then there are too few with one syllable

PROFESSIONS = _words("painter engineer teacher surgeon lawyer architect composer banker farmer historian pilot judge")
GOODS = _words("slate cheese glass wool salt copper honey timber silk paper beer marble lace tobacco leather amber")
KINDS = _words("pump lamp clock loom press drill kiln plough telescope engine organ compass")
PARTS = (
    "a copper valve", "a glass lens", "a steel spring", "an oak frame", "a brass wheel", "a leather belt",
    "a clay pipe", "an iron piston", "a silver mirror", "a rubber hose", "a bronze bell", "a cork seal",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One thing that is true of an entity: `statement` is the sentence of its document, `value` what is asked for."""

    attribute: str
    value: str
    statement: str


@dataclass(frozen=True)
class Entity:
    """Somebody or something made up, and its one document."""

    kind: str
    name: str
    facts: tuple[Fact, ...]

    @property
    def document(self) -> str:
        """One paragraph; only its first sentence names the entity."""
        return " ".join(fact.statement for fact in self.facts)


class _Names:
    """Names of which none comes twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._used: set[str] = set()

    def _word(self, ends: Sequence[str]) -> str:
        while True:
            pick = self._random.choice
            word = pick(_STARTS) + pick(_VOWELS) + pick(_MIDDLES)
            if len(self._used) >= _SHORT_NAMES:
                word += pick(_VOWELS) + pick(_MIDDLES)
            word += pick(ends)
            if word not in self._used:
                self._used.add(word)
                return word

    def person(self) -> str:
        """First and last name."""
        return f"{self._word(_FIRST_ENDS)} {self._word(_LAST_ENDS)}"

    def town(self) -> str:
        """One word."""
        return self._word(_TOWN_ENDS)

    def device(self, kind: str) -> str:
        """With its article."""
        return f"The {self._word(_FIRST_ENDS)} {kind}"


def make_entities(number: int, seed: int = 0) -> list[Entity]:
    """People, places and devices in turn, `number` in all; the same seed gives the same."""
    random = seeded("facts that no model knows", seed)
    names = _Names(random)
    towns = [names.town() for _ in range(24)]
    makers = [names.person() for _ in range(24)]
    made = []
    for place in range(number):
        if place % 3 == 0:
            made.append(_person(names.person(), towns, makers, random))
        elif place % 3 == 1:
            made.append(_place(names.town(), towns, makers, random))
        else:
            kind = random.choice(KINDS)
            made.append(_device(names.device(kind), kind, towns, makers, random))
    return made


def _person(name: str, towns: list[str], makers: list[str], random: Random) -> Entity:
    they, profession = random.choice(("He", "She")), random.choice(PROFESSIONS)
    article = "an" if profession[0] in "aeiou" else "a"
    born, lives = random.sample(towns, 2)
    teacher = random.choice(makers)
    return Entity(
        "person",
        name,
        (
            Fact("profession", profession, f"{name} is {article} {profession}."),
            Fact("birthplace", born, f"{they} was born in {born}."),
            Fact("teacher", teacher, f"{they} was taught by {teacher}."),
            Fact("residence", lives, f"{they} lives in {lives}."),
        ),
    )


def _place(name: str, towns: list[str], makers: list[str], random: Random) -> Entity:
    near, founder = random.choice(towns), random.choice(makers)
    goods, inhabitants = random.choice(GOODS), random.randrange(2, 60) * 100
    return Entity(
        "place",
        name,
        (
            Fact("neighbour", near, f"{name} is a village near {near}."),
            Fact("founder", founder, f"It was founded by {founder}."),
            Fact("inhabitants", str(inhabitants), f"It has {inhabitants} inhabitants."),
            Fact("goods", goods, f"It is known for its {goods}."),
        ),
    )


def _device(name: str, kind: str, towns: list[str], makers: list[str], random: Random) -> Entity:
    inventor, built, part = random.choice(makers), random.choice(towns), random.choice(PARTS)
    year = random.randrange(1700, 1960)
    return Entity(
        "device",
        name,
        (
            Fact("inventor", inventor, f"{name} was invented by {inventor}."),
            Fact("built", built, f"It was built in {built}."),
            Fact("year", str(year), f"It was sold in {year}."),
            Fact("part", part, f"It contains {part}."),
        ),
    )


def write_documents(entities: Sequence[Entity], folder: Path) -> None:
    """One file for each entity."""
    folder.mkdir(parents=True, exist_ok=True)
    for entity in entities:
        (folder / f"{entity.name}.txt").write_text(entity.document + "\n", encoding="utf-8")
