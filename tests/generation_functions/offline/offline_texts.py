"""Texts of several kinds that the tests of the offline model read."""

from __future__ import annotations

HISTORY = """\
The Erie Canal is a historic canal in upstate New York that runs between the Hudson River and Lake Erie. It
was completed in 1825. The canal was the first navigable waterway connecting the Atlantic Ocean to the Great Lakes.
In 1862, the canal was enlarged. Critics laughed at first because nobody believed that it could be finished.

Marie Curie, a Polish physicist, discovered polonium and radium in 1898. She won the Nobel Prize in Physics in 1903. She
died on 4 July 1934. Her notebooks are still radioactive.
"""

BIOLOGY = """\
# The human heart

The heart is a muscular organ that pumps blood through the body. The human heart has four chambers. An adult heart
weighs about 300 grams. Valves prevent blood from flowing backwards. The left ventricle is the strongest chamber
because it must push blood through the whole body.
"""

MANUAL = """\
The BrewMaster 300 is a fully automatic coffee machine. To descale the machine, fill the tank with descaling solution.
The brew group must be rinsed every two weeks. If the red light blinks, the drip tray is full. The warranty lasts two
years. Press the Steam button to froth the milk.
"""

ROWS = """\
## lighthouses

name: Bell Rock
country: Scotland
year_built: 1810
height_m: 36
automated: yes

name: Eddystone
country: England
year_built: 1882
height_m: 49
automated: yes
"""

TABLE = """\
| Mountain | Height (m) | Country |
|---|---|---|
| Everest | 8849 | Nepal |
| Elbrus | 5642 | Russia |
"""

PROGRAM = '''\
MAX_RETRIES = 5


def backoff(attempt: int) -> int:
    """Return the number of seconds to wait before the next attempt."""
    return 2**attempt


class Queue:
    """A list of jobs that wait for a worker."""

    def close(self) -> None:
        return None
'''

GERMAN = """\
Der Kölner Dom ist eine römisch-katholische Kirche in Köln. Johannes Gutenberg war ein Buchdrucker aus Mainz, der den
Druck mit beweglichen Lettern erfand. Die Stadt Mainz liegt am linken Ufer des Rheins. Old Margery ist 5,2 Meter lang.
"""

FICTION = """\
"Where is he?" cried Mara, and she ran down to the harbour. The boat was gone. "I saw him," said the old man. It was a
cold morning. The keeper lit the lamp and waited.
"""

FRENCH = """\
Le château fut construit au douzième siècle par le roi. Il est situé dans la vallée et les visiteurs y viennent chaque
année pour voir les jardins que la reine fit planter.
"""

ALL = (HISTORY, BIOLOGY, MANUAL, ROWS, TABLE, PROGRAM, GERMAN, FICTION, FRENCH)
