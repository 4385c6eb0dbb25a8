"""Plate reads, watchlists and hits."""
