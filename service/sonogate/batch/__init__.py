"""Many photos: from a folder or an object store, by many workers, to Parquet.

The listing of the photos, sorted, is cut into chunks; each chunk becomes one Parquet file,
written whole or not at all, so that a run that was killed goes on where it stopped.
"""

from sonogate.batch.errors import BatchError
from sonogate.batch.planning import Plan, plan
from sonogate.batch.run import Watcher, run
from sonogate.batch.values import Settings, Summary

__all__ = ["BatchError", "Plan", "Settings", "Summary", "Watcher", "plan", "run"]
