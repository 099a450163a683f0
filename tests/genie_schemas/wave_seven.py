"""The tables of the seventh wave: food delivery, a bank, recruiting, letting agents."""

from datetime import date, datetime

from tests.genie_schemas.generating import Maker, code, count, each


def delivery() -> Maker:
    m = Maker(701)
    m.table(
        "restaurants",
        40,
        restaurant_id=count(),
        restaurant_name=each(
            *[
                f"{a} {b}"
                for a in ("Golden", "Little", "Royal", "Happy")
                for b in ("Wok", "Olive", "Curry", "Taco", "Bao", "Grill", "Noodle", "Fork", "Bistro", "Oven")
            ]
        ),
        cuisine=["italian", "indian", "chinese", "mexican", "burger"],
        city=["Lyon", "Nantes", "Lille"],
        joined_on=m.day(date(2020, 2, 1), 1500),
        commission_pct=[12, 15, 18, 20],
    )
    m.table(
        "couriers",
        60,
        courier_id=count(),
        full_name=code("Courier {:02d}"),
        vehicle_cd=m.weighted(BK=5, SC=3, CA=1),
        hired_on=m.day(date(2021, 1, 1), 1200),
        left_on=m.later("hired_on", 60, 500, missing=0.75),
    )
    m.table(
        "customers",
        900,
        customer_id=count(),
        city=["Lyon", "Nantes", "Lille"],
        registered_on=m.day(date(2021, 5, 1), 1250),
        newsletter=m.chance(0.4),
    )
    m.table(
        "orders",
        8000,
        order_id=count(),
        customer_id=m.of("customers", "customer_id", 0.92),
        restaurant_id=m.of("restaurants", "restaurant_id", 0.95),
        courier_id=m.of("couriers", "courier_id"),
        ordered_at=m.moment(datetime(2023, 1, 1), 730),
        status=m.weighted(DEL=90, CAN=7, REF=3),
        delivered_at=lambda row, n: None if row["status"] == "CAN" else m.later("ordered_at", 14, 85)(row, n),
        subtotal_eur=m.number(9, 84),
        delivery_fee_eur=[0.0, 1.9, 2.9, 3.9],
        tip_eur=lambda row, n: None if m.random.random() < 0.6 else round(m.random.uniform(0.5, 8), 2),
    )
    m.table(
        "ratings",
        3000,
        rating_id=count(),
        order_id=m.of("orders", "order_id"),
        food_score=m.whole(1, 5),
        courier_score=m.whole(1, 5),
        rated_on=m.day(date(2023, 1, 2), 735),
    )
    return m


def bank() -> Maker:
    m = Maker(702)
    m.table(
        "branches",
        9,
        branch_no=count(100),
        branch_name=each(
            "Central", "Airport", "Westgate", "Lakeside", "Uptown", "Market", "Campus", "Old Port", "Mill End"
        ),
        state=["Bern", "Vaud", "Uri"],
    )
    m.table(
        "clients",
        500,
        client_id=count(),
        client_name=code("Client {:03d}"),
        birth_date=m.day(date(1940, 1, 1), 23000),
        client_since=m.day(date(2005, 1, 1), 6900),
        risk_class=[1, 1, 2, 2, 3],
        advisor=["Meier", "Rossi", "Favre", None],
    )
    m.table(
        "accounts",
        900,
        account_no=code("A-{:05d}"),
        client_id=m.of("clients", "client_id", 0.94),
        branch_no=m.of("branches", "branch_no"),
        account_type=m.weighted(CUR=5, SAV=4, PEN=1),
        opened_on=m.day(date(2010, 1, 1), 5400),
        closed_on=m.later("opened_on", 200, 2000, missing=0.85),
        balance_chf=m.number(-900, 42000),
    )
    m.table(
        "transactions",
        12000,
        txn_id=count(),
        account_no=m.of("accounts", "account_no", 0.96),
        booked_on=m.day(date(2023, 1, 1), 730),
        direction=m.weighted(C=4, D=6),
        amount_chf=m.number(3, 2400),
        channel=m.weighted(ATM=2, MOB=5, WEB=3, CNT=1),
        category=["groceries", "rent", "salary", "travel", "insurance", None],
    )
    m.table(
        "loans",
        260,
        loan_id=count(),
        client_id=m.of("clients", "client_id"),
        granted_on=m.day(date(2018, 1, 1), 2500),
        principal_chf=m.number(4000, 420000),
        rate_pct=m.number(0.9, 7.4),
        term_months=[12, 24, 36, 60, 120],
        state_cd=m.weighted(RUN=6, PAID=3, DEF=1),
    )
    return m


