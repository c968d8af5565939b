"""Places as people give them, in every system that a partner uses.

``read`` takes one text and says which point (WGS 84) it means, in which system it was
given and how sure that is; ``show`` writes a point in every system. Plain data in and
out, no Django: what a marker's number or a town's name stands for is looked up by
whoever asks. The rules are in ``docs/places.md``.
"""

from patrols.coordinates.bearings import from_known
from patrols.coordinates.readings import (
    Fault,
    Known,
    NotAPlace,
    Point,
    Reading,
    System,
)
from patrols.coordinates.show import Shown, show
from patrols.coordinates.texts import MAX_LENGTH, read

__all__ = [
    "MAX_LENGTH",
    "Fault",
    "Known",
    "NotAPlace",
    "Point",
    "Reading",
    "Shown",
    "System",
    "from_known",
    "read",
    "show",
]
