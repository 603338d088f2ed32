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
arise arose arisen|bear bore born|become became become|begin began begun|bind bound bound|bite bit bitten
blow blew blown|break broke broken|breed bred bred|bring brought brought|build built built|burn burned burned
burst burst burst|buy bought bought|cast cast cast|catch caught caught|choose chose chosen|come came come
cut cut cut|deal dealt dealt|dig dug dug|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten
fall fell fallen|feed fed fed|feel felt felt|fight fought fought|find found found|flee fled fled|fly flew flown
forbid forbade forbidden|foresee foresaw foreseen|forget forgot forgotten|forgive forgave forgiven
freeze froze frozen|get got got|give gave given|go went gone|grow grew grown|hang hung hung|hear heard heard
hide hid hidden|hit hit hit|hold held held|hurt hurt hurt|keep kept kept|know knew known|lay laid laid
lead led led|leave left left|lend lent lent|let let let|lie lay lain|light lit lit|lose lost lost|make made made
mean meant meant|meet met met|melt melted melted|overthrow overthrew overthrown|overwrite overwrote overwritten
pay paid paid|put put put|read read read|rebuild rebuilt rebuilt|reset reset reset|rewrite rewrote rewritten
ride rode ridden|ring rang rung|rise rose risen|run ran run|say said said|see saw seen|seek sought sought
sell sold sold|send sent sent|set set set|shake shook shaken|shed shed shed|shine shone shone|shoot shot shot
show showed shown|shrink shrank shrunk|shut shut shut|sing sang sung|sink sank sunk|sit sat sat
sleep slept slept|speak spoke spoken|spend spent spent|spin spun spun|split split split|spread spread spread
spring sprang sprung|stand stood stood|steal stole stolen|strike struck struck|swear swore sworn
sweep swept swept|swell swelled swollen|swim swam swum|take took taken|teach taught taught|tear tore torn
tell told told|think thought thought|throw threw thrown|undergo underwent undergone
understand understood understood|wake woke woken|wear wore worn|weave wove woven|win won won|wind wound wound
withdraw withdrew withdrawn|write wrote written
"""

_REGULAR = """
abandon abdicate abolish absorb accept accompany accuse ache achieve acquire act adapt add adjust admire adopt
advise affect align allocate allow amount anchor annex announce answer appear apply appoint approve approximate
argue arrange arrest arrive ask assassinate assemble assist associate attach attack attempt attend attract
attribute authenticate automate average bake ban barter beep believe belong bend besiege  blame blink bloom
board boil bolt bombard boost borrow breathe brew brighten browse brush bury calculate calibrate call camouflage
cancel capture carry carve cause cease celebrate change charge chase check chew chill chop christen circulate
claim clamp classify clean clear click climb close coach coin coincide collapse collect colonise colonize color
colour combine commission communicate compare compensate compete compile complain complete compose compress
compute concern conclude condense conduct configure confirm connect conquer consist consult consume contact
contain continue contribute control convert convict cook cool correspond cost count cover crash crawl create
criticise criticize cross crown cruise cultivate cure cycle dam damage dance darken decide declare decline
decode decompose decorate decrease decrypt dedicate defeat defend define deliver demolish demonstrate depart
depend depict deploy depose deposit derive descale describe design destroy detach detect determine develop
diagnose dictate die differ digest direct disassemble discard discharge discover disembark dislike dismiss
dispatch display dispose dissolve distil distill distribute distrust disturb divide divorce dock document
dominate donate doubt download drag drain drift drill drown dry dust earn echo edit educate elect embalm embark
emigrate employ empty enable encode encourage encrypt end endure enforce engineer engrave enjoy enrol enroll
ensure enter equal erase erect erode erupt escape establish estimate evaporate evolve examine excavate exceed
exchange excrete execute exhale exile exist expand expel explain explode explore export express extend extract
face fade fail fasten fear ferment fertilise fertilize fetch fill filter finance finish fire fish fix flash
float flow flower flush fold follow forge form format formulate found free fry function fund gain gather
generate germinate glide glow govern grab graduate grant graze greet grill grind grip group halt hammer handle
happen harden harvest hatch hate haul heal heat help hibernate hire hoist honor honour hook hope host hover hunt
identify ignore illuminate illustrate immigrate import imprison improve inaugurate include increase indicate
infect influence inform inhabit inhale inherit inject insert inspect inspire install introduce invade invent
investigate invite invoke involve irrigate isolate issue iterate jam join judge kill knead knit label lack land
last latch laugh launch leak learn lease lengthen liberate lift  like linger link list listen live load
locate lock log look loosen love lower lubricate maintain manage manufacture map mark marry mature measure
mention mentor merge metabolise migrate mine mix model modify molt mop mould moult mount move multiply mutate
nail name narrate narrow navigate need negotiate nest neutralise neutralize nominate notice observe obtain
occupy occur offer open operate orbit order organise organize originate outlaw overheat overlap own oxidise
oxidize pack paint pardon parse pass patent pause peel perch perform persist persuade pickle pioneer place plan
play plug polish pollinate portray possess postpone pour power practice practise praise predict prefer prepare
present preserve press prevent prey print process produce prohibit project promise promote pronounce propose
protect prove provide prune publish pull pump punish purchase push qualify query radiate raise range rank rate
ratify rattle reach react reboot receive recharge recite recognise recognize recommend record recover reduce
refer reflect refract refrigerate refuse regulate rehearse reign reject release rely remain remember remind
remove rename render rent repair repeat replace replicate reply report represent reproduce require rescue
research resign resist resolve respond rest restart restore result resume retire retreat retry return reveal
revise revolutionise revolutionize reward rinse rivet roam roast roll roost rotate row rub rule sail sand save
scan score scrape scratch scrub search secrete seize select sense sentence separate serve settle sew share shift
shiver shorten  shutdown sign signal simmer simplify simulate sketch skip slice slow smell smoke smooth
snatch soak solve sort sound sow spare specify speed spell sponsor sprinkle squeeze stabilise stabilize staff
stage stain stalk start state stay steer sterilise sterilize stimulate sting stir stop store strengthen stretch
study subsidise subsidize subtract succeed suck suffer suggest sum supply support surrender surround survey
survive suspect suspend swallow sweat  switch symbolise symbolize synthesise synthesize tap taste tax tend
test thank thaw thrive tie tighten touch tow trace track trade train transfer transform translate transmit
transplant transport trap travel treat tremble trigger trim trust try tune turn tutor type unfix unify uninstall
unload unlock unpack unplug unscrew update upgrade upload use vaccinate vacuum validate vanish vaporise vary
verify vibrate visit voice volunteer vote voyage walk wander want warm warn wash waste watch weigh weld whip
whistle whiten widen wipe wish wonder work worship wrap yield
"""

_DOUBLED = word_set(
    """
    admit ban chop control dam drop drip drag equip expel jam knit scrub whip log map occur overlap permit
    plan plug prefer refer scan skip stir stop strip submit tap transfer transmit trap trim unplug wrap grab
    grip hop mop nap pin pop rub sum sun
    """
)


# Past and base form are one word.
SAME_PAST = word_set("cost cut put set hit cast burst shut let spread split bet rid reset shed hurt quit")

# Their -s form, or their base form, is as often a noun: taken for a verb only where the next word shows it.
NOUN_LIKE = word_set(
    """
    act anchor answer attack attempt average ban bear bite blow board bolt browse brush burn burst call cast
    cause change charge claim click climb coach coin color colour contact control cook cost count cover
    crash cross crown cruise cure cut cycle dam damage dance deal decline deposit design display dock
    document doubt download drain draw drill drink drive dry dust echo employ empty end engineer escape
    estimate exchange exile export express face fall fear feed fight fill filter finance finish fire fish
    flash flow flower fly fold forge form format free function fund gain glide grant graze grip group hammer
    handle harvest heat help hit hold honor honour hook hope host hunt import increase influence issue join
    keep label lack land latch laugh lead leak lease leave lie lift light like link list load lock log look
    love map mark match measure mine mix model mount move nail name narrow nest offer open order pack pass
    patent pause perch place plan play plug polish power practice present press prey print process produce
    project promise pull pump purchase push query raise range rank rate reach record reign release rent
    report request rescue research reset rest result return reward ride ring rise roll row rule run sail
    sand save score scratch search select sense sentence set shake shift shoot show sign signal sink sketch
    sleep slice smell smoke soak sort sound spare speed spin split sponsor spread spring staff stage stain
    stand start state stay sting stop store stretch strike study suck sum supply support survey sweat switch
    tap taste tax test thank tie touch trace track trade train transfer transport trap travel trigger trust
    try turn type update upgrade upload use visit voice vote voyage walk warm wash waste watch wear whistle
    wind wish wonder work worship yield
    """
)


class VerbForm(NamedTuple):
    """What a word form is a form of."""

    base: str
    tense: Tense
    participle: bool  # the same word also serves as participle ("built", "designed")


def third_person(base: str) -> str:
    """The form for he, she and it: "produces" of "produce"."""
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
    for base in ("travel", "distil", "enrol", "cancel", "label", "signal"):
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