def recruiting() -> Maker:
    m = Maker(703)
    m.table(
        "recruiters",
        7,
        recruiter_id=count(),
        name=each("Ana Silva", "Ben Koch", "Cho Park", "Dia Roy", "Eli Stone", "Flo Marsh", "Gil Ortiz"),
        office=["Porto", "Vienna"],
    )
    m.table(
        "jobs",
        160,
        job_id=count(),
        title=[
            f"{a} {b}" for a in ("Junior", "Senior", "Lead") for b in ("Engineer", "Designer", "Analyst", "Controller")
        ],
        department=["Engineering", "Design", "Finance", "Data"],
        seniority=[1, 2, 3],
        recruiter_id=m.of("recruiters", "recruiter_id"),
        posted_on=m.day(date(2022, 6, 1), 900),
        filled_on=m.later("posted_on", 20, 160, missing=0.35),
        remote=m.chance(0.45),
    )
    m.table(
        "candidates",
        1400,
        candidate_id=count(),
        candidate_name=code("Candidate {:04d}"),
        country=["PT", "AT", "DE", "BR", "IN"],
        years_experience=m.whole(0, 25),
        source=m.weighted(REF=2, LI=5, AG=2, WEB=3),
    )
    m.table(
        "applications",
        4200,
        application_id=count(),
        job_id=m.of("jobs", "job_id", 0.97),
        candidate_id=m.of("candidates", "candidate_id", 0.9),
        applied_on=m.day(date(2022, 7, 1), 900),
        stage=m.weighted(NEW=4, SCR=4, INT=3, OFF=1, HIR=1, REJ=7),
        expected_salary_eur=lambda row, n: None if m.random.random() < 0.3 else m.random.randrange(38000, 128000, 500),
    )
    m.table(
        "interviews",
        2300,
        interview_id=count(),
        application_id=m.of("applications", "application_id", 0.8),
        held_at=m.moment(datetime(2022, 8, 1, 8), 880),
        format=["phone", "video", "onsite"],
        score=lambda row, n: None if m.random.random() < 0.15 else m.random.randint(1, 10),
        no_show=m.chance(0.06),
    )
    return m


def letting() -> Maker:
    m = Maker(704)
    m.table("owners", 90, owner_id=count(), owner_name=code("Owner {:02d}"), kind=m.weighted(private=3, company=1))
    m.table(
        "flats",
        420,
        flat_id=code("FL{:04d}"),
        owner_id=m.of("owners", "owner_id", 0.93),
        neighbourhood=["Seefeld", "Wipkingen", "Oerlikon", "Enge"],
        rooms=[1.5, 2.5, 3.5, 4.5],
        area_m2=m.number(24, 160, 0),
        energy_class=["A", "B", "C", "D", "E"],
        lift=m.chance(0.6),
        built_year=m.whole(1905, 2021),
    )
    m.table(
        "leases",
        1100,
        lease_id=count(),
        flat_id=m.of("flats", "flat_id", 0.95),
        tenant_id=m.whole(1, 800),
        start_date=m.day(date(2019, 1, 1), 2100),
        end_date=m.later("start_date", 200, 1100, missing=0.45),
        rent_chf=m.number(850, 4900),
        deposit_chf=lambda row, n: None if m.random.random() < 0.2 else round(row["rent_chf"] * 3, 2),
    )
    m.table(
        "tenants",
        800,
        tenant_id=count(),
        surname=code("Tenant{}"),
        household_size=m.whole(1, 6),
        pets=m.weighted(Y=1, N=3),
    )
    m.table(
        "repairs",
        1300,
        repair_id=count(),
        flat_id=m.of("flats", "flat_id", 0.9),
        requested_on=m.day(date(2022, 1, 1), 1090),
        done_on=m.later("requested_on", 1, 60, missing=0.15),
        trade=m.weighted(PLB=4, ELE=3, PNT=2, LCK=1),
        urgency=["low", "medium", "high"],
        cost_chf=lambda row, n: None if row["done_on"] is None else round(m.random.uniform(60, 2600), 2),
    )
    return m


SCHEMAS = {"delivery": delivery, "bank": bank, "recruiting": recruiting, "letting": letting}
