"""Incidents from their opening to their outcome, the units sent to them, and the SOS points that call."""
