"""The wall: the one reader of several rooms."""
