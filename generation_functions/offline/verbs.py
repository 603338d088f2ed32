"""English verbs: which word forms are verbs, and how to turn one form into another.

A question needs the base form ("did X *write*"), a sentence supplies the past form or the participle. Only verbs listed
here are taken for finite verbs; a passive needs no list, because a regular participle ends in -ed.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from generation_functions.offline.lexicon import word_set

Tense = Literal["past", "third", "base"]

# base past participle
_IRREGULAR = """
arise arose arisen|become became become|begin began begun|bind bound bound|break broke broken|breed bred bred
bring brought brought|build built built|burn burned burned|buy bought bought|catch caught caught
choose chose chosen|come came come|cut cut cut|deal dealt dealt|dig dug dug|draw drew drawn|drive drove driven
eat ate eaten|fall fell fallen|feed fed fed|fight fought fought|find found found|flee fled fled|fly flew flown
forbid forbade forbidden|forgive forgave forgiven|freeze froze frozen|get got got|give gave given|go went gone
grow grew grown|hang hung hung|hide hid hidden|hold held held|keep kept kept|know knew known|lay laid laid
lead led led|leave left left|lend lent lent|let let let|lie lay lain|lose lost lost|make made made
mean meant meant|meet met met|melt melted melted|overthrow overthrew overthrown|overwrite overwrote overwritten
pay paid paid|put put put|rebuild rebuilt rebuilt|reset reset reset|rewrite rewrote rewritten|ride rode ridden
ring rang rung|rise rose risen|run ran run|say said said|see saw seen|seek sought sought|sell sold sold
send sent sent|set set set|shake shook shaken|shed shed shed|shine shone shone|shoot shot shot
shrink shrank shrunk|sing sang sung|sink sank sunk|sleep slept slept|speak spoke spoken|spend spent spent
spin spun spun|split split split|spread spread spread|spring sprang sprung|stand stood stood|steal stole stolen
strike struck struck|swim swam swum|take took taken|teach taught taught|tell told told|think thought thought
throw threw thrown|undergo underwent undergone|understand understood understood|wear wore worn|weave wove woven
win won won|withdraw withdrew withdrawn|write wrote written
"""

_REGULAR = """
abandon abdicate abolish absorb accept accompany achieve acquire act adapt add adjust adopt advise affect
align allocate allow amount anchor annex announce appear apply appoint argue arrange arrive assassinate
assemble assist associate attach attack attempt attract attribute authenticate automate bake ban barter
bear beep belong besiege bite blink bloom boil bombard boost borrow breathe browse bury calculate
calibrate call camouflage cancel capture carry carve cause celebrate change charge check chew chop
christen circulate claim clamp classify clean clear click climb close coin coincide collapse collect
colonise colonize combine commission communicate compare compensate compete compile complete compose
compress conclude condense conduct configure confirm connect conquer consist consult consume contact
contain continue contribute control convert cool correspond cost count cover crash crawl create cross
crown cultivate cure cycle dam damage dance decide declare decline decode decompose decorate decrease
decrypt dedicate defeat defend define deliver demolish demonstrate depart depend depict deploy depose
deposit derive descale describe design destroy detach detect determine develop dictate die differ digest
direct disassemble discard discharge discover dispatch display dispose dissolve distribute divide divorce
dock document dominate donate download drain dry earn edit educate elect embalm emigrate employ empty
enable encode encourage encrypt end enforce engineer engrave enjoy ensure enter erect erode erupt escape
establish evaporate evolve examine excavate exceed exchange excrete execute exhale exile exist expand
expel explain explode explore export express extend extract face fail fertilise fertilize fetch fill
filter finance finish fish flash flow flower flush follow forge form formulate found function fund gain
gather generate germinate glide glow govern graduate grant graze grind group handle happen harden harvest
hatch heat help hibernate hire hover hunt identify ignore illuminate illustrate immigrate import imprison
improve inaugurate include increase indicate influence inhabit inhale inherit insert inspect inspire
install introduce invade invent investigate invite involve irrigate isolate issue iterate jam join kill
knead label lack land last launch leak learn liberate lift light link list listen live locate lock log
look loosen lower lubricate maintain manage manufacture map mark marry mature measure mentor merge
metabolise migrate mine mix modify molt mould moult mount move mutate name narrate narrow need negotiate
nest neutralise neutralize nominate observe obtain occupy occur offer open operate orbit order organise
organize originate outlaw overheat overlap own oxidise oxidize paint parse pass patent peel perch perform
persuade pioneer place plan play plug polish pollinate portray possess pour power practice practise
predict prefer prepare present preserve press prevent prey print process produce prohibit project promise
promote propose protect prove provide prune publish pull pump purchase push query radiate raise range
rank rate ratify rattle reach react receive recharge recite recognise recognize recommend record recover
reduce refer reflect refract refuse regulate reign reject release rely remain remove rename render repair
replace replicate report represent reproduce require rescue research resign resist resolve respond rest
restore result retire retreat retry return reveal revolutionise revolutionize rinse rivet roll roost
rotate rule sail save scan score search secrete select sense separate serve settle share shift shiver
show sign signal simmer simplify sketch skip slice slow smell soak solve sort sow specify speed sponsor
sprinkle squeeze stabilise stabilize staff stalk start state stay stimulate sting stir stop store
strengthen stretch study subsidise subsidize succeed suck suffer suggest supply support surrender
surround survey survive swallow sweat switch symbolise symbolize synthesise synthesize tap taste tax tend
test thrive tighten touch trace track trade train transfer transform translate transmit transplant
transport trap travel treat trigger trim try tune turn tutor type unify unlock unplug unscrew upload use
validate vaporise vary verify vibrate visit vote walk warm warn waste watch weigh weld widen wipe work
worship yield
"""

_DOUBLED = word_set(
    "admit ban chop control dam drop equip expel jam log map occur overlap permit plan plug prefer refer scan "
    "skip stir stop strip submit tap transfer transmit trap trim unplug wrap"
)


# Their -s form, or their base form, is as often a noun: taken for a verb only where the next word shows it.
NOUN_LIKE = word_set(
    """
    act anchor attack attempt ban bear bite browse burn call cause change charge claim click climb coin
    contact control cost count cover crash cross crown cure cut cycle dam damage dance deal decline
    deposit design display dock document download drain draw drive dry employ empty end engineer escape
    exchange exile export express face fall feed fight fill filter finance finish fish flash flow flower
    fly forge form function fund gain glide grant graze group handle harvest heat help hold hunt import
    increase influence issue join keep label lack land lead leak leave lie lift light link list lock log
    look map mark match measure mine mix mount move name narrow nest offer open order pass patent perch
    place plan play plug polish power practice present press prey print process produce project promise
    pull pump purchase push query raise range rank rate reach record reign release report request rescue
    research reset rest result return ride ring rise roll rule run sail save score search select sense
    set shake shift shoot show sign signal sink sketch sleep slice smell soak sort speed spin split
    sponsor spread spring staff stand start state stay sting stop store stretch strike study suck supply
    support survey sweat switch tap taste tax test touch trace track trade train transfer transport trap
    travel trigger try turn type upload use visit vote walk warm waste watch wear work worship yield
    """
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
    for base in ("travel", "cancel", "label", "signal"):
        forms[base + "led"] = VerbForm(base, "past", True)
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


_NOT_PARTICIPLES = word_set("indeed speed breed weed hundred sacred naked wicked rugged aged beloved crooked need")
