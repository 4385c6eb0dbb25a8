"""Reads of other readers: their messages and tables, read strictly, in our words."""
