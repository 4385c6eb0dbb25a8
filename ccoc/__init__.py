"""The portal's wiring: settings, routes, the wall, the embedded stack and pure helpers."""

__version__ = "0.1.0"
