"""Bringing a table of cameras into the register: read, match columns, check and mend, then import."""
