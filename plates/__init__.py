"""Plates that passed, plates that are looked for, and where the two meet."""
