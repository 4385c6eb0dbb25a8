"""Evidence: recordings of a span as one signed pack, its chain of custody, and the verifier inside it."""
