"""Trains the detector and the reader on one CPU core each and writes their weights.

The only place of the product that imports torch (requirements-train.in). Reads the data pack named by
PLATE_DATA; nothing marked evaluate-only in the pack is touched.
"""
