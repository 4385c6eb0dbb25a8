"""The API that turns cameras."""
