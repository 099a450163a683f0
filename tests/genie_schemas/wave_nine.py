"""The tables of the ninth wave: advertising, cars for hire, projects of a consultancy, a football league."""

from datetime import date, datetime

from tests.genie_schemas.generating import Maker, code, count, each


def advertising() -> Maker:
    m = Maker(901)
    m.table(
        "advertisers",
        22,
        advertiser_id=count(),
        advertiser_name=code("Brand {:02d}"),
        industry=["fashion", "travel", "food", "finance"],
        account_manager=["Lee", "Novak", "Osei"],
    )
    m.table(
        "campaigns",
        90,
        campaign_id=count(),
        advertiser_id=m.of("advertisers", "advertiser_id", 0.9),
        campaign_name=code("Campaign {:03d}"),
        objective=m.weighted(AWR=3, TRF=4, CNV=3),
        start_date=m.day(date(2023, 1, 1), 600),
        end_date=m.later("start_date", 14, 120, missing=0.2),
        budget_eur=m.number(1000, 60000),
    )
    m.table(
        "ads",
        320,
        ad_id=count(),
        campaign_id=m.of("campaigns", "campaign_id", 0.95),
        ad_format=["video", "banner", "story"],
        platform=m.weighted(SRC=4, SOC=5, DSP=3),
        approved=m.chance(0.9),
    )
    m.table(
        "daily_stats",
        9000,
        stat_id=count(),
        ad_id=m.of("ads", "ad_id", 0.95),
        stat_date=m.day(date(2023, 1, 1), 730),
        impressions=m.whole(100, 9000),
        clicks=m.whole(0, 240),
        conversions=m.whole(0, 14),
        spend_eur=m.number(1, 260),
    )
    return m


def carhire() -> Maker:
    m = Maker(902)
    m.table(
        "stations",
        8,
        station_code=each("OSL", "BGO", "TRD", "SVG", "TOS", "BOO", "AES", "KRS"),
        station_name=each(
            "Oslo Airport", "Bergen City", "Trondheim", "Stavanger", "Tromso", "Bodo", "Alesund", "Kristiansand"
        ),
        airport=each(True, False, False, True, True, False, False, True),
    )
    m.table(
        "cars",
        160,
        plate=code("CR{:05d}"),
        model=["Golf", "Polo", "Model 3", "Octavia", "Sprinter"],
        car_class=m.weighted(ECO=5, COM=4, LUX=1, VAN=2),
        fuel=["petrol", "diesel", "electric"],
        bought_on=m.day(date(2018, 1, 1), 2100),
        home_station=m.of("stations", "station_code"),
        mileage_km=m.whole(500, 190000),
        sold_on=m.later("bought_on", 400, 900, missing=0.8),
    )
    m.table(
        "drivers",
        600,
        driver_id=count(),
        driver_name=code("Driver {:03d}"),
        nationality=["NO", "SE", "DE", "GB"],
        licence_since=m.whole(1975, 2022),
        member_level=m.weighted(none=5, silver=2, gold=1),
    )
    m.table(
        "rentals",
        4500,
        rental_id=count(),
        plate=m.of("cars", "plate", 0.95),
        driver_id=m.of("drivers", "driver_id", 0.92),
        pickup_station=m.of("stations", "station_code"),
        picked_up_at=m.moment(datetime(2023, 1, 1), 720),
        returned_at=m.later("picked_up_at", 300, 14000, missing=0.02),
        km_driven=lambda row, n: None if row["returned_at"] is None else m.random.randint(5, 1500),
        total_nok=m.number(300, 14000),
        state=m.weighted(OK=92, CAN=5, ACC=3),
        extra_insurance=m.chance(0.35),
    )
    m.table(
        "damages",
        420,
        damage_id=count(),
        rental_id=m.of("rentals", "rental_id"),
        reported_on=m.day(date(2023, 1, 10), 715),
        kind=["scratch", "dent", "glass", "tyre"],
        repair_nok=lambda row, n: None if m.random.random() < 0.15 else round(m.random.uniform(400, 22000), 2),
        at_fault=m.weighted(Y=3, N=1),
    )
    return m


