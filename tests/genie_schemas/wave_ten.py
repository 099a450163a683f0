"""The tables of the tenth wave: a vet's practice, car parks, a postal service."""

from datetime import date, datetime

from tests.genie_schemas.generating import Maker, code, count, each


def vet() -> Maker:
    m = Maker(1001)
    m.table(
        "owners",
        260,
        owner_id=count(),
        last_name=code("Keeper{:03d}"),
        town=["Thun", "Spiez", "Wimmis"],
        registered_on=m.day(date(2017, 1, 1), 2800),
        phone=lambda row, n: None if m.random.random() < 0.12 else f"079 {n:06d}",
    )
    m.table(
        "animals",
        420,
        animal_id=count(),
        animal_name=code("Pet {:03d}"),
        owner_id=m.of("owners", "owner_id", 0.93),
        species_cd=m.weighted(D=5, C=5, R=1, B=1),
        sex=["m", "f"],
        born_on=m.day(date(2008, 1, 1), 5800),
        weight_kg=m.number(0.2, 58, 1),
        neutered=m.chance(0.55),
        died_on=lambda row, n: date(2024, 1 + n % 12, 9) if n % 11 == 0 else None,
    )
    m.table(
        "vets",
        6,
        vet_id=count(),
        vet_name=each("Dr Amsler", "Dr Brun", "Dr Cattin", "Dr Dubach", "Dr Egli", "Dr Frei"),
        specialty=["surgery", "dentistry", "general"],
    )
    m.table(
        "consultations",
        3600,
        consultation_id=count(),
        animal_id=m.of("animals", "animal_id", 0.94),
        vet_id=m.of("vets", "vet_id"),
        held_at=m.moment(datetime(2022, 1, 3, 8), 1085),
        reason_cd=m.weighted(VAC=4, CHK=3, INJ=2, SUR=1),
        minutes=m.whole(8, 95),
        fee_chf=m.number(35, 690),
        emergency=m.chance(0.09),
        follow_up_on=m.later("held_at", 5000, 50000, missing=0.7),
    )
    m.table(
        "medications",
        2100,
        medication_id=count(),
        consultation_id=m.of("consultations", "consultation_id"),
        drug=["Amoxivet", "Metacam", "Frontline", "Milbemax", "Rabisin"],
        quantity=m.whole(1, 6),
        price_chf=m.number(4, 120),
    )
    return m


def parking() -> Maker:
    m = Maker(1002)
    m.table(
        "garages",
        14,
        garage_id=count(),
        garage_name=each(
            "Opera",
            "Bahnhof",
            "Zoo",
            "Stadium",
            "Harbour",
            "Museum",
            "Old Mill",
            "Theatre",
            "Campus",
            "Arena",
            "Palace",
            "Bridge",
            "Forum",
            "Gallery",
        ),
        zone=[1, 2, 3],
        spaces=[80, 120, 200, 350],
        covered=m.chance(0.6),
        opened_on=m.day(date(2001, 1, 1), 7000),
    )
    m.table(
        "permits",
        380,
        permit_no=code("PM{:04d}"),
        garage_id=m.of("garages", "garage_id", 0.93),
        holder_type=m.weighted(RES=5, COM=3, DIS=1),
        valid_from=m.day(date(2021, 1, 1), 1300),
        valid_to=m.later("valid_from", 90, 730, missing=0.35),
        monthly_price_eur=[0, 45, 80, 120],
    )
    m.table(
        "stays",
        9000,
        stay_id=count(),
        garage_id=m.of("garages", "garage_id", 0.95),
        entered_at=m.moment(datetime(2024, 1, 1), 364),
        left_at=m.later("entered_at", 10, 900, missing=0.015),
        paid_eur=lambda row, n: None if m.random.random() < 0.05 else round(m.random.uniform(1, 38), 2),
        payment=m.weighted(CARD=6, CASH=2, APP=4),
        plate_country=["AT", "DE", "SI", "IT"],
    )
    m.table(
        "fines",
        640,
        fine_id=count(),
        garage_id=m.of("garages", "garage_id"),
        issued_on=m.day(date(2023, 1, 1), 730),
        offence=m.weighted(OVR=5, NOT=4, BLK=1),
        amount_eur=[25, 40, 90],
        paid_on=m.later("issued_on", 1, 90, missing=0.35),
        warden=["Pichler", "Huber", "Moser", None],
    )
    return m


def post() -> Maker:
    m = Maker(1003)
    m.table(
        "depots",
        7,
        depot_id=count(),
        depot_name=each("Nord", "Sued", "Ost", "West", "Mitte", "Hafen", "Flughafen"),
        region=["Bavaria", "Saxony", "Hesse"],
    )
    m.table(
        "customers",
        340,
        customer_no=code("K{:05d}"),
        customer_name=code("Shop {:03d}"),
        segment=m.weighted(SME=6, KEY=1, PRV=4),
        contract_start=m.day(date(2018, 1, 1), 2300),
        contract_end=m.later("contract_start", 200, 900, missing=0.8),
    )
    m.table(
        "routes",
        40,
        route_id=count(),
        depot_id=m.of("depots", "depot_id"),
        driver=["Anton", "Bela", "Cora", "Dirk", "Edda"],
        length_km=m.number(8, 96, 1),
        vehicle=["van", "bike", "truck"],
    )
    m.table(
        "parcels",
        9500,
        parcel_id=count(),
        customer_no=m.of("customers", "customer_no", 0.94),
        route_id=m.of("routes", "route_id", 0.95),
        handed_in_on=m.day(date(2023, 1, 1), 725),
        delivered_on=m.later("handed_in_on", 1, 9, missing=0.04),
        weight_kg=m.number(0.1, 31, 1),
        service=m.weighted(STD=6, EXP=3, SAM=1),
        outcome=lambda row, n: (
            "LOST" if row["delivered_on"] is None else m.random.choices(["OK", "DMG", "NBR"], [90, 3, 7])[0]
        ),
        postage_eur=m.number(3, 42),
    )
    m.table(
        "claims",
        520,
        claim_id=count(),
        parcel_id=m.of("parcels", "parcel_id"),
        filed_on=m.day(date(2023, 1, 8), 720),
        approved=lambda row, n: None if m.random.random() < 0.1 else m.random.random() < 0.6,
        paid_eur=lambda row, n: round(m.random.uniform(5, 400), 2) if row["approved"] else None,
    )
    return m


SCHEMAS = {"vet": vet, "parking": parking, "post": post}
