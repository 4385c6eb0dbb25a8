"""Celery application. Queues: `default` for short tasks, `ingest` for the camera workers."""

import os

from celery import Celery

from cameras.ingest.bootstep import install as install_ingest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccoc.settings")

app = Celery("ccoc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
install_ingest(app)
app.conf.beat_schedule = {
    "prune the outbox": {"task": "events.prune_outbox", "schedule": 3600.0},
    "escalate alerts": {"task": "alerts.sweep", "schedule": 1.0, "options": {"expires": 5}},
    "mark deaf SOS points": {"task": "incidents.mark_deaf", "schedule": 5.0, "options": {"expires": 10}},
    "stop and send home turned cameras": {"task": "onvif.tend", "schedule": 1.0, "options": {"expires": 3}},
    "hear events of cameras": {"task": "onvif.listen", "schedule": 5.0, "options": {"expires": 5}},
    "follow what cameras give": {"task": "upkeep.look", "schedule": 5.0, "options": {"expires": 10}},
    "drop old service of cameras": {"task": "upkeep.prune", "schedule": 3600.0},
    "judge cameras": {"task": "cameras.judge", "schedule": 5.0, "options": {"expires": 10}},
    "make evidence packs": {"task": "evidence.build", "schedule": 3.0, "options": {"expires": 5}},
    "delete evidence whose day is over": {"task": "evidence.delete_expired", "schedule": 3600.0},
    "keep house of recordings": {
        "task": "recording.keep_house",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "keep up plate reads": {"task": "plates.keep_up", "schedule": 3600.0},
    "audit open alerts": {"task": "alerts.audit_open", "schedule": 30.0, "options": {"expires": 30}},
}
