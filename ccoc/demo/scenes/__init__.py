"""Drawn traffic scenes for the demo: a road, its shops and people, and vehicles that carry Thai plates.

World: metres, x to the right, y along the road away from the camera, z up. Pictures: H x W x 3 uint8 BGR.
Time: seconds since the clip's first picture. Nothing here knows Django or reads a clock.
"""
