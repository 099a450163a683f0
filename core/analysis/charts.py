"""Pictures where people would rather look than read, as Vega-Lite specifications: the page and the report draw the same.

They are drawn from the tables' own figures, not from what the model said; what it said is marked on them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.analysis.preparing import Prepared
from core.analysis.views import FindingView
from core.sources import NUMERIC, TEMPORAL, ColumnProfile, Measures, Profile

_MOST = 8
_INK, _AMBER, _RED, _GREY = "#3f79b0", "#c98a2b", "#b5584f", "#8a949e"


@dataclass(frozen=True)
class Chart:
    """One picture. `rows` is the table behind it, as shown beside it."""

    analysis_type: str
    table: str
    title: str
    spec: dict[str, Any]
    rows: tuple[dict[str, Any], ...]


def charts_of(prepared: Prepared, findings: Sequence[FindingView]) -> list[Chart]:
    """The pictures for these findings, by type."""
    charts: list[Chart] = []
    for table in prepared.tables:
        if table.profile is None:
            continue
        own = [each for each in findings if each.table_name == table.name]
        by_type = {key: [each for each in own if each.analysis_type == key] for key in {e.analysis_type for e in own}}
        if found := by_type.get("quality"):
            charts.append(_severities(table.name, found))
        if found := by_type.get("anomaly"):
            charts += _histograms(table.profile, table.measures, found)
        if (found := by_type.get("relationships")) and table.measures and table.measures.correlations:
            charts.append(_matrix(table.name, table.measures))
        if (found := by_type.get("trends")) and table.measures:
            charts += _series(table.name, table.measures, found)
        if found := by_type.get("patterns"):
            charts += _top_values(table.profile, found)
    return charts


def histogram(profile: ColumnProfile, table: str = "", *, analysis_type: str = "profiling") -> Chart | None:
    """A column's own distribution; None if it was not measured."""
    if profile.histogram:
        return _bars(profile, table, analysis_type, None)
    if profile.top_values:
        return _values(profile, table, analysis_type)
    return None


def _spec(rows: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "width": 560,
        "height": 220,
        **body,
    }


def _severities(table: str, findings: list[FindingView]) -> Chart:
    """Quality: how many issues of which severity each column has."""
    counts = Counter(
        (column, each.severity or "low") for each in findings for column in each.columns or ("whole table",)
    )
    rows = [{"column": column, "severity": severity, "issues": n} for (column, severity), n in counts.items()]
    body = {
        "mark": {"type": "bar"},
        "height": {"step": 22},
        "encoding": {
            "y": {"field": "column", "type": "nominal", "sort": "-x", "title": None},
            "x": {"field": "issues", "type": "quantitative", "title": "issues", "axis": {"tickMinStep": 1}},
            "color": {
                "field": "severity",
                "type": "ordinal",
                "scale": {"domain": ["high", "medium", "low"], "range": [_RED, _AMBER, _GREY]},
            },
            "order": {"field": "severity"},
        },
    }
    return Chart("quality", table, f"{table}: issues by column and severity", _spec(rows, body), tuple(rows))


def _histograms(profile: Profile, measures: Measures | None, findings: list[FindingView]) -> list[Chart]:
    """Anomalies: the column's histogram, with the fences beyond which values are rare."""
    fences = {each.column: (each.low_fence, each.high_fence) for each in measures.outliers} if measures else {}
    charts = []
    for name in list(dict.fromkeys(column for each in findings for column in each.columns))[:_MOST]:
        column = profile.column(name)
        if column is None:
            continue
        if column.histogram:
            charts.append(_bars(column, profile.table, "anomaly", fences.get(name)))
        elif column.top_values:
            charts.append(_values(column, profile.table, "anomaly"))
    return charts