def consulting() -> Maker:
    m = Maker(903)
    m.table(
        "clients",
        30,
        client_id=count(),
        client_name=code("Client {:02d} AG"),
        sector=["energy", "pharma", "public", "retail"],
    )
    m.table(
        "projects",
        110,
        project_code=code("PRJ-{:03d}"),
        client_id=m.of("clients", "client_id", 0.9),
        project_name=code("Project {:03d}"),
        status=m.weighted(A=4, C=5, H=1),
        billing=m.weighted(TM=3, FP=2),
        started_on=m.day(date(2022, 1, 1), 900),
        completed_on=lambda row, n: m.later("started_on", 40, 300)(row, n) if row["status"] == "C" else None,
        budget_hours=m.whole(100, 3000),
    )
    m.table(
        "consultants",
        48,
        consultant_id=count(),
        full_name=code("Consultant {:02d}"),
        grade=m.weighted(J=3, S=4, M=2, P=1),
        office=["Basel", "Graz", "Ulm"],
        hourly_rate_chf=[120, 150, 190, 260],
        left_on=lambda row, n: date(2024, 1, 15) if n % 9 == 0 else None,
    )
    m.table(
        "timesheets",
        9000,
        entry_id=count(),
        project_code=m.of("projects", "project_code", 0.96),
        consultant_id=m.of("consultants", "consultant_id", 0.95),
        work_date=m.day(date(2023, 1, 1), 730),
        hours=m.number(0.5, 9, 1),
        billable=m.chance(0.8),
        activity=["workshop", "analysis", "travel", None],
    )
    m.table(
        "invoices",
        700,
        invoice_no=code("R{:05d}"),
        project_code=m.of("projects", "project_code", 0.9),
        invoice_date=m.day(date(2023, 1, 1), 730),
        net_chf=m.number(900, 48000),
        paid_date=m.later("invoice_date", 3, 80, missing=0.2),
    )
    return m


def league() -> Maker:
    m = Maker(904)
    m.table(
        "teams",
        12,
        team_id=count(),
        team_name=each(
            "Rovers",
            "United",
            "Wanderers",
            "Athletic",
            "Harriers",
            "City",
            "Albion",
            "Rangers",
            "Thistle",
            "Comets",
            "Dynamo",
            "Corinthians",
        ),
        town=["Aldbury", "Barton", "Calver"],
        founded=m.whole(1880, 1990),
        stadium_capacity=m.whole(4000, 42000),
    )
    m.table(
        "players",
        300,
        player_id=count(),
        player_name=code("Player {:03d}"),
        team_id=m.of("teams", "team_id"),
        position=m.weighted(GK=1, DF=4, MF=4, FW=3),
        birth_date=m.day(date(1986, 1, 1), 7300),
        market_value_eur=m.whole(40000, 9000000),
        injured_since=lambda row, n: None if m.random.random() < 0.9 else date(2024, 1, 1 + n % 28),
        nationality=["Ghana", "Spain", "Japan", "Peru"],
    )
    m.table(
        "matches",
        528,
        match_id=count(),
        season=lambda row, n: 2021 + n // 132,
        played_on=lambda row, n: date(2021 + n // 132, 1 + n % 11, 1 + n % 27),
        home_team_id=lambda row, n: 1 + n % 12,
        away_team_id=lambda row, n: 1 + (n + 1 + n // 12 % 11) % 12,
        home_goals=m.whole(0, 5),
        away_goals=m.whole(0, 4),
        attendance=lambda row, n: None if m.random.random() < 0.05 else m.random.randint(900, 41000),
    )
    m.table(
        "goals",
        1500,
        goal_id=count(),
        match_id=m.of("matches", "match_id"),
        player_id=m.of("players", "player_id", 0.9),
        minute=m.whole(1, 90),
        goal_type=m.weighted(OPEN=7, PEN=1, FREE=1, OWN=1),
    )
    m.table(
        "cards",
        1900,
        card_id=count(),
        match_id=m.of("matches", "match_id"),
        player_id=m.of("players", "player_id", 0.9),
        colour=m.weighted(Y=9, R=1),
        minute=m.whole(1, 94),
    )
    return m


SCHEMAS = {"advertising": advertising, "carhire": carhire, "consulting": consulting, "league": league}
