"""Writes the CSV files of the three schemas (clinic, helpdesk, energy): seeded, so that they always come out the same.

    python tests/genie_schemas/generate.py

The questions and spaces beside them were fixed before the SQL writer had any rule; do not regenerate with another seed.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent


def save(schema: str, table: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    folder = HERE / schema / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


def day(dice: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=dice.randrange((last - first).days + 1))


FIRST = ["Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karla", "Leo"]
LAST = ["Amsler", "Brunner", "Caduff", "Dietrich", "Egger", "Furrer", "Gerber", "Huber", "Iten", "Jenny", "Keller"]


def names(dice: random.Random, count: int) -> list[str]:
    return dice.sample([f"{first} {last}" for first in FIRST for last in LAST], count)


def clinic() -> None:
    dice = random.Random(11)
    towns, weights = ["Olten", "Aarau", "Solothurn", "Zofingen", "Baden"], [8, 6, 5, 2, 4]
    patients = [
        (
            1000 + n, day(dice, date(1935, 1, 1), date(2018, 12, 31)), dice.choice("FFMM" if n % 40 else "X"),
            dice.choices(towns, weights)[0], dice.choice(["Helvita", "Sanaplus", "Medicura"]),
            day(dice, date(2021, 1, 1), date(2024, 12, 20)),
        )
        for n in range(420)
    ]  # fmt: skip
    save("clinic", "patients", ["patient_id", "birth_date", "sex", "town", "insurer", "registered_on"], patients)
    specialties = ["Cardiology", "Dermatology", "General Practice", "Orthopaedics", "Paediatrics"]
    clinicians = [
        (n + 1, name, specialties[n % 5], day(dice, date(2010, 1, 1), date(2023, 6, 30)), str(n % 3 == 0).lower())
        for n, name in enumerate(names(dice, 18))
    ]
    save("clinic", "clinicians", ["clinician_id", "full_name", "specialty", "hired_on", "part_time"], clinicians)
    visits = []
    for n in range(4200):
        patient, clinician = patients[int(dice.random() ** 1.4 * 395)], clinicians[int(dice.random() ** 1.3 * 18)]
        status = dice.choices(["done", "cancelled", "no_show"], [82, 10, 8 if clinician[2] != "Dermatology" else 15])[0]
        kind = dice.choices("NFE", [25, 60, 15])[0]
        minutes = dice.choice([10, 15, 20, 30, 40, 45, 50, 60, 75]) if status == "done" else None
        fee = round(dice.uniform(45, 90) + (minutes or 0) * 1.9 + (40 if kind == "E" else 0), 2)
        visits.append(
            (
                50000 + n, patient[0], clinician[0], day(dice, date(2023, 1, 1), date(2024, 12, 31)),
                kind, status, minutes, fee if status == "done" else None,
            )
        )  # fmt: skip
    header = ["visit_id", "patient_id", "clinician_id", "visit_date", "kind", "status", "duration_min", "fee_eur"]
    save("clinic", "visits", header, visits)
    drugs = ["Amoxicillin", "Ibuprofen", "Metformin", "Bisoprolol", "Cetirizine", "Salbutamol", "Omeprazole"]
    done = [visit for visit in visits if visit[5] == "done"]
    rows = [
        (
            900 + n, dice.choice(done)[0], dice.choices(drugs, [9, 12, 6, 5, 7, 3, 8])[0],
            dice.choice([5, 7, 10, 14, 30, 90]), round(dice.uniform(6, 80), 2),
        )
        for n in range(2100)
    ]  # fmt: skip
    save("clinic", "prescriptions", ["rx_id", "visit_id", "drug", "days_supply", "cost_eur"], rows)


def helpdesk() -> None:
    dice = random.Random(22)
    teams = [
        (1, "Billing Desk", "Lisbon"),
        (2, "Platform", "Kraków"),
        (3, "Onboarding", "Lisbon"),
        (4, "Devices", "Cork"),
    ]
    save("helpdesk", "teams", ["team_id", "team_name", "location"], teams)
    agents = [
        (n + 1, name, n % 4 + 1, str(n % 4 == 1 or n == 6).lower(), day(dice, date(2016, 1, 1), date(2024, 5, 1)))
        for n, name in enumerate(names(dice, 22))
    ]
    save("helpdesk", "agents", ["agent_id", "agent_name", "team_id", "senior", "start_dt"], agents)
    stems = ["Arbor", "Borealis", "Cinder", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper"]
    kinds = ["Logistics", "Foods", "Systems", "Retail", "Labs", "Travel"]
    accounts = [
        (
            200 + n, f"{stems[n // 6]} {kinds[n % 6]}", dice.choices(["ENT", "PRO", "FREE"], [3, 4, 5])[0],
            dice.choices(["DE", "FR", "PL", "PT", "IE"], [4, 3, 3, 2, 2])[0],
        )
        for n in range(60)
    ]  # fmt: skip
    save("helpdesk", "accounts", ["account_id", "account_name", "tier", "country"], accounts)
    tickets, logs = [], []
    for n in range(3600):
        opened = datetime(2023, 1, 1) + timedelta(minutes=dice.randrange(2 * 365 * 24 * 60))
        priority = dice.choices([1, 2, 3, 4], [1, 3, 6, 3])[0]
        state = dice.choices("OPRC", [6, 5, 14, 75])[0]
        took = timedelta(minutes=int(dice.expovariate(1 / (500 * priority))) + 12)
        closed = opened + took if state in "RC" else None
        agent = None if state == "O" and dice.random() < 0.5 else agents[int(dice.random() ** 1.2 * 22)]
        tickets.append(
            (
                70000 + n, opened, closed, priority, state,
                dice.choices(["email", "phone", "chat", "portal"], [5, 3, 4, 2])[0],
                agent and agent[0], accounts[int(dice.random() ** 1.5 * 60)][0],
                dice.choices(["billing", "access", "hardware", "bug", "how-to"], [4, 5, 2, 4, 3])[0],
                str(closed is not None and dice.random() < 0.09).lower(),
                ("Y" if took > timedelta(hours=24) else "N") if closed else None,
                dice.choices([1, 2, 3, 4, 5], [1, 1, 2, 4, 5])[0] if closed and dice.random() < 0.6 else None,
            )
        )  # fmt: skip
        if agent:
            for _ in range(dice.choice([0, 1, 1, 2])):
                worker = agent if dice.random() < 0.8 else dice.choice(agents[:21])
                logged = (opened + timedelta(hours=dice.randrange(1, 72))).date()
                if not (worker[0] in (4, 9, 17) and logged >= date(2024, 12, 1)):
                    logs.append((70000 + n, worker[0], dice.choice([5, 10, 15, 20, 30, 45, 60, 90]), logged))
    header = [
        "ticket_no", "opened_at", "closed_at", "priority", "st", "channel", "agent_id", "account_id", "category",
        "reopened", "sla_breached", "csat",
    ]  # fmt: skip
    save("helpdesk", "tickets", header, tickets)
    header = ["log_id", "ticket_no", "agent_id", "minutes", "logged_on"]
    save("helpdesk", "worklogs", header, [(n + 1, *log) for n, log in enumerate(logs)])


def energy() -> None:
    dice = random.Random(33)
    zones = ["North", "South", "Harbour", "Hill"]
    premises = [
        (f"P{n:04d}", dice.choices(zones, [4, 5, 2, 3])[0], dice.choices("RCI", [7, 3, 1])[0], dice.randrange(45, 420))
        for n in range(1, 91)
    ]
    save("energy", "premises", ["premise_id", "zone", "usage_cd", "floor_area_m2"], premises)
    meters = []
    for n in range(120):
        premise = premises[n] if n < 90 else dice.choice(premises)
        installed = day(dice, date(2009, 1, 1), date(2022, 12, 1))
        removed = day(dice, date(2023, 2, 1), date(2024, 11, 30)) if dice.random() < 0.18 else None
        kind = "E" if n < 80 else dice.choices("EGW", [3, 4, 2])[0]
        meters.append((f"M-{n + 301}", premise[0], kind, installed, removed))
    save("energy", "meters", ["meter_no", "premise_id", "kind_cd", "installed_on", "removed_on"], meters)
    size = {premise[0]: {"R": 80, "C": 260, "I": 1900}[premise[2]] for premise in premises}
    readings = []
    for meter in meters:
        for week in range(105):
            when = date(2023, 1, 1) + timedelta(days=7 * week)
            if (meter[4] and when >= meter[4]) or dice.random() < 0.03:
                continue
            winter = 1.35 if when.month in (11, 12, 1, 2) else 0.9
            amount = round(size[meter[1]] * winter * dice.uniform(0.6, 1.4), 1)
            readings.append(
                (meter[0], when, amount, round(amount / dice.uniform(35, 60), 2), dice.choices("AE", [88, 12])[0])
            )
    header = ["reading_id", "meter_no", "read_date", "kwh", "peak_kw", "quality_flag"]
    save("energy", "readings", header, [(n + 1, *reading) for n, reading in enumerate(readings)])
    tariffs = [
        ("T1", "Basic", 31.4, 96.0), ("T2", "Night Saver", 27.9, 120.0), ("T3", "Green Plus", 33.8, 108.0),
        ("T4", "Industry Flex", 22.6, 480.0), ("T5", "Legacy Dual", 29.5, 84.0), ("T6", "Pilot Solar", 25.2, 60.0),
    ]  # fmt: skip
    save("energy", "tariffs", ["tariff_code", "tariff_name", "price_ct_kwh", "standing_charge_eur"], tariffs)
    contracts = []
    for premise in premises:
        start = day(dice, date(2019, 1, 1), date(2022, 12, 31))
        for _ in range(dice.choice([0, 1, 1, 1, 2, 3])):
            ended = start + timedelta(days=dice.randrange(200, 700)) if dice.random() < 0.45 else None
            tariff = "T4" if premise[2] == "I" else dice.choices(["T1", "T2", "T3", "T5"], [5, 3, 3, 1])[0]
            contracts.append((8000 + len(contracts), premise[0], tariff, start, ended))
            if ended is None:
                break
            start = ended + timedelta(days=1)
    header = ["contract_id", "premise_id", "tariff_code", "start_date", "end_date"]
    save("energy", "contracts", header, contracts)
    causes = ["storm", "equipment", "digging", "planned"]
    outages = [
        (
            n + 1, dice.choice(zones), datetime(2023, 1, 1) + timedelta(minutes=dice.randrange(730 * 24 * 60)),
            dice.randrange(7, 400) + n, dice.choices(causes, [3, 4, 2, 2])[0],
        )
        for n in range(140)
    ]  # fmt: skip
    save("energy", "outages", ["outage_id", "zone", "started_at", "minutes_lost", "cause"], outages)


if __name__ == "__main__":
    clinic()
    helpdesk()
    energy()
