"""Small word lists that the offline writers share."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def phrase_set(text: str) -> frozenset[str]:
    """The phrases of a text, separated by semicolons, as a set."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(";"))


BE = word_set("is are was were")
HAVE = word_set("has have had")
MODALS = word_set("can could will would may might must should cannot")
AUXILIARIES = BE | HAVE | MODALS | word_set("do does did")

DETERMINERS = word_set("a an the")
QUANTIFIERS = word_set(
    """
    all most many some several few each every both any no another other more such certain various much one
    two
    """
)
PRONOUNS = word_set(
    """
    he she it they i we you him her them me us who whom this that these those there here one ones himself
    herself itself themselves his hers its their theirs my our your ours yours mine someone something anyone
    anything everyone everything nothing nobody such another others either neither both former latter
    """
)
POSSESSIVES = word_set("his her its their")
FIRST_SECOND = word_set(
    """
    i we you me us my our your mine ours yours myself ourselves yourself i'm i've we're we've you're let's
    """
)
DEMONSTRATIVES = word_set("this these those such")

# Words at which a subject noun phrase cannot go on.
SUBJECT_STOPS = word_set(
    """
    that which who whom whose what when where why how if whether because although though while since unless
    until after before as than but or nor so yet not never then thus therefore hence however also only even
    just there here this these those such he she it they i we you him them me us his her its their my our
    your to by into onto upon without within through throughout during against toward towards among across
    about above below under over behind beyond like unlike despite due according per via except including
    regarding is are was were be been being
    """
)
# Words at which a clause ends and another may begin.
CLAUSE_STARTS = word_set(
    """
    and but or because although though while whereas since unless until when where if whether that which who
    whom whose so than as after before how what why
    """
)
PREPOSITIONS = word_set(
    """
    of in on at by for from with to into onto upon within without through throughout during against toward
    towards among across about above below under over behind beyond between near around along inside outside
    via per as until since after before despite off up down out
    """
)
SUBJECT_PREPOSITIONS = word_set("of in for from on at between with near")

# Adverbs that may stand between subject and verb; the dropped ones only link to what came before.
ADVERBS = word_set(
    """
    often usually still now always never once first today later soon then also thus therefore even again
    sometimes ever only just not almost long no probably perhaps too hence instead
    """
)
LINKING_ADVERBS = word_set(
    """
    also then thus therefore later soon again too even hence instead subsequently additionally eventually
    finally now
    """
)
NEGATIONS = word_set(
    """
    not never no none neither nor hardly rarely seldom cannot without nothing nobody n't little few
    """
)

# "However, X ..." says the same about X without its first word.
OPENERS = (
    *word_set(
        """
    however moreover furthermore additionally similarly likewise nevertheless nonetheless meanwhile indeed
    eventually fortunately unfortunately consequently interestingly importantly notably overall finally also
    """
    ),
    *("in addition", "in fact", "as a result", "in particular", "for example", "for instance", "of course"),
    *("in other words", "by contrast", "in contrast", "after all", "that is", "in short", "at the same time"),
)

