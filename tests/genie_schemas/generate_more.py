"""Writes the CSV files of the two later schemas (campus, freight), made after the first three had been looked at.

    python tests/genie_schemas/generate_more.py

Seeded, like generate.py: their questions measure what the rules learnt from the first three, on schemas not seen.
"""

import random
from datetime import date, datetime, timedelta

from generate import FIRST, LAST, day, names, save


def campus() -> None:
    dice = random.Random(44)
    departments = [
        ("PHY", "Physics", "Science"),
        ("HIS", "History", "Arts"),
        ("CSC", "Computer Science", "Science"),
        ("ECO", "Economics", "Social Sciences"),
    ]
    save("campus", "departments", ["dept_code", "dept_name", "faculty"], departments)
    lecturers = [
        (
            f"L{n:02d}",
            name,
            dice.choice(departments)[0],
            dice.choice(["prof", "assoc", "assist"]),
            str(n % 5 == 0).lower(),
        )
        for n, name in enumerate(names(dice, 24), 1)
    ]
    save("campus", "lecturers", ["lecturer_id", "lecturer_name", "dept_code", "rank_cd", "on_leave"], lecturers)
    topics = [
        "Mechanics",
        "Optics",
        "Antiquity",
        "Revolutions",
        "Algorithms",
        "Databases",
        "Markets",
        "Money",
        "Statistics",
        "Logic",
    ]
    courses = [
        (
            f"C{n:03d}",
            f"{dice.choice(['Intro to', 'Advanced', 'Applied'])} {dice.choice(topics)} {n}",
            dice.choice(lecturers)[0],
            dice.choice([3, 4, 6, 9]),
            dice.choice(["U", "G"]),
        )
        for n in range(1, 61)
    ]
    save("campus", "courses", ["course_id", "title", "lecturer_id", "credits", "lvl"], courses)
    students = [
        (
            5000 + n, dice.choice(FIRST), dice.choice(LAST), day(dice, date(1996, 1, 1), date(2006, 12, 31)),
            dice.choices(["CH", "DE", "IT", "FR", "IN"], [6, 4, 2, 2, 3])[0], dice.choice(departments)[0],
            day(dice, date(2020, 8, 1), date(2024, 9, 15)), dice.choices(["E", "G", "W", "L"], [60, 25, 9, 6])[0],
        )
        for n in range(900)
    ]  # fmt: skip
    header = [
        "student_no",
        "first_name",
        "last_name",
        "date_of_birth",
        "nationality",
        "dept_code",
        "enrolled_on",
        "status_cd",
    ]
    save("campus", "students", header, students)
    enrolments = []
    for n in range(5200):
        passed = dice.random()
        grade = None if passed < 0.07 else round(min(6.0, max(1.0, dice.gauss(4.5, 0.9))) * 2) / 2
        enrolments.append(
            (n + 1, students[int(dice.random() ** 1.2 * 885)][0], courses[int(dice.random() ** 1.3 * 57)][0],
             dice.choice(["2023S", "2023A", "2024S", "2024A"]), grade, day(dice, date(2023, 1, 10), date(2024, 12, 20)))
        )  # fmt: skip
    save("campus", "enrolments", ["enrolment_id", "student_no", "course_id", "term", "grade", "exam_date"], enrolments)


def freight() -> None:
    dice = random.Random(55)
    depots = [
        (1, "Hamburg", "DE"),
        (2, "Rotterdam", "NL"),
        (3, "Antwerp", "BE"),
        (4, "Duisburg", "DE"),
        (5, "Le Havre", "FR"),
    ]
    save("freight", "depots", ["depot_id", "city", "country"], depots)
    trucks = [
        (
            f"TR-{n:03d}",
            dice.choice(["Volvo", "Scania", "MAN", "DAF"]),
            dice.choice(depots)[0],
            dice.choices("AWS", [16, 3, 2])[0],
            round(dice.uniform(7.5, 40), 1),
            dice.randrange(2012, 2024),
        )
        for n in range(1, 71)
    ]
    save("freight", "trucks", ["truck_no", "make", "home_depot_id", "st", "capacity_t", "model_year"], trucks)
    drivers = [
        (
            300 + n,
            name,
            day(dice, date(2008, 1, 1), date(2024, 4, 1)),
            dice.choice(["B", "C", "CE"]),
            None if dice.random() < 0.8 else day(dice, date(2023, 1, 1), date(2024, 11, 1)),
        )
        for n, name in enumerate(names(dice, 48))
    ]
    save("freight", "drivers", ["driver_id", "driver_name", "hired_on", "licence_class", "left_on"], drivers)
    clients = [
        (10 + n, f"{stem} {kind}", dice.choice(["auto", "chem", "food", "retail"]))
        for n, (stem, kind) in enumerate(
            (s, k) for s in ["Alto", "Brisk", "Corda", "Delfin", "Ergo", "Falk"] for k in ["AG", "BV", "GmbH", "SA"]
        )
    ]
    save("freight", "clients", ["client_id", "client_name", "industry"], clients)
    shipments = []
    for n in range(4200):
        loaded = datetime(2023, 1, 1) + timedelta(minutes=dice.randrange(2 * 365 * 24 * 60))
        state = dice.choices(["DLV", "TRN", "LST", "CAN"], [88, 5, 1, 6])[0]
        hours = dice.choice([6, 9, 14, 22, 30, 41, 55])
        shipments.append(
            (20000 + n, trucks[int(dice.random() * 66)][0], dice.choice(drivers[:45])[0], clients[int(dice.random() ** 1.4 * 23)][0],
             dice.choice(depots)[0], dice.choice(depots)[0], loaded, loaded + timedelta(hours=hours) if state == "DLV" else None,
             round(dice.uniform(0.5, 24), 2), dice.randrange(40, 1500), round(dice.uniform(180, 5200), 2), state, str(dice.random() < 0.12).lower())
        )  # fmt: skip
    header = ["shipment_id", "truck_no", "driver_id", "client_id", "origin_depot_id", "destination_depot_id", "loaded_at", "delivered_at",
              "weight_t", "distance_km", "price_eur", "status", "is_hazardous"]  # fmt: skip
    save("freight", "shipments", header, shipments)
    repairs = [
        (
            n + 1,
            dice.choice(trucks[:64])[0],
            day(dice, date(2023, 1, 1), date(2024, 12, 31)),
            dice.choice(["engine", "tyres", "brakes", "electrics"]),
            round(dice.uniform(80, 4200), 2),
            dice.randrange(1, 15),
        )
        for n in range(520)
    ]
    save("freight", "repairs", ["repair_id", "truck_no", "repair_date", "part", "cost_eur", "days_off_road"], repairs)


if __name__ == "__main__":
    campus()
    freight()
