"""HTTP side of the event stream."""
