"""Writes the tables of the demo space as Parquet: a shop with customers, orders, order lines, products, regions, returns.

    python data/samples/sales/generate.py [FOLDER]

Seeded: the files beside this script come out of it again, row by row. All people and firms are invented.
"""

import random
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SEED = 2025
FIRST_DAY, LAST_DAY = date(2022, 1, 1), date(2024, 12, 31)
REGIONS = [
    (1, "Alps", "Switzerland", "Nora Frey"), (2, "Nordics", "Sweden", "Axel Holm"), (3, "Benelux", "Netherlands", "Fleur de Wit"),
    (4, "Iberia", "Spain", "Marta Gil"), (5, "Isles", "Ireland", "Sean Walsh"), (6, "Danube", "Austria", "Paul Riegler"),
    (7, "Baltics", "Latvia", "Liga Ozola"), (8, "Adria", "Croatia", "Ivan Babic"),
]  # fmt: skip
ITEMS = {
    "Furniture": (["Desk", "Chair", "Shelf", "Cabinet", "Lamp"], 60, 900),
    "Stationery": (["Notebook", "Pen Set", "Folder", "Planner"], 3, 45),
    "Electronics": (["Monitor", "Keyboard", "Headset", "Webcam", "Dock"], 30, 700),
    "Kitchen": (["Kettle", "Mug Set", "Coffee Maker"], 15, 260),
    "Travel": (["Backpack", "Suitcase", "Flask"], 12, 240),
}
LINES = ["Aster", "Birch", "Cobalt", "Dune", "Ember", "Fern"]
FIRST = [
    "Ada",
    "Bela",
    "Cem",
    "Dora",
    "Emil",
    "Fritz",
    "Gina",
    "Hana",
    "Ivo",
    "Jana",
    "Kaya",
    "Lars",
    "Mira",
    "Nils",
    "Olga",
]
LAST = [
    "Abel",
    "Berg",
    "Costa",
    "Dahl",
    "Engel",
    "Fontana",
    "Graf",
    "Hahn",
    "Ilves",
    "Jansen",
    "Kovac",
    "Lind",
    "Maas",
    "Novak",
]


def day(dice: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=dice.randrange((last - first).days + 1))


def make_products(dice: random.Random) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for category, (kinds, low, high) in ITEMS.items():
        for kind in kinds:
            for line in LINES:
                launched = day(dice, date(2019, 1, 1), date(2024, 11, 30)) if dice.random() < 0.3 else date(2019, 3, 1)
                ended = day(dice, date(2024, 3, 1), LAST_DAY) if launched.year < 2022 and dice.random() < 0.12 else None
                price = round(low + (high - low) * dice.random() ** 2, 2)
                rows.append((len(rows) + 1, f"{line} {kind}", category, price, launched, ended))
    return rows


def make_customers(dice: random.Random) -> list[tuple[Any, ...]]:
    rows = []
    for number in range(1, 2601):
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)} {number:04d}"
        region = dice.choices(range(1, 9), [9, 7, 6, 6, 4, 5, 3, 2])[0]
        signup = day(dice, date(2020, 1, 1), date(2024, 12, 31))
        status = dice.choices("ADX", [70, 22, 8])[0]
        rows.append((number, name, dice.choices("CBP", [70, 24, 6])[0], region, signup, status, dice.random() < 0.4))
    return rows


def make_orders(dice: random.Random, customers: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    rows = []
    for number in range(100001, 130001):
        customer = customers[int(dice.random() ** 1.7 * 2540)]
        ordered = day(dice, max(FIRST_DAY, customer[4]), LAST_DAY)
        channel = dice.choices("WST", [60, 28, 12])[0]
        recent = (LAST_DAY - ordered).days < 6
        status = dice.choices(["shipped", "open", "cancelled"], [90, 40 if recent else 1, 6])[0]
        shipped = ordered + timedelta(days=dice.choice([1, 1, 2, 2, 3, 5, 8])) if status == "shipped" else None
        rows.append(
            (number, customer[0], ordered, shipped, channel, status, dice.choice(["card", "invoice", "paypal"]))
        )
    return rows


def make_lines(
    dice: random.Random, orders: Sequence[tuple[Any, ...]], products: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for order in orders:
        offered = [
            product for product in products if product[4] <= order[2] and (not product[5] or product[5] >= order[2])
        ]
        for product in dice.sample(offered, dice.choices([1, 2, 3, 4, 5, 6, 7], [20, 24, 22, 14, 9, 6, 3])[0]):
            quantity = dice.choices([1, 2, 3, 5, 10], [60, 20, 10, 6, 4])[0]
            discount = dice.choices([0, 5, 10, 20], [62, 16, 14, 8])[0]
            price = round(product[3] * (0.94 + 0.03 * (order[2].year - 2022)), 2)
            rows.append((len(rows) + 1, order[0], product[0], quantity, price, discount))
    return rows


def make_returns(
    dice: random.Random, orders: Sequence[tuple[Any, ...]], lines: Sequence[tuple[Any, ...]],
    products: Sequence[tuple[Any, ...]],
) -> list[tuple[Any, ...]]:  # fmt: skip
    shipped = {order[0]: order[3] for order in orders if order[3]}
    risk = {product[0]: {"Electronics": 0.09, "Furniture": 0.06}.get(product[2], 0.035) for product in products}
    rows: list[tuple[Any, ...]] = []
    for line in lines:
        if line[1] in shipped and dice.random() < risk[line[2]] * (1.8 if line[2] % 17 == 3 else 1):
            reason = dice.choices("DWC", [40, 18, 42])[0]
            refund = round(line[3] * line[4] * (1 - line[5] / 100) * dice.choice([1, 1, 1, 0.5]), 2)
            rows.append(
                (len(rows) + 1, line[0], shipped[line[1]] + timedelta(days=dice.randrange(2, 29)), reason, refund)
            )
    return rows


COLUMNS = {
    "regions": ["region_id", "region_name", "country", "manager"],
    "products": ["product_id", "product_name", "category", "list_price_eur", "launched_on", "discontinued_on"],
    "customers": ["customer_id", "customer_name", "segment_cd", "region_id", "signup_date", "status_cd", "newsletter"],
    "orders": ["order_id", "customer_id", "order_date", "shipped_date", "channel_cd", "order_status", "payment"],
    "order_lines": ["order_line_id", "order_id", "product_id", "qty", "unit_price_eur", "discount_pct"],
    "returns": ["return_id", "order_line_id", "return_date", "reason_cd", "refund_eur"],
}


def make_tables() -> dict[str, list[tuple[Any, ...]]]:
    """All rows by table, in the column order of `COLUMNS`; about 120,000 in all."""
    dice = random.Random(SEED)
    products, customers = make_products(dice), make_customers(dice)
    orders = make_orders(dice, customers)
    lines = make_lines(dice, orders, products)
    returns = make_returns(dice, orders, lines, products)
    return {
        "regions": REGIONS, "products": products, "customers": customers,
        "orders": orders, "order_lines": lines, "returns": returns,
    }  # fmt: skip


def write_tables(folder: Path) -> int:
    """Write one Parquet file a table into `folder`, which is made if it is missing; return the number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = make_tables()
    for name, rows in tables.items():
        columns = {column: [row[n] for row in rows] for n, column in enumerate(COLUMNS[name])}
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", compression="zstd", compression_level=19)
    return sum(len(rows) for rows in tables.values())


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "tables"
    print(f"{write_tables(target):,} rows in {target}")
