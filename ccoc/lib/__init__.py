"""Pure helpers below every room; nothing here knows Django or Celery."""
