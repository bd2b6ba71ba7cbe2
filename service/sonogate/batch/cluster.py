"""Workers of a Dask cluster, here or elsewhere."""

from __future__ import annotations

import queue
import threading
import uuid
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, WorkerPlugin, get_worker

from sonogate.batch.errors import BatchError
from sonogate.batch.values import Answer, Finished, Progressed, Settings, Work
from sonogate.batch.worker import Worker, start_fault

LOCAL = "local"
# The first death is told at once, since who retries and how is decided in one place; and no
# worker has work waiting, which Dask would blame for a death as well.
_CONFIG = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
}


class DaskCrew:
    """A cluster, which restarts its workers itself."""

    isolates = False  # Threads of one worker die together.

    def __init__(self, settings: Settings, address: str, workers: int) -> None:
        """Connect to a cluster.

        Args:
            settings: The run's.
            address: Its scheduler's address, or ``local`` to start one here.
            workers: Processes of a local cluster.

        Raises:
            BatchError: There is no cluster at that address.
        """
        self._cluster: LocalCluster | None = None
        self._done: queue.Queue[Future[Answer]] = queue.Queue()
        self._hands: dict[str, tuple[Work, Future[Answer]]] = {}
        try:
            if address == LOCAL:
                with dask.config.set(_CONFIG):
                    self._cluster = LocalCluster(
                        n_workers=workers, threads_per_worker=1, dashboard_address=None
                    )
            self._client = Client(self._cluster or address, set_as_default=False)
            self._plugin = f"sonogate-{uuid.uuid4().hex}"
            self._client.register_plugin(_Gates(settings), name=self._plugin)
        except (OSError, TimeoutError, ValueError) as error:
            raise BatchError(f"the cluster cannot be reached ({type(error).__name__})") from None

    def capacity(self) -> int:
        """Return the threads that the cluster has now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, work: Work) -> None:
        """Queue ``work`` in the cluster."""
        key = f"sonogate-{uuid.uuid4().hex}"
        future = self._client.submit(_do, self._plugin, work, key=key, pure=False, retries=0)
        self._hands[key] = work, future
        future.add_done_callback(self._done.put)

    def wait(self) -> Finished | Progressed:
        """Return the next answer."""
        future = self._done.get()
        work, _ = self._hands.pop(str(future.key))
        try:
            return Finished(work, future.result())
        except KilledWorker:
            return Finished(work, None)
        except Exception as error:
            raise BatchError(f"the cluster gave up ({type(error).__name__})") from None

    def close(self) -> None:
        """Leave the cluster, and end it when it was started here."""
        for _, future in self._hands.values():
            future.cancel()
        if self._cluster is None:
            self._client.unregister_worker_plugin(self._plugin)
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


class _Gates(WorkerPlugin):
    """One gate for each thread of a worker, loaded when its first work comes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def setup(self, worker: Any) -> None:
        del worker
        self._local = threading.local()

    def worker(self) -> Worker:
        if not hasattr(self._local, "worker"):
            self._local.worker = Worker(self._settings)
        kept: Worker = self._local.worker
        return kept


def _do(plugin: str, work: Work) -> Answer:
    gates: Any = get_worker().plugins[plugin]
    try:
        # Never raised: the cluster would log the call, and with it what it was called with.
        answer: Answer = gates.worker().do(work, lambda: None)
    except Exception as error:
        return start_fault(error)
    return answer
