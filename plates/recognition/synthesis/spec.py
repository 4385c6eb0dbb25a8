"""What is to be drawn: one plate, its size and its colours."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from plates.recognition.provinces import BY_CODE
from plates.recognition.text import CAR_LAYOUT, PlateClass, is_possible

Colour: TypeAlias = tuple[int, int, int]
"""Blue, green, red, 0-255."""

_BLACK: Final[Colour] = (28, 26, 24)
_BLUE: Final[Colour] = (150, 60, 20)
_GREEN: Final[Colour] = (60, 110, 15)
_RED: Final[Colour] = (40, 30, 180)
_WHITE: Final[Colour] = (238, 240, 240)
_YELLOW: Final[Colour] = (20, 175, 245)
_ORANGE: Final[Colour] = (25, 110, 235)
_SERVICE_GREEN: Final[Colour] = (70, 120, 25)
_SIGNAL_RED: Final[Colour] = (45, 40, 205)

PALETTES: Final[dict[PlateClass, tuple[tuple[Colour, Colour], ...]]] = {
    PlateClass.CAR: ((_BLACK, _WHITE),),
    PlateClass.PICKUP: ((_GREEN, _WHITE),),
    PlateClass.VAN: ((_BLUE, _WHITE),),
    PlateClass.THREE_WHEELER: ((_RED, _WHITE),),
    PlateClass.TAXI: ((_BLACK, _YELLOW),),
    PlateClass.HIRE: ((_BLUE, _YELLOW), (_RED, _YELLOW), (_GREEN, _YELLOW)),
    PlateClass.SERVICE: ((_WHITE, _SERVICE_GREEN),),
    PlateClass.TRAILER: ((_BLACK, _ORANGE),),
    PlateClass.TRUCK: ((_BLACK, _YELLOW), (_BLACK, _WHITE), (_BLUE, _WHITE)),
    PlateClass.MOTORCYCLE: ((_BLACK, _WHITE), (_BLACK, _YELLOW)),
    PlateClass.TEMPORARY: ((_BLACK, _SIGNAL_RED),),
    PlateClass.WORD: ((_BLACK, _WHITE),),
    PlateClass.DIPLOMATIC: ((_BLACK, _WHITE),),
}
"""Ink and ground by class; the first pair is the usual one (notices of the Land Transport Department)."""

_CAR_METAL: Final = frozenset({PlateClass.WORD, PlateClass.TEMPORARY, PlateClass.DIPLOMATIC})
SIZES_MM: Final[dict[PlateClass, tuple[int, int]]] = {
    **dict.fromkeys(CAR_LAYOUT | _CAR_METAL, (340, 150)),
    PlateClass.TRUCK: (400, 200),
    PlateClass.MOTORCYCLE: (172, 220),
}
"""Width and height of the metal."""


@dataclass(frozen=True, slots=True)
class PlateSpec:
    """One plate to draw.

    `text` is normalised and possible for the class; `province` is a code of provinces.PROVINCES or None for
    a plate whose province line is blank. `seed` chooses face, spacing and small wear; `palette` is an index
    into PALETTES, `is_auctioned` paints a picture on the ground. `truck_code` stands at the top right of a
    truck plate, None for the province's own. Raises ValueError on a plate that cannot be.
    """

    text: str
    province: str | None
    plate_class: PlateClass = PlateClass.CAR
    seed: int = 0
    px_per_mm: float = 1.0
    palette: int = 0
    is_auctioned: bool = False
    truck_code: str | None = None

    def __post_init__(self) -> None:
        if not is_possible(self.text, self.plate_class):
            raise ValueError(f"no {self.plate_class} plate can say {self.text!r}")
        if self.province is not None and self.province not in BY_CODE:
            raise ValueError(f"{self.province!r} is no province code")

    @property
    def code(self) -> str:
        """The code at the top right of a truck plate; empty where none is known or the class has none."""
        if self.plate_class is not PlateClass.TRUCK:
            return ""
        own = BY_CODE[self.province].truck_code if self.province else None
        return self.truck_code if self.truck_code is not None else own or ""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the drawing."""
        width, height = SIZES_MM[self.plate_class]
        return round(width * self.px_per_mm), round(height * self.px_per_mm)

    @property
    def colours(self) -> tuple[Colour, Colour]:
        """Ink and ground."""
        palettes = PALETTES[self.plate_class]
        return palettes[self.palette % len(palettes)]
