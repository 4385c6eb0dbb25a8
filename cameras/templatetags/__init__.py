"""Template tags of the cameras' pages."""
