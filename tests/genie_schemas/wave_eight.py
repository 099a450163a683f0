"""The tables of the eighth wave: donations, a warehouse, a telephone network, music by subscription."""

from datetime import date, datetime

from tests.genie_schemas.generating import Maker, code, count, each


def charity() -> Maker:
    m = Maker(801)
    m.table(
        "campaigns",
        12,
        campaign_id=count(),
        campaign_name=each(
            "Clean Water",
            "School Meals",
            "Flood Relief",
            "Winter Coats",
            "Tree Planting",
            "Eye Clinics",
            "Safe Roads",
            "Reading Corner",
            "Bee Gardens",
            "Coral Reef",
            "Street Dogs",
            "Solar Lamps",
        ),
        cause=["health", "education", "environment"],
        launched_on=m.day(date(2021, 1, 1), 1100),
        goal_usd=[50000, 80000, 120000, 200000],
    )
    m.table(
        "donors",
        700,
        donor_id=count(),
        donor_name=code("Donor {:03d}"),
        donor_type=m.weighted(IND=8, ORG=2),
        country=["Kenya", "Canada", "Chile", "Norway"],
        first_contact=m.day(date(2019, 1, 1), 1900),
        email_opt_in=m.weighted(yes=3, no=2),
    )
    m.table(
        "donations",
        6000,
        donation_id=count(),
        donor_id=m.of("donors", "donor_id", 0.9),
        campaign_id=m.of("campaigns", "campaign_id", 0.92),
        donated_on=m.day(date(2022, 1, 1), 1090),
        amount_usd=m.number(5, 900),
        method=m.weighted(CC=6, BT=3, CH=1),
        recurring=m.chance(0.35),
        refunded_on=m.later("donated_on", 1, 30, missing=0.97),
        comment=lambda row, n: None if m.random.random() < 0.8 else "keep going",
    )
    m.table(
        "volunteers",
        180,
        volunteer_id=count(),
        volunteer_name=code("Volunteer {:03d}"),
        city=["Nairobi", "Toronto", "Oslo"],
        since=m.day(date(2018, 5, 1), 2300),
    )
    m.table(
        "shifts",
        2600,
        shift_id=count(),
        volunteer_id=m.of("volunteers", "volunteer_id", 0.9),
        campaign_id=m.of("campaigns", "campaign_id"),
        shift_date=m.day(date(2022, 1, 1), 1090),
        hours=[2, 3, 4, 6, 8],
        role=["driver", "cook", "helper", "speaker"],
    )
    return m


