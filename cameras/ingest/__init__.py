"""Reading the cameras: what a Celery worker of the queue `ingest` does between its tasks."""
