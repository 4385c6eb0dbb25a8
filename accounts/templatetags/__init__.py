"""Template tags of people and the audit log."""
