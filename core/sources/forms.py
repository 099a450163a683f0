"""Profiles and measures as JSON, to be kept and read again."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.sources.views import (
    Bin,
    ColumnProfile,
    Correlation,
    Measures,
    Outliers,
    Profile,
    Series,
    SeriesPoint,
)


def profile_to_json(profile: Profile) -> dict[str, Any]:
    return asdict(profile) | {
        "measured_at": profile.measured_at.isoformat(),
        "columns": [_column_to_json(each) for each in profile.columns],
        "sample": list(profile.sample),
    }


def profile_from_json(data: dict[str, Any]) -> Profile:
    return Profile(
        table=data["table"],
        kind=data["kind"],
        rows=data["rows"],
        columns=tuple(map(_column_from_json, data["columns"])),
        sample=tuple(data["sample"]),
        measured_at=datetime.fromisoformat(data["measured_at"]),
        seconds=data["seconds"],
    )


def measures_to_json(measures: Measures) -> dict[str, Any]:
    return asdict(measures) | {
        "segments": [
            [group, column, [list(each) for each in values]] for (group, column), values in measures.segments.items()
        ]
    }


def measures_from_json(data: dict[str, Any]) -> Measures:
    return Measures(
        table=data["table"],
        duplicate_rows=data["duplicate_rows"],
        correlations=tuple(Correlation(**each) for each in data["correlations"]),
        outliers=tuple(Outliers(**each) for each in data["outliers"]),
        series=tuple(
            Series(each["time_column"], each["unit"], tuple(SeriesPoint(**point) for point in each["points"]))
            for each in data["series"]
        ),
        segments={
            (group, column): tuple((value, rows, mean) for value, rows, mean in values)
            for group, column, values in data["segments"]
        },
    )


def _column_to_json(column: ColumnProfile) -> dict[str, Any]:
    return asdict(column) | {
        "top_values": [list(each) for each in column.top_values],
        "histogram": [[each.low, each.high, each.count] for each in column.histogram],
    }


def _column_from_json(data: dict[str, Any]) -> ColumnProfile:
    return ColumnProfile(
        **data
        | {
            "top_values": tuple((value, count) for value, count in data.get("top_values", ())),
            "histogram": tuple(Bin(*each) for each in data.get("histogram", ())),
        }
    )
