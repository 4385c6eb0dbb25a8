"""Incidents, dispatch, units and SOS points."""
