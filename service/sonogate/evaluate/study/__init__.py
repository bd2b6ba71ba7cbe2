"""A study as a folder: photos, exports and ratings in, tables, plots and one report out."""

from sonogate.evaluate.study.agreement import Icc, icc, krippendorff_alpha
from sonogate.evaluate.study.description import Pair, Study, read_study
from sonogate.evaluate.study.run import StudyOptions, run_study

__all__ = [
    "Icc",
    "Pair",
    "Study",
    "StudyOptions",
    "icc",
    "krippendorff_alpha",
    "read_study",
    "run_study",
]
