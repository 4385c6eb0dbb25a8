"""The alerts API."""