def warehouse() -> Maker:
    m = Maker(802)
    m.table(
        "suppliers",
        25,
        supplier_id=count(),
        supplier_name=code("Supplier {:02d}"),
        country_code=["IT", "PL", "CN", "TR"],
        lead_time_days=m.whole(3, 45),
        preferred=m.chance(0.4),
    )
    m.table(
        "items",
        120,
        item_no=code("I-{:04d}"),
        item_name=each(
            *[
                f"{a} {b}"
                for a in ("Steel", "Brass", "Oak", "Nylon", "Copper", "Pine")
                for b in (
                    "Screw",
                    "Plate",
                    "Board",
                    "Rope",
                    "Pipe",
                    "Hook",
                    "Valve",
                    "Panel",
                    "Wire",
                    "Ring",
                    "Clamp",
                    "Bolt",
                    "Nut",
                    "Strip",
                    "Tube",
                    "Rail",
                    "Pin",
                    "Cap",
                    "Seal",
                    "Frame",
                )
            ]
        ),
        abc_class=m.weighted(A=1, B=2, C=4),
        supplier_id=m.of("suppliers", "supplier_id", 0.9),
        unit_price_eur=m.number(0.4, 180),
        reorder_level=m.whole(10, 200),
        discontinued=m.chance(0.08),
    )
    m.table(
        "sites",
        5,
        site_code=each("NTH", "STH", "EST", "WST", "CTR"),
        site_name=each("North Hub", "South Hub", "East Depot", "West Depot", "Central Store"),
        kind=["hub", "depot", "depot"],
    )
    m.table(
        "stock",
        480,
        stock_id=count(),
        item_no=lambda row, n: m.tables["items"][n // 4]["item_no"],
        site_code=lambda row, n: m.tables["sites"][n % 4]["site_code"],
        on_hand=m.whole(0, 400),
        last_count_on=m.day(date(2024, 1, 1), 360),
    )
    m.table(
        "movements",
        9000,
        movement_id=count(),
        item_no=m.of("items", "item_no", 0.95),
        site_code=m.of("sites", "site_code"),
        moved_at=m.moment(datetime(2023, 1, 1), 730),
        movement_type=m.weighted(IN=4, OUT=6, ADJ=1, SCR=1),
        quantity=m.whole(1, 90),
    )
    m.table(
        "purchase_orders",
        1500,
        po_id=count(),
        item_no=m.of("items", "item_no"),
        ordered_on=m.day(date(2023, 1, 1), 700),
        expected_on=m.later("ordered_on", 5, 40),
        received_on=m.later("ordered_on", 4, 60, missing=0.1),
        ordered_qty=m.whole(10, 500),
        price_eur=m.number(20, 9000),
    )
    return m


def telephone() -> Maker:
    m = Maker(803)
    m.table(
        "plans",
        6,
        plan_id=count(),
        plan_name=each("Basic", "Family", "Talk Plus", "Data Max", "Senior", "Business"),
        monthly_fee_eur=each(9.9, 29.9, 19.9, 39.9, 12.9, 49.9),
        included_gb=each(1, 20, 5, 100, 2, 60),
        postpaid=each(0, 1, 1, 1, 0, 1),
    )
    m.table(
        "subscribers",
        800,
        subscriber_id=count(),
        plan_id=m.of("plans", "plan_id"),
        region=["Alps", "Plains", "Metro"],
        activated_on=m.day(date(2019, 6, 1), 2000),
        deactivated_on=m.later("activated_on", 100, 900, missing=0.78),
        birth_year=m.whole(1938, 2008),
    )
    m.table(
        "calls",
        9000,
        call_id=count(),
        subscriber_id=m.of("subscribers", "subscriber_id", 0.93),
        started_at=m.moment(datetime(2024, 1, 1), 366),
        duration_sec=m.whole(4, 3600),
        call_type=m.weighted(NAT=8, INT=1, ROA=1),
        dropped=m.chance(0.03),
        charge_eur=m.number(0, 4),
    )
    m.table(
        "data_usage",
        6000,
        usage_id=count(),
        subscriber_id=m.of("subscribers", "subscriber_id"),
        usage_month=lambda row, n: f"2024-{m.random.randint(1, 12):02d}",
        gb_used=m.number(0, 60),
    )
    m.table(
        "outages",
        140,
        outage_id=count(),
        region=["Alps", "Plains", "Metro"],
        began_at=m.moment(datetime(2024, 1, 1), 366),
        ended_at=m.later("began_at", 12, 900, missing=0.03),
        cause=m.weighted(PWR=3, FIB=3, SWE=2, WEA=2),
        severity=[1, 2, 3],
    )
    return m


def music() -> Maker:
    m = Maker(804)
    m.table(
        "artists",
        45,
        artist_id=count(),
        artist_name=each(
            *[
                f"{a} {b}"
                for a in ("Velvet", "Paper", "Neon")
                for b in (
                    "Foxes",
                    "Harbour",
                    "Machine",
                    "Letters",
                    "Tigers",
                    "Rain",
                    "Mirrors",
                    "Avenue",
                    "Choir",
                    "Ghosts",
                    "Kites",
                    "Lanterns",
                    "Satellites",
                    "Garden",
                    "Thieves",
                )
            ]
        ),
        genre=["pop", "jazz", "metal", "folk"],
        country=["SE", "GB", "US", "KR"],
        signed_on=m.day(date(2015, 1, 1), 3000),
    )
    m.table(
        "tracks",
        500,
        track_id=count(),
        title=code("Track {:03d}"),
        artist_id=m.of("artists", "artist_id", 0.95),
        length_sec=m.whole(95, 480),
        released_on=m.day(date(2016, 1, 1), 3200),
        explicit=m.chance(0.2),
    )
    m.table(
        "listeners",
        900,
        listener_id=count(),
        tier=m.weighted(F=5, P=4, S=1),
        country=["SE", "GB", "US", "KR"],
        joined_on=m.day(date(2020, 1, 1), 1700),
        cancelled_on=m.later("joined_on", 60, 900, missing=0.8),
    )
    m.table(
        "plays",
        12000,
        play_id=count(),
        listener_id=m.of("listeners", "listener_id", 0.94),
        track_id=m.of("tracks", "track_id", 0.96),
        played_at=m.moment(datetime(2024, 1, 1), 366),
        seconds_played=m.whole(2, 480),
        device=m.weighted(phone=6, desktop=3, speaker=2),
        skipped=m.chance(0.22),
    )
    m.table(
        "royalties",
        1000,
        royalty_id=count(),
        artist_id=m.of("artists", "artist_id"),
        period=lambda row, n: date(2023 + m.random.randint(0, 1), m.random.choice([1, 4, 7, 10]), 1),
        amount_usd=m.number(10, 5200),
        paid=m.chance(0.85),
    )
    return m


SCHEMAS = {"charity": charity, "warehouse": warehouse, "telephone": telephone, "music": music}