MONTHS = word_set(
    """
    january february march april may june july august september october november december
    """
)
NUMBER_WORDS = word_set(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
    dozen
    """
)
APPROXIMATIONS = word_set(
    """
    about approximately around roughly nearly almost over exactly only some up at least than more fewer less
    just to between an average of
    """
)
PLURALS = word_set(
    """
    people men women children mice geese teeth feet species series bacteria fungi algae larvae nuclei oxen
    sheep fish cattle lives wolves leaves knives halves
    """
)

UNITS = word_set(
    """
    metre metres meter meters kilometre kilometres kilometer kilometers centimetre centimetres centimeter
    centimeters millimetre millimetres millimeter millimeters mile miles foot feet inch inches yard yards km
    cm mm m kg g mg ton tons tonne tonnes kilogram kilograms gram grams pound pounds ounce ounces litre
    litres liter liters gallon gallons degrees °c °f celsius fahrenheit kelvin percent per % watt watts
    kilowatt kilowatts volt volts amps bar pascals hertz hz khz mhz dollars euros cents francs bytes
    kilobytes megabytes gigabytes mb gb kb hectares acres knots
    """
)
TIME_UNITS = word_set(
    """
    second seconds minute minutes hour hours day days week weeks month months year years decade decades
    century centuries millisecond milliseconds
    """
)

# What the last part of a column name like "height_m" stands for.
UNIT_NAMES = {
    "m": "metres",
    "km": "kilometres",
    "cm": "centimetres",
    "mm": "millimetres",
    "kg": "kilograms",
    "g": "grams",
    "c": "degrees Celsius",
    "f": "degrees Fahrenheit",
    "usd": "US dollars",
    "eur": "euros",
    "km2": "square kilometres",
    "mi": "miles",
    "ft": "feet",
    "w": "watts",
    "kw": "kilowatts",
    "v": "volts",
    "s": "seconds",
    "ms": "milliseconds",
    "h": "hours",
    "l": "litres",
    "bar": "bar",
    "hours": "hours",
    "minutes": "minutes",
    "seconds": "seconds",
    "days": "days",
    "years": "years",
    "metres": "metres",
    "meters": "metres",
    "litres": "litres",
}

PERSON_NOUNS = word_set(
    """
    inspector operator visitor volunteer collector worker driver hunter trader tailor conqueror investor creator
    supervisor manager employee customer
    man woman boy girl person king queen emperor empress prince princess duke duchess pope bishop saint monk
    nun priest president minister politician chancellor senator governor mayor ambassador diplomat general
    admiral captain commander soldier sailor officer pilot astronaut cosmonaut navigator explorer traveller
    traveler merchant farmer writer author poet novelist playwright journalist editor composer musician
    singer conductor painter sculptor architect engineer inventor mathematician physician doctor surgeon
    nurse scientist philosopher historian lawyer judge teacher professor scholar student founder director
    producer actor actress dancer designer programmer banker manufacturer industrialist businessman
    businesswoman entrepreneur activist leader reformer revolutionary statesman daughter son father mother
    brother sister wife husband widow keeper athlete player champion carpenter blacksmith watchmaker
    clockmaker clergyman nobleman noblewoman aristocrat ruler pharaoh sultan tsar missionary librarian
    photographer printer instrument-maker shipbuilder builder owner chairman chairwoman secretary shepherd
    baker miner fisherman hero heroine cartographer publisher translator critic essayist astronomer
    geographer surveyor seismologist
    """
)
PERSON_SUFFIXES = ("ist", "ician", "ographer", "ologer", "onaut", "woman")
NOT_PERSONS = word_set("list checklist playlist wishlist shortlist mist twist fist wrist exist consist")
PERSON_TITLES = word_set(
    """
    mr mrs ms miss dr prof professor sir lady lord king queen emperor empress prince princess pope saint
    president captain admiral general colonel major duke duchess count countess baron bishop father
    """
)
FIRST_NAMES = word_set(
    """
    ada adam albert alan alexander alfred alice amelia andrew angela anna anne anton antoine arthur barbara
    beatrice benjamin bernard bruno caroline catherine charles charlotte christian christopher clara claude
    conrad daniel david diana dorothy edgar edith edmund edward eleanor elena elias elizabeth ellen emil
    emily emma enrico eric ernest eva evelyn ferdinand florence frances francis frank franz frederick
    friedrich gabriel galileo george gertrude giovanni giuseppe grace gregor guglielmo gustav gustave hannah
    hans harold harriet heinrich helen henri henrietta henry herbert hugh hugo ida ian ingrid irene isaac
    isabella isambard jack jacob jacques james jane jean jeanne joan johann johannes john jonas joseph
    josephine joshua juan jules julia julius karl katherine lady laura leo leon leonardo leonhard lise louis
    louisa louise lucy ludwig luigi marco margaret maria mariam marie mark martha martin mary matthew max
    michael miguel nathaniel nicolas niels nikola nikolaus olga oliver oscar otto pablo paul pedro peter
    philip pierre rachel ralph ramon raymond rebecca rene richard robert roger rosa rosalind rose rudolf
    ruth samuel sarah sebastian simon sofia sophia sophie stefan stephen susan tereza theodor theodore
    thomas tomas tycho ursula victor victoria vincent virginia walter werner wilhelm william winston
    wolfgang
    """
)

# Heads too vague to be asked about, whatever stands before them.
VAGUE_HEADS = word_set(
    """
    result results reason reasons problem problems idea aim goal answer question questions key point thing
    things way ways case cases fact facts rest part parts same first second third last next following above
    former latter difference example examples step steps figure table chapter section page list passage
    author document effect effects situation change changes issue others truth trick exception number amount
    data information new old main most best worst only other more remaining top bottom end beginning middle
    side time times people men women family kind type sort
    """
)
# Heads that need a word of their own before them: "the brew group" is one, "the group" is not.
VAGUE_ALONE = VAGUE_HEADS | word_set(
    """
    group place area building company work plan project device unit machine system product method approach
    process event events solution rule book text story man woman boy girl child day days night year years
    appliance tool program application function command option file structure object instrument vessel
    species animal plant team organization organisation museum service version model edition
    """
)
# Things there is only one of: "the sun" needs no text around it.
UNIQUE_THINGS = word_set(
    """
    sun moon earth world universe sky atmosphere equator internet sea ocean human heart brain body liver
    blood lungs stomach skin throne army navy church bible public government middle ages bronze iron stone
    age industrial north south east west present ground soil air environment century 19th 20th 18th 17th
    16th 15th
    """
)
# Adjectives that tell one thing from another only in their own text.
PLAIN_ADJECTIVES = word_set(
    """
    internal external earlier later old new first second third last next main other same big small large
    little long short young early late good best entire whole red blue green black white few many several
    two three four five six seven eight nine ten final original former latter present current following
    right left upper lower inner outer following deciding only longest largest smallest highest oldest
    newest most least local great own given certain various open closed empty full public private common
    general special different remaining resulting such
    """
)
# Substances and the like, written small inside a sentence and without an article.
MASS_NOUNS = word_set(
    """
    slavery jazz football chess poetry water oxygen hydrogen nitrogen carbon helium iron steel copper gold
    silver tin lead zinc aluminium glass wood stone sand clay coal oil gas salt sugar honey wax milk cheese
    butter bread rice wheat corn tea coffee wine beer blood skin bone hair muscle light sound heat energy
    power gravity air wind rain snow ice fire soil dust pollen nectar sap starch protein paper ink cotton
    silk wool leather rubber plastic concrete cement granite basalt limestone marble quartz sandstone chalk
    slate music language trade war love life death knowledge history steam smoke fog lightning thunder
    electricity magnetism friction pressure temperature speed mass weight matter plasma insulin glucose
    cellulose chlorophyll keratin collagen haemoglobin hemoglobin calcium sodium potassium mercury uranium
    radium polonium sulphur sulfur phosphorus chlorine ozone methane ammonia ethanol alcohol vinegar yeast
    flour dough soap bronze brass gunpowder parchment papyrus porcelain pottery rust mould mold moss grass
    fruit meat fish food sleep memory work construction production research software hardware data logging
    encryption compression caching
    """
)

DOCUMENT_WORDS = word_set(
    """
    passage text article excerpt author document chapter paragraph section writer story source context
    material book narrator speaker extract snippet page
    """
)

ENGLISH_STOPWORDS = word_set(
    """
    the of and to in a is that it was for on are as with be at by this from or an which were has have not
    but they his her you can if when
    """
)
GERMAN_STOPWORDS = word_set(
    """
    der die das und ist in den von zu mit auf für des im dem nicht ein eine als auch es an werden aus er sie
    nach bei um wurde war einer einem eines sich wie oder aber
    """
)

STOPWORDS = (
    ENGLISH_STOPWORDS
    | AUXILIARIES
    | PREPOSITIONS
    | PRONOUNS
    | word_set(
        """
    be been being what when where why how which who whom whose many much did does do so than then also just
    only very more most some any all no nor too s t will would about if because while often called used much
    long far
    """
    )
)
