"""The API of recordings: what there is, the film itself, and why somebody looks."""
