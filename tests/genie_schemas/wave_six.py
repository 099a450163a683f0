"""The tables of the sixth wave: insurance, bikes for hire, software by subscription, a factory."""

from datetime import date, datetime

from tests.genie_schemas.generating import Maker, code, count, each


def insurance() -> Maker:
    m = Maker(601)
    m.table(
        "customers",
        400,
        customer_id=count(),
        last_name=code("Holder{}"),
        birth_date=m.day(date(1945, 1, 1), 21000),
        region=["North", "South", "Coast", "Lakes"],
        segment_cd=m.weighted(R=7, B=2, P=1),
    )
    m.table(
        "policies",
        900,
        policy_no=code("P{:05d}"),
        customer_id=m.of("customers", "customer_id", 0.9),
        product_cd=m.weighted(MOT=5, HOM=3, TRV=1, LIF=1),
        start_date=m.day(date(2021, 1, 1), 1400),
        end_date=m.later("start_date", 60, 700, missing=0.7),
        annual_premium_eur=m.number(90, 2400),
        channel=["broker", "online", "branch"],
    )
    m.table(
        "adjusters",
        8,
        adjuster_id=count(),
        adjuster_name=each(
            "Berta Vogt", "Carl Ames", "Dora Lutz", "Emil Frey", "Fay Kern", "Gus Reed", "Hana Roos", "Ivo Bach"
        ),
        team=each("Property", "Vehicles"),
    )
    m.table(
        "claims",
        1600,
        claim_id=count(1000),
        policy_no=m.of("policies", "policy_no", 0.85),
        adjuster_id=m.of("adjusters", "adjuster_id"),
        incident_date=m.day(date(2022, 1, 1), 1060),
        reported_on=m.later("incident_date", 0, 30),
        settled_on=m.later("reported_on", 2, 120, missing=0.25),
        cause=["water", "fire", "theft", "collision", "storm"],
        claimed_eur=m.number(100, 9000),
        paid_eur=lambda row, n: (
            None if row["settled_on"] is None else round(row["claimed_eur"] * m.random.uniform(0, 1), 2)
        ),
        status_cd=lambda row, n: "O" if row["settled_on"] is None else m.random.choices(["P", "R"], [4, 1])[0],
    )
    return m


def bikes() -> Maker:
    m = Maker(602)
    m.table(
        "stations",
        24,
        station_id=count(),
        station_name=each(
            *[
                f"{a} {b}"
                for a in ("Mill", "Park", "King", "River", "Dock", "Abbey")
                for b in ("Square", "Gate", "Lane", "Bridge")
            ]
        ),
        district=["Old Town", "Harbour", "Hillside"],
        docks=[12, 16, 20, 24, 30],
        opened_on=m.day(date(2018, 3, 1), 1800),
    )
    m.table(
        "bikes",
        150,
        bike_id=code("B{:04d}"),
        kind=m.weighted(C=6, E=3, K=1),
        bought_on=m.day(date(2019, 1, 1), 1700),
        retired_on=m.later("bought_on", 300, 900, missing=0.8),
    )
    m.table(
        "riders",
        500,
        rider_id=count(),
        tariff=["casual", "monthly", "annual"],
        birth_year=m.whole(1955, 2006),
        signed_up_on=m.day(date(2020, 1, 1), 1700),
    )
    m.table(
        "trips",
        9000,
        trip_id=count(),
        bike_id=m.of("bikes", "bike_id", 0.93),
        rider_id=m.of("riders", "rider_id", 0.9),
        start_station_id=m.of("stations", "station_id"),
        end_station_id=m.of("stations", "station_id"),
        started_at=m.moment(datetime(2023, 1, 1), 730),
        ended_at=m.later("started_at", 3, 95, missing=0.02),
        distance_km=m.number(0.4, 14, 1),
        fare_eur=m.number(0, 9),
    )
    m.table(
        "repairs",
        700,
        repair_id=count(),
        bike_id=m.of("bikes", "bike_id", 0.9),
        reported_on=m.day(date(2023, 1, 1), 725),
        fixed_on=m.later("reported_on", 0, 20, missing=0.1),
        part=["brake", "chain", "tyre", "light", "battery"],
        cost_eur=m.number(4, 180),
    )
    return m


