"""Pages of this room: incidents, units, SOS points."""
