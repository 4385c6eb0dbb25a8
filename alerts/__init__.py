"""One alarm life cycle for everything that needs a human."""