def subscriptions() -> Maker:
    m = Maker(603)
    m.table(
        "accounts",
        260,
        account_id=count(),
        company=code("Company {:03d} Ltd"),
        country=["DE", "FR", "US", "IN", "SE"],
        industry=["retail", "banking", "media", "logistics"],
        plan_cd=m.weighted(FR=4, ST=4, PR=2),
        created_on=m.day(date(2021, 6, 1), 1250),
        churned_on=m.later("created_on", 60, 700, missing=0.8),
    )
    m.table(
        "users",
        1500,
        user_id=count(),
        account_id=m.of("accounts", "account_id", 0.95),
        role=m.weighted(admin=1, editor=4, viewer=6),
        invited_on=m.day(date(2022, 1, 1), 1000),
        is_active=m.chance(0.75),
    )
    m.table(
        "invoices",
        2600,
        invoice_no=code("INV-{:05d}"),
        account_id=m.of("accounts", "account_id", 0.8),
        issued_on=m.day(date(2023, 1, 1), 720),
        due_on=m.later("issued_on", 30, 30),
        paid_on=m.later("issued_on", 1, 70, missing=0.12),
        amount_usd=m.number(40, 3200),
    )
    m.table(
        "events",
        12000,
        event_id=count(),
        user_id=m.of("users", "user_id", 0.9),
        event_type=m.weighted(login=6, export=2, share=2, api_call=3),
        occurred_at=m.moment(datetime(2024, 1, 1), 366),
        device=["web", "ios", "android"],
    )
    return m


def factory() -> Maker:
    m = Maker(604)
    m.table(
        "machines",
        14,
        machine_id=code("M{:02d}"),
        line=["A", "B", "C"],
        maker=["Arburg", "Engel", "Haitian"],
        installed_on=m.day(date(2009, 1, 1), 4800),
        rated_per_hour=[80, 100, 120, 150],
    )
    m.table(
        "products",
        12,
        sku=code("SKU-{:03d}"),
        product_name=each(
            "Lid 40", "Lid 60", "Cup S", "Cup L", "Tray", "Crate", "Hook", "Clip", "Knob", "Bracket", "Hinge", "Cap"
        ),
        family=["packaging", "fittings", "automotive"],
        unit_cost_eur=m.number(0.05, 3.2),
    )
    m.table(
        "runs",
        2400,
        run_id=count(),
        machine_id=m.of("machines", "machine_id", 0.95),
        sku=m.of("products", "sku", 0.95),
        shift=["E", "L", "N"],
        started_at=m.moment(datetime(2023, 1, 1), 728),
        ended_at=m.later("started_at", 60, 470),
        produced=m.whole(120, 1100),
        scrapped=m.whole(0, 60),
    )
    m.table(
        "stops",
        1800,
        stop_id=count(),
        machine_id=m.of("machines", "machine_id", 0.95),
        stopped_at=m.moment(datetime(2023, 1, 1), 728),
        minutes=m.whole(2, 240),
        reason_cd=m.weighted(MAT=3, TOOL=4, ELEC=2, SETUP=5, NOP=1),
        technician=["Ada", "Bruno", "Cem", None],
    )
    m.table(
        "inspections",
        1100,
        inspection_id=count(),
        run_id=m.of("runs", "run_id"),
        inspected_on=m.day(date(2023, 1, 5), 724),
        result=m.weighted(pass_=8, fail=1, rework=1),
        defects=m.whole(0, 9),
    )
    for row in m.tables["inspections"]:
        row["result"] = row["result"].rstrip("_")
    return m


SCHEMAS = {"insurance": insurance, "bikes": bikes, "subscriptions": subscriptions, "factory": factory}
