"""The embedded stack of one machine: servers from wheels, a supervisor, set-up tools. Never Django."""