def _bars(column: ColumnProfile, table: str, analysis_type: str, fences: tuple[float, float] | None) -> Chart:
    temporal = column.type in TEMPORAL
    scale = 1000 if temporal else 1  # Vega counts time in ms, a histogram in s
    rows = [
        {
            "from": each.low * scale,
            "to": each.high * scale,
            "rows": each.count,
            "outside": bool(fences and (each.high <= fences[0] or each.low >= fences[1])),
        }
        for each in column.histogram
    ]
    kind = "temporal" if temporal else "quantitative"
    colour: dict[str, Any] = {"value": _INK}
    if fences:
        colour = {"condition": {"test": "datum.outside", "value": _RED}, "value": _INK}
    bars = {
        "mark": {"type": "bar", "stroke": "#ffffff", "strokeWidth": 0.5},
        "encoding": {
            "x": {"field": "from", "type": kind, "bin": None if temporal else {"binned": True}, "title": column.name},
            "x2": {"field": "to"},
            "y": {"field": "rows", "type": "quantitative", "title": "rows"},
            "color": colour,
        },
    }
    note = " (red: outside 1.5 × interquartile range)" if fences else ""
    return Chart(analysis_type, table, f"{table}.{column.name}: distribution{note}", _spec(rows, bars), tuple(rows))


def _values(column: ColumnProfile, table: str, analysis_type: str) -> Chart:
    rows = [{"value": "(empty)" if value == "" else str(value), "rows": count} for value, count in column.top_values]
    body = {
        "mark": {"type": "bar", "color": _INK},
        "height": {"step": 22},
        "encoding": {
            "y": {"field": "value", "type": "nominal", "sort": "-x", "title": column.name},
            "x": {"field": "rows", "type": "quantitative", "title": "rows"},
        },
    }
    return Chart(analysis_type, table, f"{table}.{column.name}: most frequent values", _spec(rows, body), tuple(rows))


def _matrix(table: str, measures: Measures) -> Chart:
    """Relationships: Pearson's r of each pair of numeric columns."""
    rows = []
    for each in measures.correlations:
        for first, second in ((each.first, each.second), (each.second, each.first)):
            rows.append({"first": first, "second": second, "r": round(each.r, 3), "n": each.n})
    place = {
        "x": {"field": "first", "type": "nominal", "title": None},
        "y": {"field": "second", "type": "nominal", "title": None},
    }
    body = {
        "width": {"step": 46},
        "height": {"step": 28},
        "encoding": place,
        "layer": [
            {
                "mark": "rect",
                "encoding": {
                    "color": {
                        "field": "r",
                        "type": "quantitative",
                        "title": "r",
                        "scale": {"domain": [-1, 0, 1], "range": [_RED, "#f4f5f7", _INK]},
                    }
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": "r", "type": "quantitative", "format": ".2f"},
                    "color": {"condition": {"test": "abs(datum.r) > 0.6", "value": "white"}, "value": "#1d2733"},
                },
            },
        ],
    }
    return Chart("relationships", table, f"{table}: correlations (Pearson's r)", _spec(rows, body), tuple(rows))


def _series(table: str, measures: Measures, findings: list[FindingView]) -> list[Chart]:
    """Trends: the columns that findings name, as means over time."""
    named = {column for each in findings for column in each.columns}
    charts = []
    for series in measures.series:
        means = [name for name in series.points[0].means if name in named] if series.points else []
        for name in means[:_MOST]:
            rows = [{"start": p.start, "mean": p.means.get(name), "rows": p.rows} for p in series.points]
            body = {
                "mark": {"type": "line", "point": True, "color": _INK},
                "encoding": {
                    "x": {"field": "start", "type": "temporal", "title": series.time_column},
                    "y": {
                        "field": "mean",
                        "type": "quantitative",
                        "title": f"mean of {name}",
                        "scale": {"zero": False},
                    },
                },
            }
            title = f"{table}.{name}: mean by {series.unit} of {series.time_column}"
            charts.append(Chart("trends", table, title, _spec(rows, body), tuple(rows)))
    return charts


def _top_values(profile: Profile, findings: list[FindingView]) -> list[Chart]:
    """Patterns: how often the values of the named columns occur."""
    charts = []
    for name in list(dict.fromkeys(column for each in findings for column in each.columns))[:_MOST]:
        column = profile.column(name)
        if column is not None and column.top_values and column.type not in NUMERIC:
            charts.append(_values(column, profile.table, "patterns"))
    return charts
