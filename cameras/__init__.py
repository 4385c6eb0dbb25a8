"""Registry of the station's cameras, their health, and the ingest of their video."""
