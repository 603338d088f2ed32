"""English verbs: which word forms are verbs, and how to turn one form into another.

A question needs the base form ("did X *write*"), a sentence supplies the past form or the participle. Only verbs listed
here are taken for finite verbs; a passive needs no list, because a regular participle ends in -ed.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

Tense = Literal["past", "third", "base"]

# base past participle
_IRREGULAR = """
arise arose arisen|become became become|begin began begun|bind bound bound|break broke broken|breed bred bred
bring brought brought|build built built|burn burned burned|buy bought bought|catch caught caught|choose chose chosen
come came come|cut cut cut|deal dealt dealt|draw drew drawn|drive drove driven|eat ate eaten|fall fell fallen
feed fed fed|fight fought fought|find found found|flee fled fled|fly flew flown|forbid forbade forbidden
freeze froze frozen|get got got|give gave given|go went gone|grow grew grown|hang hung hung|hide hid hidden
hold held held|keep kept kept|know knew known|lay laid laid|lead led led|leave left left|lend lent lent
lie lay lain|lose lost lost|make made made|mean meant meant|meet met met|melt melted melted|pay paid paid
put put put|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said said|see saw seen|seek sought sought
sell sold sold|send sent sent|set set set|shake shook shaken|shed shed shed|shine shone shone|shoot shot shot
shrink shrank shrunk|sing sang sung|sink sank sunk|sleep slept slept|speak spoke spoken|spend spent spent
spread spread spread|spring sprang sprung|stand stood stood|steal stole stolen|strike struck struck|swim swam swum
take took taken|teach taught taught|tell told told|think thought thought|throw threw thrown|undergo underwent undergone
understand understood understood|wear wore worn|weave wove woven|win won won|withdraw withdrew withdrawn
write wrote written|rebuild rebuilt rebuilt|overthrow overthrew overthrown|rewrite rewrote rewritten
"""

_REGULAR = """
abandon abolish absorb accept achieve acquire act adapt add adopt advise affect allow announce appear apply appoint
argue arrive attach attack attract attempt ban bear belong boil borrow breathe call calculate capture carry cause
celebrate change check circulate claim clean clear climb close collapse collect combine commission communicate compare
compete complete compose compress conclude condense conduct connect conquer consist consume contain continue contribute
control convert cool cost count cover create cross cultivate cure cycle damage dance decide declare decline decompose
decorate decrease defeat defend define deliver demonstrate depart depend deposit derive describe design destroy detect
determine develop die differ digest direct discover display dissolve distribute divide document dominate donate earn
employ enable encourage end engineer enjoy enter erect erode erupt escape establish evaporate evolve examine exceed
exchange execute exist expand expel explain explode explore export express extend extract face fail fertilise fertilize
filter finance finish fish flow flower follow form formulate found function fund gain gather generate germinate govern
graduate grant handle happen harden harvest hatch heat help hibernate hire hunt identify illustrate import improve
include increase indicate influence inhabit inherit inspect inspire install introduce invade invent investigate invite
involve isolate issue join kill land last launch learn let light link list live locate look lower maintain manage
manufacture map mark marry mature measure merge migrate mine mix modify move name narrow need nest neutralise neutralize
observe obtain occupy occur offer open operate orbit order organise organize originate outlaw own oxidise oxidize
paint pass patent perform pioneer place plan play possess power practise practice predict prefer prepare present
preserve press prevent print process produce prohibit project promise promote propose protect prove provide publish
pull pump purchase push raise range reach react receive recognise recognize recommend record recover reduce refer
reflect refuse regulate reject release rely remain remove rename repair replace report represent reproduce require
rescue research reset resign resist resolve respond rest restore result retire retreat return reveal revolutionise
revolutionize rotate rule sail save score search secrete select separate serve settle share shift show sign signal
simplify slow smell solve sort specify speed spin split stabilise stabilize start state stay stimulate stop store
stretch strengthen study succeed suffer suggest supply support surrender surround survive switch symbolise symbolize
taste test thrive touch track trade train transfer transform transmit transport trap travel treat trigger try turn
unify use vary visit vote walk warm warn waste watch weigh widen work yield lay
"""

_DOUBLED = frozenset(
    "admit ban control drop equip expel map occur permit plan refer stop strip submit transfer transmit trap wrap".split()
)

# Their -s form, or their base form, is as often a noun: taken for a verb only where the next word shows it.
NOUN_LIKE = frozenset(
    """
act attack attempt ban bear burn call cause change claim control cost count cover cross cure cut cycle damage dance
deal decline deposit design display document draw drive dry employ end engineer escape exchange export express face
fall feed fight filter finance finish fish flow flower fly form function fund gain grant handle harvest heat help hold
hunt import increase influence issue join keep land lead leave lie light link list look map mark match measure mine
mix move name narrow nest offer open order pass patent place plan play power practice present press print process
produce project promise pull pump purchase push raise range reach record release report request rescue research reset
rest result return ride ring rise rule run sail save score search set shake shift shoot show sign signal sink sleep
smell sort speed spin split spread spring stand start state stay stop store stretch strike study supply support switch
taste test touch track trade train transfer transport trap travel trigger try turn use visit vote walk warm waste watch
wear work yield
""".split()
)


class VerbForm(NamedTuple):
    """What a word form is a form of."""

    base: str
    tense: Tense
    participle: bool  # the same word also serves as participle ("built", "designed")


def third_person(base: str) -> str:
    """"produce" -> "produces"."""
    if base == "have":
        return "has"
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ied"
    return base + base[-1] + "ed" if base in _DOUBLED else base + "ed"


@cache
def _irregular() -> tuple[tuple[str, str, str], ...]:
    rows = [row.split() for line in _IRREGULAR.split("\n") for row in line.split("|") if row.strip()]
    return tuple((base, past, participle) for base, past, participle in rows)


@cache
def verb_forms() -> dict[str, VerbForm]:
    """Word form -> verb, for every listed verb. A past form wins over a base form ("found")."""
    forms: dict[str, VerbForm] = {}
    for base in _REGULAR.split():
        forms[base] = VerbForm(base, "base", False)
        forms[third_person(base)] = VerbForm(base, "third", False)
    for base, _, participle in _irregular():
        forms[base] = VerbForm(base, "base", base == participle)
        forms[third_person(base)] = VerbForm(base, "third", False)
    for base in _REGULAR.split():
        forms[_regular_past(base)] = VerbForm(base, "past", True)
    for base, past, participle in _irregular():
        if past != base:
            forms[past] = VerbForm(base, "past", past == participle)
    forms["travelled"] = forms["traveled"] = VerbForm("travel", "past", True)
    forms["burnt"] = VerbForm("burn", "past", True)
    forms["lay"] = VerbForm("lie", "past", False)
    return forms


@cache
def participles() -> dict[str, tuple[str, str]]:
    """Participle -> (base, past) of the listed verbs."""
    known = {_regular_past(base): (base, _regular_past(base)) for base in _REGULAR.split()}
    return known | {participle: (base, past) for base, past, participle in _irregular()}


def is_participle(word: str) -> bool:
    """Whether a lower-case word after a form of "be" makes a passive."""
    return word in participles() or (word.endswith("ed") and len(word) > 4 and word not in _NOT_PARTICIPLES)


_NOT_PARTICIPLES = frozenset("indeed speed breed weed hundred sacred naked wicked rugged aged beloved crooked need".split())
