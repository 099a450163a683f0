"""The tables of the eleventh wave: a laboratory, a museum, wind farms."""

from datetime import date, datetime

from tests.genie_schemas.generating import Maker, code, count, each


def laboratory() -> Maker:
    m = Maker(1101)
    m.table(
        "clinics",
        12,
        clinic_id=count(),
        clinic_name=each(
            "St Anna",
            "Bellevue",
            "Riverside",
            "Hillcrest",
            "Lakeside",
            "Central",
            "Northgate",
            "Parkview",
            "Sunrise",
            "Elmwood",
            "Harbour",
            "Valley",
        ),
        region=["East", "West", "North"],
    )
    m.table(
        "tests",
        16,
        test_code=code("T{:02d}"),
        test_name=each(
            "Glucose",
            "Ferritin",
            "TSH",
            "CRP",
            "Sodium",
            "Potassium",
            "Creatinine",
            "Bilirubin",
            "Albumin",
            "Calcium",
            "HDL",
            "LDL",
            "Vitamin D",
            "Vitamin B12",
            "Zinc",
            "PSA",
        ),
        department=["chemistry", "hormones", "vitamins"],
        price_usd=m.number(6, 95),
        target_hours=[4, 8, 24, 48],
    )
    m.table(
        "samples",
        3200,
        sample_id=code("S{:06d}"),
        clinic_id=m.of("clinics", "clinic_id", 0.95),
        sample_type=m.weighted(BL=7, UR=3, SW=1),
        taken_at=m.moment(datetime(2023, 1, 2, 6), 725),
        received_at=m.later("taken_at", 30, 2000, missing=0.03),
        rejected=m.chance(0.04),
        patient_sex=["F", "M"],
        patient_age=m.whole(1, 96),
    )
    m.table(
        "results",
        9500,
        result_id=count(),
        sample_id=m.of("samples", "sample_id", 0.94),
        test_code=m.of("tests", "test_code", 0.95),
        analyst=["Quinn", "Rossi", "Sato", "Tran"],
        reported_at=m.moment(datetime(2023, 1, 4), 726),
        flag=m.weighted(N=8, H=2, L=1),
        validated=m.chance(0.92),
        value=m.number(0.1, 300),
    )
    m.table(
        "analysers",
        9,
        analyser_id=count(),
        model=["Cobas", "Atellica", "Alinity"],
        bought_on=m.day(date(2014, 1, 1), 3300),
        last_service=lambda row, n: None if n % 4 == 3 else date(2024, 1 + n, 11),
    )
    return m


def museum() -> Maker:
    m = Maker(1102)
    m.table(
        "exhibitions",
        26,
        exhibition_id=count(),
        title=code("Exhibition {:02d}"),
        theme=["modern art", "archaeology", "design", "photography"],
        opened_on=m.day(date(2022, 1, 1), 980),
        closed_on=m.later("opened_on", 40, 300, missing=0.2),
        curator=["Adler", "Blum", "Conti", None],
        budget_gbp=m.number(8000, 240000),
    )
    m.table(
        "members",
        420,
        member_no=code("MB{:04d}"),
        level=m.weighted(IND=6, FAM=3, PAT=1),
        joined_on=m.day(date(2018, 1, 1), 2450),
        expires_on=m.later("joined_on", 365, 1400, missing=0.1),
        birth_year=m.whole(1936, 2006),
        city=["Leeds", "York", "Hull"],
    )
    m.table(
        "visits",
        9000,
        visit_id=count(),
        exhibition_id=m.of("exhibitions", "exhibition_id", 0.93),
        member_no=lambda row, n: None if m.random.random() < 0.6 else m.of("members", "member_no", 0.9)(row, n),
        visited_on=m.day(date(2023, 1, 2), 728),
        ticket_cd=m.weighted(AD=6, CH=2, ST=2, FR=1),
        price_gbp=m.number(0, 24),
        guided=m.chance(0.22),
        party_size=m.whole(1, 7),
    )
    m.table(
        "objects",
        900,
        object_no=code("OBJ-{:04d}"),
        object_name=code("Object {:04d}"),
        period=["bronze age", "roman", "medieval", "modern"],
        acquired_on=m.day(date(1950, 1, 1), 26000),
        on_display=m.chance(0.3),
        insured_value_gbp=lambda row, n: None if m.random.random() < 0.1 else round(m.random.uniform(200, 900000), 2),
        condition=m.weighted(G=6, F=3, P=1),
    )
    m.table(
        "loans",
        380,
        loan_id=count(),
        object_no=m.of("objects", "object_no", 0.6),
        borrower=["Tate", "Louvre", "Prado", "Uffizi"],
        sent_on=m.day(date(2020, 1, 1), 1750),
        returned_on=m.later("sent_on", 30, 420, missing=0.18),
        fee_gbp=m.number(0, 9000),
    )
    return m


def windfarm() -> Maker:
    m = Maker(1103)
    m.table(
        "sites",
        8,
        site_id=count(),
        site_name=each(
            "Blue Ridge",
            "Long Fell",
            "Gorse Hill",
            "North Bank",
            "Sandy Point",
            "High Moor",
            "Kestrel Down",
            "Black Law",
        ),
        county=["Kerry", "Mayo", "Clare"],
        offshore=each(False, False, False, True, True, False, False, False),
        commissioned_on=m.day(date(2006, 1, 1), 5000),
    )
    m.table(
        "turbines",
        96,
        turbine_id=code("WT{:03d}"),
        site_id=m.of("sites", "site_id", 0.9),
        maker=["Vestas", "Siemens", "Nordex"],
        rated_kw=[2000, 3000, 4200],
        hub_height_m=m.whole(70, 140),
        commissioned_on=m.day(date(2007, 1, 1), 5200),
        decommissioned_on=lambda row, n: date(2023, 5, 1) if n % 17 == 0 else None,
    )
    m.table(
        "production",
        9500,
        reading_id=count(),
        turbine_id=m.of("turbines", "turbine_id", 0.97),
        read_date=m.day(date(2023, 1, 1), 730),
        energy_mwh=m.number(0, 78),
        wind_speed_ms=m.number(1, 24, 1),
        availability_pct=m.number(60, 100, 1),
    )
    m.table(
        "faults",
        1100,
        fault_id=count(),
        turbine_id=m.of("turbines", "turbine_id", 0.9),
        started_at=m.moment(datetime(2023, 1, 1), 725),
        cleared_at=m.later("started_at", 20, 6000, missing=0.06),
        component=m.weighted(GBX=3, BLD=2, GEN=2, PIT=4),
        severity=[1, 2, 3],
        lost_mwh=lambda row, n: None if row["cleared_at"] is None else round(m.random.uniform(0, 160), 1),
    )
    m.table(
        "work_orders",
        760,
        order_no=code("WO{:05d}"),
        turbine_id=m.of("turbines", "turbine_id", 0.92),
        planned_on=m.day(date(2023, 1, 1), 720),
        done_on=m.later("planned_on", 0, 45, missing=0.2),
        crew=["Alpha", "Bravo", "Delta"],
        job=m.weighted(INS=5, REP=4, UPG=1),
        hours=m.number(1, 40, 1),
        cost_eur=m.number(150, 48000),
    )
    return m


SCHEMAS = {"laboratory": laboratory, "museum": museum, "windfarm": windfarm}
