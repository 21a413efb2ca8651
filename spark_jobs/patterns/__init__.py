"""Mechanisms that conform jobs share, one function each.

All but `once`, `tops` and `components` which compute by rounds, and linkage, whose few rows are tables of Arrow, are pure
functions over DataFrames. Each reads a bounded time around a row, said in its docstring, so that a day made alone (with the
window its declaration asks for) equals the same day made with all others. None joins on a range, which would be quadratic:
they sort by time, or join on equal bins of time, or on equal cells of the plane or of space.
"""

from spark_jobs.patterns.area import inside
from spark_jobs.patterns.clock import set_right
from spark_jobs.patterns.codes import translated
from spark_jobs.patterns.components import components
from spark_jobs.patterns.distance import great_circle_m, near
from spark_jobs.patterns.filling import left_out
from spark_jobs.patterns.history import as_of, in_force, latest, previous, with_equal_run
from spark_jobs.patterns.interval import intervals
from spark_jobs.patterns.linkage import Level, halved, one_apart, scored
from spark_jobs.patterns.local_time import ZONE, by_local_day, local_day, seconds_between
from spark_jobs.patterns.nearness import nearest
from spark_jobs.patterns.ownership import majority, tops
from spark_jobs.patterns.pairing import pair
from spark_jobs.patterns.reuse import once
from spark_jobs.patterns.session import sessions, without_repeats
from spark_jobs.patterns.sums import exact_mean, exact_sum
from spark_jobs.patterns.travel import travel_ms
from spark_jobs.patterns.wildcard import alike, match_wildcards

__all__ = [
    "ZONE", "Level", "alike", "as_of", "by_local_day", "components", "exact_mean", "exact_sum", "great_circle_m", "halved",
    "in_force", "inside", "intervals", "latest", "left_out", "local_day", "majority", "match_wildcards", "near",
    "nearest", "once", "one_apart", "pair", "previous", "scored", "seconds_between", "sessions", "set_right", "tops",
    "translated", "travel_ms", "with_equal_run", "without_repeats",
]  # fmt: skip
