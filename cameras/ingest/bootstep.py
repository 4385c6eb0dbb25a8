"""Hooks the ingest into Celery workers of the queue `ingest`: it starts and stops with the worker."""

from typing import TYPE_CHECKING, Any

from celery import Celery, bootsteps
from celery.utils.imports import symbol_by_name

if TYPE_CHECKING:
    from cameras.ingest.runner import IngestRunner

QUEUE = "ingest"
# By name: this module is imported with the Celery application, before Django's models may be.
RUNNER = "cameras.ingest.runner:IngestRunner"


class IngestStep(bootsteps.StartStopStep):
    """Starts before the consumer, which blocks; stops with the worker, warm or cold."""

    requires = ("celery.worker.components:Pool",)
    obj: "IngestRunner | None"

    def include_if(self, parent: Any) -> bool:  # noqa: ANN401 - Celery's worker has no types
        return QUEUE in parent.app.amqp.queues.consume_from

    def create(self, parent: Any) -> Any:  # noqa: ANN401 - Celery's worker has no types
        return symbol_by_name(RUNNER)(parent.hostname)

    def start(self, parent: Any) -> None:  # noqa: ANN401 - Celery's worker has no types
        if self.obj is not None:
            self.obj.start()

    def stop(self, parent: Any) -> None:  # noqa: ANN401 - Celery's worker has no types
        if self.obj is not None:
            self.obj.stop()
            self.obj = None

    terminate = stop


def install(app: Celery) -> None:
    """Add the step to every worker of `app`; it leaves workers of other queues alone."""
    app.steps["worker"].add(IngestStep)
