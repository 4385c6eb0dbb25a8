"""Draws Thai plates of every class, and street scenes with them, from free fonts and own strokes.

Everything is a pure function of a `PlateSpec` or a seeded generator: the same seed gives the same picture.
"""

from plates.recognition.synthesis.draw import draw_plate
from plates.recognition.synthesis.sampling import random_spec
from plates.recognition.synthesis.spec import PlateSpec

__all__ = ["PlateSpec", "draw_plate", "random_spec"]
