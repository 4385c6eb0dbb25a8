"""A demonstration town: facts of the station, drawn cameras, people and presses that can be tried."""
