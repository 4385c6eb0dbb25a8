"""Template tags of plates."""
