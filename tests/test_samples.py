"""The bundled sample tables: made anew byte by byte, and every planted defect counted against their ORIGIN.md."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
TABLES = ("piers", "customers", "bookings", "maintenance")


def read(name: str) -> pd.DataFrame:
    # "n/a" is one of the planted texts, so only an empty cell is a missing value.
    return pd.read_csv(SAMPLES / f"{name}.csv", keep_default_na=False, na_values=[""])


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return {name: read(name) for name in TABLES}


Counts = Callable[[dict[str, pd.DataFrame]], int]

DEFECTS: dict[str, Counts] = {
    "missing-payment": lambda t: t["bookings"].payment.isna().sum(),
    "missing-phone": lambda t: t["customers"].phone.isna().sum(),
    "mostly-empty-note": lambda t: t["bookings"].note.isna().sum(),
    "repeated-row": lambda t: t["bookings"].duplicated().sum(),
    "repeated-key": lambda t: t["bookings"].booking_id.duplicated().sum(),
    "negative-fare": lambda t: (t["bookings"].fare < 0).sum(),
    "channel-spelling": lambda t: t["bookings"].channel.isin(["App", "WEB ", "Kiosk"]).sum(),
    "payment-misspelt": lambda t: (t["bookings"].payment == "credt card").sum(),
    "unknown-customer": lambda t: (~t["bookings"].customer_id.isin(t["customers"].customer_id)).sum(),
    "unknown-pier": lambda t: (~t["bookings"].from_pier_id.isin(t["piers"].pier_id)).sum(),
    "order-in-note": lambda t: t["bookings"].note.str.startswith("Ignore all previous").fillna(False).sum(),
    "free-day": lambda t: t["bookings"].departed_at.str.startswith("2024-11-16").sum(),
    "free-fare": lambda t: (t["bookings"].fare == 0).sum(),
    "placeholder-sign-up": lambda t: (t["customers"].signed_up_on == "1900-01-01").sum(),
    "future-birth": lambda t: (t["customers"].birth_date > "2026").sum(),
    "broken-mail": lambda t: (~t["customers"].email.str.contains("@")).sum(),
    "closed-before-opened": lambda t: (t["maintenance"].closed_on < t["maintenance"].opened_on).sum(),
    "hours-as-text": lambda t: (t["maintenance"].hours == "n/a").sum(),
    "cost-in-cents": lambda t: (t["maintenance"].cost > 10_000).sum(),
    "constant-operator": lambda t: (t["piers"].operator == "Three Bays Ferries").sum(),
}


def told() -> dict[str, int]:
    """The counts of the table in ORIGIN.md, by the key of each defect."""
    text = (SAMPLES / "ORIGIN.md").read_text(encoding="utf-8")
    return {
        key: int(count.replace(",", "")) for key, count in re.findall(r"^\| `([\w-]+)` \|.*\| ([\d,]+) \|$", text, re.M)
    }


def test_the_generator_writes_the_committed_files_byte_for_byte(tmp_path: Path):
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make_samples.py")
    assert spec and spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    written = generator.write_samples(tmp_path)
    assert {path.name for path in written} == {f"{name}.csv" for name in TABLES}
    for path in written:
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in written) < 2_000_000


def test_the_origin_tells_of_every_planted_defect_with_its_count(tables: dict[str, pd.DataFrame]):
    assert told() == {key: int(count(tables)) for key, count in DEFECTS.items()}
    assert all(told().values())


def test_the_origin_tells_the_size_of_every_table(tables: dict[str, pd.DataFrame]):
    text = (SAMPLES / "ORIGIN.md").read_text(encoding="utf-8")
    for name, table in tables.items():
        assert f"| `{name}.csv` | {len(table):,} | {len(table.columns)} |" in text


def test_what_is_planted_in_the_figures_is_there(tables: dict[str, pd.DataFrame]):
    bookings = tables["bookings"].drop_duplicates()
    paid = bookings[bookings.fare > 0]
    usual = bookings[~bookings.departed_at.str.startswith("2024-11-16")]
    days = usual.groupby(usual.departed_at.str[:10]).size()
    months = pd.Series(days.to_numpy(), index=pd.to_datetime(days.index)).resample("MS").sum()
    assert bookings.distance_km.corr(bookings.duration_min) == pytest.approx(0.99, abs=0.005)
    fares = paid.groupby(paid.departed_at.str[:7]).fare.mean()
    assert fares.rank().corr(pd.Series(range(len(fares)), index=fares.index)) > 0.8, "fares rise"
    assert months["2024-07-01"] > 2.3 * months["2024-02-01"], "summer is the season"
    weekday = days.groupby(pd.to_datetime(days.index).day_of_week).mean()
    assert weekday[5] > 1.6 * weekday[0], "Saturdays are fuller than Mondays"


def test_nobody_can_be_reached_by_the_invented_persons(tables: dict[str, pd.DataFrame]):
    customers = tables["customers"]
    assert customers.email.str.fullmatch(r"[a-z.]+\d+(?:@| at )example\.(?:com|org|net)").all()
    assert customers.phone.dropna().str.fullmatch(r"\+44 (?:7700 900\d{3}|20 7946 0\d{3})").all()
