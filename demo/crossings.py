"""Border crossing points of the region and the demonstration posts near them.

Crossings are real; coordinates are WGS 84, good to a few hundred metres where the
place is well known and to some kilometres in the desert and the mountains. They are
for orientation on a small-scale map and say nothing about where a border runs.
Posts are invented: an agency may well have nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from demo.geodata import distance_to_border, nearest_on_border, pair_of, state_at
from demo.geodesy import destination

CrossingKind = Literal["road", "rail", "both"]
PostKind = Literal[
    "border_post",
    "customs_post",
    "police_post",
    "coordination_centre",
    "emergency_station",
    "garrison",
    "observer_base",
]


@dataclass(frozen=True, slots=True)
class CrossingSpec:
    """A border crossing point between two states."""

    code: str
    name: str
    states: tuple[str, str]
    lon: float
    lat: float
    kind: CrossingKind

    @property
    def pair(self) -> str:
        """The border it lies on, such as ``KG-TJ``."""
        return pair_of(*self.states)


@dataclass(frozen=True, slots=True)
class PostSpec:
    """A post of one agency, some kilometres inside its own state."""

    code: str
    name: str
    agency: str
    state: str
    kind: PostKind
    crossing: str
    lon: float
    lat: float


# code, name, states, longitude, latitude, kind; the name follows the order of states.
_CROSSINGS: list[tuple[str, str, str, float, float, CrossingKind]] = [
    ("kordai", "Kordai – Ak-Zhol", "KZ-KG", 74.712, 43.008, "road"),
    ("karasu-kz", "Karasu – Ak-Tilek", "KZ-KG", 74.950, 42.948, "road"),
    ("sortobe", "Sortobe – Tokmok", "KZ-KG", 75.262, 42.868, "road"),
    ("aukhatty", "Aukhatty – Ken-Bulun", "KZ-KG", 75.121, 42.918, "road"),
    ("sypatai", "Sypatai Batyr – Chaldybar", "KZ-KG", 73.480, 42.871, "both"),
    ("aisha-bibi", "Aisha-Bibi – Chon-Kapka", "KZ-KG", 71.365, 42.748, "road"),
    ("karkyra", "Kegen – Karkyra", "KZ-KG", 79.163, 42.795, "road"),
    ("zhibek-zholy", "Zhibek Zholy – Gisht Koprik", "KZ-UZ", 69.362, 41.452, "road"),
    ("kaplanbek", "Kaplanbek – Zangiota", "KZ-UZ", 69.148, 41.405, "road"),
    ("kazygurt", "Kazygurt – Navoiy", "KZ-UZ", 69.410, 41.506, "road"),
    ("saryagash", "Saryagash – Keles", "KZ-UZ", 69.200, 41.432, "rail"),
    ("konysbayev", "Konysbayev – Yallama", "KZ-UZ", 68.710, 41.004, "road"),
    ("atameken", "Atameken – Guliston", "KZ-UZ", 68.520, 40.630, "road"),
    ("tazhen", "Tazhen – Daut-Ota", "KZ-UZ", 55.998, 44.930, "both"),
    ("temir-baba", "Temir Baba – Garabogaz", "KZ-TM", 52.480, 41.780, "road"),
    ("bolashak", "Bolashak – Serhetyaka", "KZ-TM", 54.650, 42.100, "rail"),
    ("nur-zholy", "Nur Zholy – Khorgos", "KZ-CN", 80.405, 44.215, "road"),
    ("altynkol", "Altynkol – Khorgos", "KZ-CN", 80.420, 44.262, "rail"),
    ("kolzhat", "Kolzhat – Dulata", "KZ-CN", 80.640, 43.624, "road"),
    ("dostyk", "Dostyk – Alashankou", "KZ-CN", 82.545, 45.205, "both"),
    ("bakhty", "Bakhty – Pokitu", "KZ-CN", 82.770, 46.675, "road"),
    ("maykapchagay", "Maykapchagay – Jeminay", "KZ-CN", 85.620, 47.440, "road"),
    ("syrym", "Syrym – Mashtakovo", "KZ-RU", 51.374, 51.626, "road"),
    ("kurmangazy", "Kurmangazy – Karauzek", "KZ-RU", 48.925, 46.480, "road"),
    ("zhaisan", "Zhaisan – Sagarchin", "KZ-RU", 56.660, 50.990, "road"),
    ("kairak", "Kairak – Bugristoye", "KZ-RU", 61.670, 53.960, "road"),
    ("karakoga", "Karakoga – Isilkul", "KZ-RU", 70.955, 54.963, "road"),
    ("aul", "Aul – Veseloyarsk", "KZ-RU", 81.060, 51.200, "both"),
    ("kyzyl-bel", "Kyzyl-Bel – Guliston", "KG-TJ", 70.690, 40.090, "road"),
    ("kairagach", "Kairagach – Madaniyat", "KG-TJ", 69.578, 40.098, "road"),
    ("kulundu", "Kulundu – Ovchi Kalacha", "KG-TJ", 69.640, 40.145, "road"),
    ("karamyk", "Karamyk – Lakhsh", "KG-TJ", 71.700, 39.470, "road"),
    ("kyzyl-art", "Bor-Dobo – Kyzyl-Art", "KG-TJ", 73.322, 39.375, "road"),
    ("dostuk", "Dostuk – Dostlik", "KG-UZ", 72.742, 40.563, "road"),
    ("kara-suu", "Kara-Suu – Qorasuv", "KG-UZ", 72.872, 40.716, "both"),
    ("madaniyat", "Madaniyat – Khanabad", "KG-UZ", 72.930, 40.850, "road"),
    ("kensay", "Kensay – Uchqorgon", "KG-UZ", 72.090, 41.150, "both"),
    ("kadamjay", "Kadamjay – Vodil", "KG-UZ", 71.730, 40.150, "road"),
    ("baymak", "Baymak – Kosonsoy", "KG-UZ", 71.520, 41.300, "road"),
    ("irkeshtam", "Irkeshtam – Simuhana", "KG-CN", 73.935, 39.690, "road"),
    ("torugart", "Torugart – Tuoyun", "KG-CN", 75.393, 40.552, "road"),
    ("bedel", "Bedel – Wushi", "KG-CN", 78.412, 41.410, "road"),
    ("fotekhobod", "Fotekhobod – Oybek", "TJ-UZ", 69.190, 40.568, "road"),
    ("sarazm", "Sarazm – Jartepa", "TJ-UZ", 67.482, 39.539, "road"),
    ("dusti", "Dusti – Sariosiyo", "TJ-UZ", 68.095, 38.445, "road"),
    ("patar", "Patar – Andarkhan", "TJ-UZ", 70.545, 40.336, "road"),
    ("kushtegirmon", "Kushtegirmon – Bekobod", "TJ-UZ", 69.250, 40.195, "both"),
    ("ayvaj", "Ayvaj – Gulbahor", "TJ-UZ", 67.815, 37.235, "road"),
    ("panji-poyon", "Panji Poyon – Sher Khan Bandar", "TJ-AF", 68.603, 37.186, "road"),
    ("kokul", "Kokul – Ai Khanoum", "TJ-AF", 69.480, 37.230, "road"),
    ("ruzvay", "Ruzvay – Nusay", "TJ-AF", 70.715, 38.440, "road"),
    ("khumrogi", "Khumrogi – Jamarj-e Bala", "TJ-AF", 71.330, 38.270, "road"),
    ("tem", "Tem – Demogan", "TJ-AF", 71.505, 37.520, "road"),
    ("ishkashim", "Ishkashim – Sultan Ishkashim", "TJ-AF", 71.590, 36.730, "road"),
    ("kulma", "Kulma – Karasu", "TJ-CN", 74.800, 38.160, "road"),
    ("ayritom", "Ayritom – Hairatan", "UZ-AF", 67.426, 37.228, "both"),
    ("olot", "Olot – Farap", "UZ-TM", 63.650, 39.252, "both"),
    ("shovot", "Shovot – Dashoguz", "UZ-TM", 60.150, 41.784, "road"),
    ("khojayli", "Khojayli – Koneurgench", "UZ-TM", 59.320, 42.370, "road"),
    ("dostlik-tm", "Dostlik – Gazojak", "UZ-TM", 61.380, 41.210, "road"),
    ("talimarjon", "Talimarjon – Kerkichi", "UZ-TM", 65.560, 38.290, "rail"),
    ("serhetabat", "Serhetabat – Torghundi", "TM-AF", 62.298, 35.258, "both"),
    ("ymamnazar", "Ymamnazar – Aqina", "TM-AF", 65.247, 37.228, "both"),
    ("sarakhs", "Sarahs – Sarakhs", "TM-IR", 61.165, 36.535, "both"),
    ("artyk", "Artyk – Lotfabad", "TM-IR", 59.335, 37.520, "road"),
    ("gaudan", "Gaudan – Bajgiran", "TM-IR", 58.410, 37.640, "road"),
    ("altyn-asyr", "Altyn Asyr – Incheh Borun", "TM-IR", 54.720, 37.450, "both"),
]

# code, name, agency, kind, crossing, kilometres inside the state.
_POSTS: list[tuple[str, str, str, PostKind, str, float]] = [
    ("KG-P01", "Batken Border Detachment", "KG-BS", "border_post", "kyzyl-bel", 9.0),
    ("KG-P02", "Kulundu Border Post", "KG-BS", "border_post", "kulundu", 3.0),
    ("KG-P03", "Osh Border Command", "KG-BS", "border_post", "dostuk", 4.0),
    ("KG-P04", "Karamyk Border Post", "KG-BS", "border_post", "karamyk", 3.0),
    ("KG-P05", "Ak-Zhol Border Post", "KG-BS", "border_post", "kordai", 2.0),
    ("KG-P06", "Kadamjay Police Station", "KG-MVD", "police_post", "kadamjay", 5.0),
    ("KG-P07", "Kara-Suu Customs Post", "KG-GTS", "customs_post", "kara-suu", 1.5),
    ("KG-P08", "Batken Rescue Unit", "KG-MES", "emergency_station", "kyzyl-bel", 12.0),
    ("KZ-P01", "Kordai Border Post", "KZ-BS", "border_post", "kordai", 3.0),
    ("KZ-P02", "Zhibek Zholy Border Post", "KZ-BS", "border_post", "zhibek-zholy", 2.0),
    ("KZ-P03", "Merki Police Department", "KZ-MVD", "police_post", "sypatai", 9.0),
    ("KZ-P04", "Nur Zholy Customs Post", "KZ-KGD", "customs_post", "nur-zholy", 2.0),
    ("KZ-P05", "Beyneu Garrison", "KZ-MO", "garrison", "tazhen", 30.0),
    ("TJ-P01", "Isfara Border Detachment", "TJ-BT", "border_post", "kyzyl-bel", 5.0),
    ("TJ-P02", "Panji Poyon Border Post", "TJ-BT", "border_post", "panji-poyon", 3.0),
    ("TJ-P03", "Khorugh Border Detachment", "TJ-BT", "border_post", "tem", 2.0),
    ("TJ-P04", "Panjakent Police Department", "TJ-MVD", "police_post", "sarazm", 12.0),
    ("TJ-P05", "Fotekhobod Customs Post", "TJ-CS", "customs_post", "fotekhobod", 2.0),
    ("UZ-P01", "Termez Border Detachment", "UZ-BT", "border_post", "ayritom", 8.0),
    ("UZ-P02", "Dostlik Border Post", "UZ-BT", "border_post", "dostuk", 3.0),
    ("UZ-P03", "Jartepa Police Post", "UZ-IIV", "police_post", "sarazm", 4.0),
    ("UZ-P04", "Qorasuv Customs Post", "UZ-BQ", "customs_post", "kara-suu", 2.0),
    ("TM-P01", "Farap Border Post", "TM-BS", "border_post", "olot", 6.0),
    ("TM-P02", "Dashoguz Customs Post", "TM-CU", "customs_post", "shovot", 8.0),
    ("XX-P01", "Osh Observer Base", "XX-OBS", "observer_base", "dostuk", 7.0),
]
# The observer mission is a guest: its base stands in this state.
_HOST = {"XX-P01": "KG"}


@cache
def crossings() -> tuple[CrossingSpec, ...]:
    """Return all crossings, grouped by border."""
    return tuple(
        CrossingSpec(code, name, (states[:2], states[3:]), lon, lat, kind)
        for code, name, states, lon, lat, kind in _CROSSINGS
    )


def crossing(code: str) -> CrossingSpec:
    """Return the crossing with this code; KeyError if there is none."""
    for spec in crossings():
        if spec.code == code:
            return spec
    raise KeyError(code)


@cache
def posts() -> tuple[PostSpec, ...]:
    """Return the posts, each placed inside its own state behind its crossing."""
    specs = []
    for code, name, agency, kind, at, depth_km in _POSTS:
        state = _HOST.get(code, agency[:2])
        lon, lat = _inland(crossing(at), state, depth_km)
        specs.append(PostSpec(code, name, agency, state, kind, at, lon, lat))
    return tuple(specs)


def _inland(spec: CrossingSpec, state: str, depth_km: float) -> tuple[float, float]:
    """Return the point deepest inside `state`, `depth_km` from the border there.

    Measured from the drawn border, which can lie a few kilometres off the crossing.
    """
    base = nearest_on_border(spec.pair, spec.lon, spec.lat)
    ring = [destination(*base, towards, depth_km) for towards in range(0, 360, 10)]
    inside = [point for point in ring if state_at(*point) == state]
    if not inside:
        raise ValueError(f"{spec.code}: no ground of {state} within {depth_km} km")
    lon, lat = max(inside, key=lambda p: distance_to_border(spec.pair, *p))
    return round(lon, 5), round(lat, 5)
