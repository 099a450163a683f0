"""Writes the CSV files of the six schemas that came third to fifth: hotel, farm
cinema, people
gym, air.

    python tests/genie_schemas/generate_later.py FOLDER

Each pair was written when the rules had been mended after the pair before it, to see what they make of schemas that they
have not seen. Seeded
the tests write the files into a folder of their own.
"""

import csv
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

Save = Callable[[str, Sequence[str], Iterable[Sequence[object]]], None]


def hotel(save: Save) -> None:
    d = random.Random(77)
    rooms = [
        (100 + i, d.choice(["SGL", "DBL", "STE"]), 1 + i // 20, round(d.uniform(80, 320), 2), d.random() < 0.3)
        for i in range(60)
    ]
    save("rooms", ["room_no", "room_type", "floor", "rate_eur", "sea_view"], rooms)
    guests = [
        (
            i + 1,
            d.choice(["Ana", "Bo", "Cleo", "Dov", "Ema"]) + " " + d.choice(["Arns", "Bell", "Crow", "Dean"]) + f" {i}",
            d.choice(["NL", "GB", "US", "JP", "BR"]),
            d.choice(["N", "S", "G"]),
            date(2021, 1, 1) + timedelta(days=d.randrange(1200)),
        )
        for i in range(300)
    ]
    save("guests", ["guest_id", "full_name", "country_cd", "loyalty_level", "first_stay"], guests)
    bk = []
    for i in range(3500):
        booked = date(2023, 1, 1) + timedelta(days=d.randrange(720))
        ci = booked + timedelta(days=d.randrange(0, 60))
        n = d.randrange(1, 10)
        st = d.choices(["CNF", "CXL", "NOS", "CHK"], [10, 12, 5, 73])[0]
        r = d.choice(rooms)
        bk.append(
            (
                i + 1,
                d.choice(guests[:290])[0],
                r[0],
                booked,
                ci,
                ci + timedelta(days=n),
                d.choice(["web", "agency", "phone"]),
                st,
                d.randrange(1, 4),
                round(r[3] * n * d.uniform(0.8, 1), 2),
            )
        )
    save(
        "bookings",
        [
            "booking_id",
            "guest_id",
            "room_no",
            "booked_on",
            "check_in",
            "check_out",
            "source",
            "status",
            "adults",
            "total_eur",
        ],
        bk,
    )
    ex = [
        (
            i + 1,
            d.choice(bk)[0],
            d.choice(["breakfast", "spa", "minibar", "parking"]),
            d.randrange(1, 5),
            round(d.uniform(5, 60), 2),
        )
        for i in range(4000)
    ]
    save("extras", ["extra_id", "booking_id", "item", "quantity", "unit_price_eur"], ex)
    rv = [
        (i + 1, d.choice(bk)[0], d.choice([1, 2, 3, 4, 4, 5, 5]), date(2023, 3, 1) + timedelta(days=d.randrange(700)))
        for i in range(900)
    ]
    save("reviews", ["review_id", "booking_id", "stars", "posted_on"], rv)


def farm(save: Save) -> None:
    d = random.Random(88)
    farms = [
        (i + 1, n, d.choice(["Jura", "Seeland", "Emmental"]), d.choice(["conv", "bio"]))
        for i, n in enumerate(
            ["Oakfield", "Brookside", "Larkhill", "Mossend", "Windy Ridge", "Sunny Bank", "Greenacre"]
        )
    ]
    save("farms", ["id", "name", "canton", "method"], farms)
    crops = [
        (1, "wheat", "cereal", 142),
        (2, "barley", "cereal", 120),
        (3, "potato", "root", 105),
        (4, "sugar beet", "root", 180),
        (5, "rapeseed", "oil", 310),
        (6, "flax", "oil", 110),
    ]
    save("crops", ["crop_id", "crop_name", "family", "growth_days"], crops)
    fields = [
        (
            f"F{i:02d}",
            d.choice(farms)[0],
            round(d.uniform(0.8, 14), 1),
            d.choice(["loam", "clay", "sand"]),
            d.random() < 0.4,
        )
        for i in range(1, 41)
    ]
    save("fields", ["field_code", "farm_id", "area_ha", "soil", "irrigated"], fields)
    h = [
        (
            i + 1,
            d.choice(fields[:38])[0],
            d.choice(crops[:5])[0],
            date(2021, 6, 1) + timedelta(days=d.randrange(1300)),
            round(d.uniform(2, 60), 2),
            d.choice(["A", "B", "C"]),
            round(d.uniform(4, 36), 1),
        )
        for i in range(700)
    ]
    save("harvests", ["harvest_id", "field_code", "crop_id", "harvested_on", "yield_t", "grade_cd", "moisture_pct"], h)
    t = [
        (
            i + 1,
            d.choice(fields)[0],
            date(2022, 1, 1) + timedelta(days=d.randrange(1090)),
            d.choice(["FER", "HER", "INS", "FUN"]),
            round(d.uniform(1, 90), 1),
            round(d.uniform(20, 900), 2),
            d.choice(["Tom", "Uli", "Vera", None]),
        )
        for i in range(900)
    ]
    save(
        "treatments", ["treatment_id", "field_code", "applied_on", "agent_cd", "amount_l", "cost_chf", "applied_by"], t
    )
    s = [
        (
            i + 1,
            d.choice(h)[0],
            d.choice(["mill", "co-op", "export"]),
            date(2021, 9, 1) + timedelta(days=d.randrange(1200)),
            round(d.uniform(1, 20), 2),
            round(d.uniform(180, 620), 2),
        )
        for i in range(800)
    ]
    save("sales", ["sale_id", "harvest_id", "buyer", "sold_on", "tonnes", "price_per_t_chf"], s)


def cinema(save: Save) -> None:
    d = random.Random(99)
    films = [
        (
            i + 1,
            f"{a} {b}",
            d.choice(["drama", "comedy", "thriller", "animation"]),
            date(2022, 1, 1) + timedelta(days=d.randrange(1050)),
            d.randrange(78, 190),
            d.choice(["0", "12", "16", "18"]),
            d.choice(["FR", "US", "KR", "DE"]),
        )
        for i, (a, b) in enumerate(
            [
                (a, b)
                for a in ["Silent", "Golden", "Broken", "Last", "Hidden"]
                for b in ["Harbour", "Winter", "Promise", "Garden", "Signal", "Road"]
            ]
        )
    ]
    save("films", ["film_id", "title", "genre", "premiere", "runtime_min", "age_rating", "origin"], films)
    halls = [(1, "Atrium", 220, "IMX"), (2, "Blue", 120, "STD"), (3, "Loft", 45, "STD"), (4, "Garden", 80, "3D")]
    save("halls", ["hall_id", "hall_name", "seats", "tech"], halls)
    scr = [
        (
            i + 1,
            d.choice(films[:28])[0],
            d.choice(halls)[0],
            datetime(2023, 1, 1, 10) + timedelta(hours=d.randrange(24 * 725)),
            d.choices(["O", "D"], [3, 1])[0],
            d.choices(["H", "X"], [95, 5])[0],
        )
        for i in range(1800)
    ]
    save("screenings", ["screening_id", "film_id", "hall_id", "starts_at", "version", "state"], scr)
    tk = [
        (
            i + 1,
            d.choice(scr)[0],
            d.choice(["adult", "child", "senior", "student"]),
            round(d.choice([9.5, 12, 14.5, 18]), 2),
            d.choice(["online", "desk"]),
            d.randrange(1, 300) if d.random() < 0.4 else None,
            d.random() < 0.04,
        )
        for i in range(9000)
    ]
    save("tickets", ["ticket_id", "screening_id", "category", "price_eur", "sold_via", "member_id", "refunded"], tk)
    mem = [
        (
            i + 1,
            d.choice(["gold", "basic"]),
            date(2020, 1, 1) + timedelta(days=d.randrange(1700)),
            d.choice(["Graz", "Linz", "Wels"]),
        )
        for i in range(320)
    ]
    save("members", ["member_id", "plan", "since", "home_town"], mem)


def people(save: Save) -> None:
    d = random.Random(101)
    dep = [
        ("D1", "Finance", "Zurich"),
        ("D2", "Research", "Lausanne"),
        ("D3", "Sales", "Zurich"),
        ("D4", "Operations", "Lugano"),
    ]
    save("departments", ["dep_id", "dep_name", "site"], dep)
    emp = [
        (
            f"E{i:04d}",
            d.choice(["Iris", "Jon", "Kim", "Lea", "Max", "Noa"]),
            d.choice(["Ott", "Perez", "Quist", "Roth", "Sutter"]) + f"{i}",
            d.choices(dep, [2, 4, 3, 3])[0][0],
            d.choice(["FT", "PT", "TMP"]),
            date(2012, 1, 1) + timedelta(days=d.randrange(4700)),
            (date(2023, 1, 1) + timedelta(days=d.randrange(720))) if d.random() < 0.18 else None,
            date(1962, 1, 1) + timedelta(days=d.randrange(14000)),
            d.choice("FM"),
        )
        for i in range(260)
    ]
    save(
        "employees",
        [
            "employee_no",
            "first_name",
            "last_name",
            "dep_id",
            "contract_cd",
            "hire_date",
            "exit_date",
            "birth_date",
            "gender",
        ],
        emp,
    )
    sal = []
    for e in emp:
        for y in (2022, 2023, 2024):
            if e[5].year <= y and not (e[6] and e[6].year < y):
                sal.append(
                    (
                        len(sal) + 1,
                        e[0],
                        y,
                        round(d.uniform(58000, 148000), 2),
                        round(d.choice([0, 0, 2000, 5000, 9000]), 2),
                    )
                )
    save("salaries", ["salary_id", "employee_no", "pay_year", "base_chf", "bonus_chf"], sal)
    lv = [
        (
            i + 1,
            d.choice(emp)[0],
            d.choice(["VAC", "SICK", "PAR", "UNP"]),
            date(2023, 1, 1) + timedelta(days=d.randrange(720)),
            d.randrange(1, 20),
            d.choices(["approved", "rejected", "pending"], [8, 1, 1])[0],
        )
        for i in range(1500)
    ]
    save("leaves", ["leave_id", "employee_no", "leave_type", "starts_on", "days", "decision"], lv)
    tr = [
        (
            i + 1,
            d.choice(emp[:240])[0],
            d.choice(["Safety", "Excel", "Leadership", "German"]),
            date(2023, 2, 1) + timedelta(days=d.randrange(690)),
            d.choice([True, False, True]),
            round(d.choice([0, 250, 480, 1200]), 2),
        )
        for i in range(600)
    ]
    save("trainings", ["training_id", "employee_no", "topic", "held_on", "passed", "cost_chf"], tr)


def gym(save: Save) -> None:
    d = random.Random(111)
    clubs = [(1, "Downtown", "Leeds", 2011), (2, "Canal", "York", 2016), (3, "Station", "Leeds", 2019)]
    save("clubs", ["club_id", "club_name", "city", "opened_year"], clubs)
    mem = [
        (
            i + 1,
            d.choice(["Al", "Bea", "Cat", "Don", "Eli"]) + " " + d.choice(["Ames", "Bond", "Cox"]) + f"-{i}",
            d.choice(clubs)[0],
            d.choices(["MON", "YR", "PAYG"], [5, 3, 2])[0],
            date(2021, 1, 1) + timedelta(days=d.randrange(1400)),
            (date(2023, 1, 1) + timedelta(days=d.randrange(720))) if d.random() < 0.3 else None,
            d.randrange(16, 78),
        )
        for i in range(500)
    ]
    save("members", ["member_id", "member_name", "club_id", "plan_cd", "joined_on", "cancelled_on", "age"], mem)
    cls = [
        (i + 1, n, d.choice(["strength", "cardio", "mind"]), d.choice([30, 45, 60]))
        for i, n in enumerate(["Spin", "Yoga", "Pilates", "Boxing", "Circuit", "Barre", "Aqua"])
    ]
    save("classes", ["class_id", "class_name", "focus", "length_min"], cls)
    ses = [
        (
            i + 1,
            d.choice(cls[:6])[0],
            d.choice(clubs)[0],
            d.choice(["Mia", "Ned", "Oz", "Pia"]),
            datetime(2023, 1, 2, 7) + timedelta(hours=d.randrange(24 * 720)),
            d.choice([10, 15, 20]),
        )
        for i in range(1500)
    ]
    save("sessions", ["session_id", "class_id", "club_id", "trainer", "starts_at", "places"], ses)
    bk = [
        (
            i + 1,
            d.choice(ses)[0],
            d.choice(mem[:480])[0],
            d.choices(["A", "N", "C"], [80, 8, 12])[0],
            d.choice([None, 1, 2, 3, 4, 5, 5]),
        )
        for i in range(8000)
    ]
    save("bookings", ["booking_id", "session_id", "member_id", "outcome", "score"], bk)
    pay = [
        (
            i + 1,
            d.choice(mem)[0],
            date(2023, 1, 1) + timedelta(days=d.randrange(730)),
            d.choice([24.99, 39.99, 299.0, 9.5]),
            d.choices(["OK", "FAILED"], [95, 5])[0],
        )
        for i in range(5000)
    ]
    save("payments", ["payment_id", "member_id", "paid_on", "amount_gbp", "result"], pay)


def air(save: Save) -> None:
    d = random.Random(123)
    ap = [
        ("ZRH", "Zurich", "CH"),
        ("OSL", "Oslo", "NO"),
        ("LIS", "Lisbon", "PT"),
        ("ATH", "Athens", "GR"),
        ("DUB", "Dublin", "IE"),
    ]
    save("airports", ["code", "city", "country"], ap)
    pl = [
        (
            f"HB-{c}{i}",
            d.choice(["A220", "E190", "A320"]),
            d.choice([112, 128, 174]),
            date(2008, 1, 1) + timedelta(days=d.randrange(5000)),
        )
        for i, c in enumerate("ABCDEFGHIJKLMNOP")
    ]
    save("aircraft", ["tail_no", "model", "seats", "delivered_on"], pl)
    fl = []
    for i in range(3000):
        a, b = d.sample(ap, 2)
        dep = datetime(2023, 1, 1, 5) + timedelta(minutes=d.randrange(730 * 1440))
        st = d.choices(["OP", "CX", "DV"], [94, 5, 1])[0]
        fl.append(
            (
                i + 1,
                f"XK{d.randrange(100, 160)}",
                a[0],
                b[0],
                d.choice(pl)[0],
                dep,
                d.choices([0, 0, 5, 12, 25, 48, 95], [5, 5, 3, 3, 2, 1, 1])[0] if st == "OP" else None,
                st,
                d.randrange(40, 170) if st == "OP" else None,
                d.choice(["weather", "crew", "technical"]) if st == "CX" else None,
            )
        )
    save(
        "flights",
        [
            "flight_id",
            "flight_no",
            "origin",
            "destination",
            "tail_no",
            "departs_at",
            "delay_min",
            "status",
            "passengers",
            "cancel_reason",
        ],
        fl,
    )
    cm = [
        (
            i + 1,
            d.choice(fl)[0],
            d.choice(["baggage", "delay", "service"]),
            date(2023, 1, 15) + timedelta(days=d.randrange(715)),
            d.choice([True, False]),
            round(d.uniform(50, 600), 2) if d.random() < 0.5 else None,
        )
        for i in range(1200)
    ]
    save("complaints", ["complaint_id", "flight_id", "topic", "received_on", "resolved", "payout_eur"], cm)
    mt = [
        (
            i + 1,
            d.choice(pl[:14])[0],
            date(2023, 1, 1) + timedelta(days=d.randrange(730)),
            d.choice(["A", "B", "C"]),
            round(d.uniform(4, 120), 1),
            round(d.uniform(1500, 90000), 2),
        )
        for i in range(260)
    ]
    save("checks", ["check_id", "tail_no", "check_date", "check_type", "hours", "cost_eur"], mt)


SCHEMAS = {"hotel": hotel, "farm": farm, "cinema": cinema, "people": people, "gym": gym, "air": air}


def write_tables(folder: Path, schema: str) -> None:
    """Write the tables of a schema as CSV files into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)

    def save(table: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(["" if cell is None else cell for cell in row] for row in rows)

    SCHEMAS[schema](save)


if __name__ == "__main__":
    for name in SCHEMAS:
        write_tables(Path(sys.argv[1]) / name, name)
