"""Measurements of the product against named peers and physical floors (make bench, make soak)."""
