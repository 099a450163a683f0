"""Tables as the analysts see them: written by the real summariser, from figures that pandas computes."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from core.analysis.summarising import TableInput, summarise
from core.clock import now
from core.local_model.analysts import ANALYSTS
from core.local_model.chat_request import ChatRequest, Message
from core.sources import ColumnProfile, Correlation, Measures, Outliers, Profile, Series, SeriesPoint

SAMPLES = Path(__file__).parents[4] / "data" / "samples"


@pytest.fixture(scope="session")
def measured() -> Callable[[str, pd.DataFrame], TableInput]:
    """Profile and measures of a frame; text columns whose values are all ISO dates count as times."""
    return lambda name, frame: TableInput(name, _profile(name, _timed(frame)), _measures(name, _timed(frame)))


@pytest.fixture(scope="session")
def profiled() -> Callable[[str, pd.DataFrame], Profile]:
    """The profile alone."""
    return _profile


@pytest.fixture(scope="session")
def asking() -> Callable[..., ChatRequest]:
    """A request about these tables, as a recipe would put it."""

    def asking(*tables: TableInput, before: str = "Look at these tables.", salt: str = "x") -> ChatRequest:
        shown = summarise(tables, salt=salt, token_limit=None)
        text = f"{before}\n\n{shown.schema_summary}\n\n{shown.sample_rows}\n\nUsing only the above, return JSON."
        return ChatRequest(messages=(Message("system", "Analyse the tables."), Message("user", text)))

    return asking


@pytest.fixture(scope="session")
def ask(asking: Callable[..., ChatRequest]) -> Callable[..., dict]:
    """The answer of one analyst, by the type's key, about these tables."""
    return lambda key, *tables, **more: ANALYSTS[f"analysis_{key}"](asking(*tables, **more))


@pytest.fixture(scope="session")
def samples(measured: Callable) -> list[TableInput]:
    """The four bundled tables, with all their planted defects."""
    names = ("bookings", "customers", "piers", "maintenance")
    return [measured(n, pd.read_csv(SAMPLES / f"{n}.csv", keep_default_na=False, na_values=[""])) for n in names]


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for name in frame.columns:
        texts = frame[name].dropna()
        if _type(frame[name]) == "text" and len(texts) and texts.astype(str).str.match(r"\d{4}-\d{2}-\d{2}").all():
            frame[name] = pd.to_datetime(frame[name])
    return frame


def _type(column: pd.Series) -> str:
    kinds = {"b": "boolean", "i": "integer", "u": "integer", "f": "decimal", "M": "timestamp"}
    return kinds.get(getattr(column.dtype, "kind", "O"), "text")


def _plain(value: object) -> object:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _profile(name: str, frame: pd.DataFrame) -> Profile:
    sample = frame.sample(min(50, len(frame)), random_state=1)
    rows = tuple({key: _plain(value) for key, value in row.items()} for row in sample.to_dict("records"))
    columns = tuple(_column(frame[column]) for column in frame.columns)
    return Profile(name, "full", len(frame), columns, rows, now(), 0.0)


def _column(column: pd.Series) -> ColumnProfile:
    kind, there = _type(column), column.dropna()
    figures = {}
    if kind in ("integer", "decimal") and len(there):
        figures = {
            "mean": float(there.mean()),
            "median": float(there.median()),
            "std_dev": float(there.std()) if len(there) > 1 else None,
            "lower_quartile": float(there.quantile(0.25)),
            "upper_quartile": float(there.quantile(0.75)),
        }
    return ColumnProfile(
        str(column.name),
        kind,  # type: ignore[arg-type]
        kind,
        int(column.isna().sum()),
        int(there.nunique()),
        True,
        _plain(there.min()) if len(there) else None,
        _plain(there.max()) if len(there) else None,
        top_values=tuple((_plain(value), int(n)) for value, n in there.value_counts().head(10).items()),
        **figures,
    )


def _measures(name: str, frame: pd.DataFrame) -> Measures:
    numeric = [column for column in frame.columns if _type(frame[column]) in ("integer", "decimal")]
    times = [column for column in frame.columns if _type(frame[column]) == "timestamp"]
    few = [column for column in frame.columns if _type(frame[column]) == "text" and 2 <= frame[column].nunique() <= 12]
    pairs = [
        Correlation(a, b, float(frame[a].corr(frame[b])), len(frame[[a, b]].dropna()))
        for a, b in itertools.combinations(numeric, 2)
        if pd.notna(frame[a].corr(frame[b]))
    ]
    return Measures(
        name,
        int(frame.duplicated().sum()),
        tuple(sorted(pairs, key=lambda pair: -abs(pair.r))),
        tuple(_outliers(frame[column].dropna()) for column in numeric),
        tuple(_series(frame, column, numeric) for column in times),
        {
            (by, of): tuple((value, len(rows), _plain(rows[of].mean())) for value, rows in frame.groupby(by))
            for by in few
            for of in numeric
        },
    )


def _outliers(column: pd.Series) -> Outliers:
    low, high = column.quantile(0.25), column.quantile(0.75)
    fences = float(low - 1.5 * (high - low)), float(high + 1.5 * (high - low))
    far = (column - column.mean()).abs() > 3 * column.std()
    below, above = int((column < fences[0]).sum()), int((column > fences[1]).sum())
    return Outliers(str(column.name), fences[0], fences[1], below, above, int(far.sum()))


def _series(frame: pd.DataFrame, time: str, numeric: list[str]) -> Series:
    codes = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
    unit = next((unit for unit, code in codes.items() if frame[time].dt.to_period(code).nunique() <= 40), "year")
    periods = frame[time].dt.to_period(codes[unit])
    points = tuple(
        SeriesPoint(str(period.start_time.date()), len(rows), {name: _plain(rows[name].mean()) for name in numeric})
        for period, rows in frame.groupby(periods)
    )
    return Series(time, unit, points)
