"""One life cycle for everything that needs a human: raise, acknowledge, escalate, close."""
