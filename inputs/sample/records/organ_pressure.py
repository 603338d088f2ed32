# SPDX-License-Identifier: CC0-1.0
"""How long the fog organ of Sallow Point can sound, and how the tide refills its receivers.

The Sallow Point Trust uses these functions on the first Sunday of each month, to decide whether
there is air enough for the noon performance. Pressures are in bar above the pressure of the open air.
"""

from dataclasses import dataclass

RECEIVERS = ("Faith", "Hope", "Patience")
RECEIVER_VOLUME = 20.0  # cubic metres, each
FULL_PRESSURE = 2.4  # bar
LOWEST_PRESSURE = 1.0  # bar; below this the pipes speak unevenly
AIR_PER_BLAST = 0.2  # cubic metres of free air
BLASTS_PER_HOUR = 60
SPRING_TIDE = 4.2  # metres of rise
TIDES_FOR_A_FULL_CHARGE = 2  # at springs


@dataclass
class Charge:
    """The state of the three receivers, which stand at one common pressure."""

    pressure: float = FULL_PRESSURE

    def blasts_left(self) -> int:
        """Number of blasts until the pressure falls to LOWEST_PRESSURE.

        >>> Charge().blasts_left()
        420
        """
        usable_air = max(0.0, self.pressure - LOWEST_PRESSURE) * RECEIVER_VOLUME * len(RECEIVERS)
        return round(usable_air / AIR_PER_BLAST)

    def hours_left(self) -> float:
        """Hours of fog that the charge is good for, at one blast each minute.

        >>> Charge().hours_left()
        7.0
        """
        return self.blasts_left() / BLASTS_PER_HOUR

    def sound(self, blasts: int) -> None:
        """Let the organ sound; refuses when there is not air enough.

        >>> charge = Charge()
        >>> charge.sound(300)
        >>> round(charge.pressure, 2)
        1.4
        """
        if blasts > self.blasts_left():
            raise ValueError(f"air for {self.blasts_left()} blasts only, not for {blasts}")
        self.pressure -= blasts * AIR_PER_BLAST / (RECEIVER_VOLUME * len(RECEIVERS))

    def refill(self, tide_rise: float) -> None:
        """Let one tide work; a spring tide gives half of a full charge."""
        share = tide_rise / SPRING_TIDE / TIDES_FOR_A_FULL_CHARGE
        self.pressure = min(FULL_PRESSURE, self.pressure + share * (FULL_PRESSURE - LOWEST_PRESSURE))


def enough_for_sunday(pressure: float, visitors: int) -> bool:
    """Whether the noon performance can take place: 5 blasts, and one more for every 50 visitors."""
    return Charge(pressure).blasts_left() >= 5 + visitors // 50
