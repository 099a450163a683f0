"""What a child is asked to measure, chosen by the rules that all kinds of source share, and its answer as `Measures`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.sources.choosing import (
    averaged,
    buckets,
    by_strength,
    correlated,
    fences,
    segmenting,
    start_text,
    time_columns,
    varying_numbers,
)
from core.sources.views import ColumnProfile, Correlation, Measures, Outliers, Profile, Series, SeriesPoint


@dataclass(frozen=True)
class Plan:
    """`asked` is JSON for the child (see `engine.measuring.measures`)."""

    asked: dict[str, Any]

    def measures(self, table: str, found: dict[str, Any]) -> Measures:
        limits = {each["name"]: (each["low"], each["high"]) for each in self.asked["fenced"]}
        return Measures(
            table=table,
            duplicate_rows=found["duplicate_rows"],
            correlations=by_strength(Correlation(**each) for each in found["correlations"]),
            outliers=tuple(
                Outliers(each["column"], *limits[each["column"]], each["below"], each["above"], each["beyond_3_sd"])
                for each in found["outliers"]
            ),
            series=tuple(_series(each) for each in found["series"] if len(each["points"]) > 1),
            segments={
                (group, column): tuple((value, rows, mean) for value, rows, mean in values)
                for group, column, values in found["segments"]
            },
        )


def plan_of(profile: Profile, columns: Sequence[str]) -> Plan:
    """For the full `profile` of a table that now has these columns."""
    known = replace(profile, columns=tuple(each for each in profile.columns if each.name in columns), sample=())
    fenced = [(each, limits) for each in varying_numbers(known) if (limits := fences(each)) is not None]
    times = [(each, cut) for each in time_columns(known) if (cut := buckets(each)) is not None]
    return Plan(
        {
            "correlated": [_numbers(each) for each in correlated(known)],
            "fenced": [_numbers(each) | {"low": low, "high": high} for each, (low, high) in fenced],
            "averaged": [_numbers(each) for each in averaged(known)],
            "series": [
                {"name": each.name, "unit": unit, "first": starts[0].isoformat()} for each, (unit, starts) in times
            ],
            "segmenting": [each.name for each in segmenting(known)],
        }
    )


def _numbers(column: ColumnProfile) -> dict[str, Any]:
    return {"name": column.name, "raw_type": column.raw_type, "mean": column.mean, "std_dev": column.std_dev}


def _series(found: dict[str, Any]) -> Series:
    unit = found["unit"]
    points = tuple(
        SeriesPoint(start_text(datetime.fromisoformat(each["start"]), unit), each["rows"], each["means"])
        for each in found["points"]
    )
    return Series(found["time_column"], unit, points)
