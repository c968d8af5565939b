"""Who takes part in the demonstration: agencies, agreements and officers.

The agencies are modelled on the services of the five states and of an observer
mission; agreements, people, ranks in their posts and call signs are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STATES = {
    "KG": "Kyrgyzstan",
    "KZ": "Kazakhstan",
    "TJ": "Tajikistan",
    "TM": "Turkmenistan",
    "UZ": "Uzbekistan",
}
TIME_ZONES = {
    "KG": "Asia/Bishkek",
    "KZ": "Asia/Almaty",
    "TJ": "Asia/Dushanbe",
    "TM": "Asia/Ashgabat",
    "UZ": "Asia/Tashkent",
    "XX": "UTC",
}
# The state's language, then what is spoken across it.
LANGUAGES = {
    "KG": ["ky", "ru"],
    "KZ": ["kk", "ru"],
    "TJ": ["tg", "ru"],
    "TM": ["tk", "ru"],
    "UZ": ["uz", "ru"],
    "XX": ["en", "ru"],
}

# code: name, kind
AGENCIES: dict[str, tuple[str, str]] = {
    "KG-BS": ("State Border Service of the Kyrgyz Republic", "border_guard"),
    "KG-MVD": ("Ministry of Internal Affairs of the Kyrgyz Republic", "police"),
    "KG-GTS": ("State Customs Service of the Kyrgyz Republic", "customs"),
    "KG-MES": ("Ministry of Emergency Situations of the Kyrgyz Republic", "civil"),
    "KZ-BS": (
        "Border Service of the National Security Committee of Kazakhstan",
        "border_guard",
    ),
    "KZ-MVD": ("Ministry of Internal Affairs of Kazakhstan", "police"),
    "KZ-KGD": ("State Revenue Committee of Kazakhstan (Customs)", "customs"),
    "KZ-MO": ("Ministry of Defence of Kazakhstan", "military"),
    "TJ-BT": (
        "Border Troops of the State Committee for National Security of Tajikistan",
        "border_guard",
    ),
    "TJ-MVD": ("Ministry of Internal Affairs of Tajikistan", "police"),
    "TJ-CS": ("Customs Service under the Government of Tajikistan", "customs"),
    "UZ-BT": (
        "Border Troops of the State Security Service of Uzbekistan",
        "border_guard",
    ),
    "UZ-IIV": ("Ministry of Internal Affairs of Uzbekistan", "police"),
    "UZ-BQ": ("Customs Committee of Uzbekistan", "customs"),
    "TM-BS": ("State Border Service of Turkmenistan", "border_guard"),
    "TM-PL": ("Ministry of Internal Affairs of Turkmenistan (Police)", "police"),
    "TM-CU": ("State Customs Service of Turkmenistan", "customs"),
    "XX-OBS": ("Joint Observer Mission of the UN and the OSCE", "observer"),
}


@dataclass(frozen=True, slots=True)
class AgreementSpec:
    """A legal basis; days are counted back from the day of loading."""

    code: str
    name: str
    pairs: tuple[str, ...]
    parties: dict[str, int]
    purposes: tuple[str, ...]
    max_crossing_m: int
    max_tlp: str
    signed_days: int
    is_multilateral: bool = False
    # Agency to entitlement, and how many days ago.
    joined: dict[str, tuple[int, int]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


AGREEMENTS = [
    AgreementSpec(
        "CA-JBP",
        "Central Asian Agreement on Joint Border Patrols",
        ("KZ-UZ", "TJ-UZ", "UZ-TM", "KZ-TM", "KG-TJ", "KG-UZ", "KZ-KG"),
        {"KG-BS": 1, "KZ-BS": 1, "TJ-BT": 1, "UZ-BT": 1},
        ("patrol", "incident", "rescue", "training"),
        30_000,
        "amber",
        1540,
        is_multilateral=True,
        joined={"TM-BS": (1, 38)},
    ),
    AgreementSpec(
        "CA-INFO",
        "Central Asian Protocol on Information about Trafficking and Smuggling",
        ("TJ-AF", "UZ-AF", "TM-AF", "TJ-UZ", "UZ-TM"),
        dict.fromkeys(
            (
                "KG-BS",
                "KG-MVD",
                "KG-GTS",
                "KZ-BS",
                "KZ-MVD",
                "KZ-KGD",
                "KZ-MO",
                "TJ-BT",
                "TJ-MVD",
                "TJ-CS",
                "UZ-BT",
                "UZ-IIV",
                "UZ-BQ",
            ),
            1,
        ),
        ("intelligence", "incident"),
        0,
        "amber",
        1105,
        is_multilateral=True,
        left={"KZ-MO": 24},
    ),
    AgreementSpec(
        "KG-TJ",
        "Kyrgyz–Tajik Agreement on Joint Protection of the State Border",
        ("KG-TJ",),
        {"KG-BS": 1, "TJ-BT": 1, "KG-MVD": 1, "TJ-MVD": 1, "KG-MES": 1},
        ("patrol", "incident", "intelligence", "rescue"),
        20_000,
        "amber",
        610,
    ),
    AgreementSpec(
        "KG-UZ",
        "Kyrgyz–Uzbek Agreement on Border Cooperation",
        ("KG-UZ",),
        {"KG-BS": 1, "UZ-BT": 1, "KG-GTS": 1, "UZ-BQ": 1, "KG-MVD": 1, "UZ-IIV": 1},
        ("patrol", "incident", "intelligence"),
        15_000,
        "amber",
        880,
    ),
    AgreementSpec(
        "KZ-KG",
        "Kazakh–Kyrgyz Agreement on Joint Border Measures",
        ("KZ-KG",),
        {"KZ-BS": 2, "KG-BS": 1, "KZ-KGD": 1, "KG-GTS": 1, "KZ-MVD": 1, "KG-MVD": 1},
        ("patrol", "incident", "intelligence"),
        25_000,
        "amber",
        1290,
    ),
]

# What an officer of each duty holds: roles, clearance. The duty is the last word.
DUTIES: dict[str, tuple[tuple[str, ...], int]] = {
    "liaison": (("liaison",), 2),
    "planner": (("planner",), 2),
    "commander": (("commander",), 1),
    "crew": (("crew",), 0),
    "analyst": (("analyst",), 3),
    "duty": (("liaison", "commander"), 2),
    "head": (("agency_admin", "planner"), 3),
    "observer": (("observer",), 0),
}

# agency: user name, name, rank, duty
PEOPLE: dict[str, list[tuple[str, str, str, str]]] = {
    "KG-BS": [
        ("liaison.kg", "Nurlan Sadyrbaev", "Major", "duty"),
        ("planner.kg", "Ainura Beishekeeva", "Captain", "planner"),
        ("aibek.kg", "Aibek Toktorov", "Captain", "commander"),
        ("bakyt.kg", "Bakyt Moldokanov", "Lieutenant", "commander"),
        ("cholpon.kg", "Cholpon Iskenderova", "Senior Lieutenant", "analyst"),
        ("emil.kg", "Emil Kasymkulov", "Sergeant", "crew"),
        ("gulnara.kg", "Gulnara Sharshenova", "Lieutenant Colonel", "head"),
    ],
    "KG-MVD": [
        ("kanat.kg", "Kanat Orozalin", "Captain of Police", "duty"),
        ("aida.kg", "Aida Turusbekova", "Major of Police", "analyst"),
        ("ulan.kg", "Ulan Jumakadyrov", "Lieutenant of Police", "commander"),
    ],
    "KG-GTS": [
        ("meerim.kg", "Meerim Asankulova", "Inspector", "duty"),
        ("talant.kg", "Talant Bekboev", "Senior Inspector", "analyst"),
    ],
    "KG-MES": [
        ("azamat.kg", "Azamat Kydyrmaev", "Major", "duty"),
        ("jyldyz.kg", "Jyldyz Omurzakova", "Captain", "commander"),
    ],
    "KZ-BS": [
        ("liaison.kz", "Daniyar Sultanbek", "Major", "duty"),
        ("planner.kz", "Madina Ospankyzy", "Captain", "planner"),
        ("analyst.kz", "Yerlan Kuanyshev", "Captain", "analyst"),
        ("askar.kz", "Askar Tolegenuly", "Senior Lieutenant", "commander"),
        ("samat.kz", "Samat Baizhanov", "Sergeant", "crew"),
        ("aigerim.kz", "Aigerim Nurlybek", "Lieutenant Colonel", "head"),
    ],
    "KZ-MVD": [
        ("ruslan.kz", "Ruslan Kenzhetay", "Captain of Police", "duty"),
        ("dinara.kz", "Dinara Seitova", "Major of Police", "analyst"),
        ("timur.kz", "Timur Abdrasil", "Lieutenant of Police", "commander"),
    ],
    "KZ-KGD": [
        ("zhanna.kz", "Zhanna Mukanova", "Senior Inspector", "duty"),
        ("arman.kz", "Arman Duisebay", "Inspector", "analyst"),
    ],
    "KZ-MO": [
        ("nurbol.kz", "Nurbol Iskakuly", "Major", "duty"),
        ("serik.kz", "Serik Zhakypov", "Captain", "commander"),
    ],
    "TJ-BT": [
        ("liaison.tj", "Farrukh Davlatov", "Major", "duty"),
        ("planner.tj", "Zarina Kholmatova", "Captain", "planner"),
        ("rustam.tj", "Rustam Gulmurodov", "Captain", "commander"),
        ("mehrona.tj", "Mehrona Saidalieva", "Senior Lieutenant", "analyst"),
        ("jamshed.tj", "Jamshed Navruzbek", "Sergeant", "crew"),
        ("sherali.tj", "Sherali Odinazoda", "Lieutenant Colonel", "head"),
    ],
    "TJ-MVD": [
        ("bahrom.tj", "Bahrom Yusufzoda", "Captain of Militia", "duty"),
        ("nigina.tj", "Nigina Rahmatova", "Major of Militia", "analyst"),
        ("daler.tj", "Daler Ismatov", "Lieutenant of Militia", "commander"),
    ],
    "TJ-CS": [
        ("firuza.tj", "Firuza Kamolova", "Inspector", "duty"),
        ("parviz.tj", "Parviz Hakimzoda", "Senior Inspector", "analyst"),
    ],
    "UZ-BT": [
        ("liaison.uz", "Otabek Ergashov", "Major", "duty"),
        ("planner.uz", "Nilufar Tursunova", "Captain", "planner"),
        ("jasur.uz", "Jasur Qodirov", "Captain", "commander"),
        ("dilnoza.uz", "Dilnoza Yoqubova", "Senior Lieutenant", "analyst"),
        ("sardor.uz", "Sardor Mamatqulov", "Sergeant", "crew"),
        ("bekzod.uz", "Bekzod Nazarmatov", "Lieutenant Colonel", "head"),
    ],
    "UZ-IIV": [
        ("ravshan.uz", "Ravshan Xolmirzayev", "Captain", "duty"),
        ("malika.uz", "Malika Abduvohidova", "Major", "analyst"),
        ("akmal.uz", "Akmal Toshpulatov", "Lieutenant", "commander"),
    ],
    "UZ-BQ": [
        ("shahnoza.uz", "Shahnoza Mirsaidova", "Inspector", "duty"),
        ("umid.uz", "Umid Saydaliyev", "Senior Inspector", "analyst"),
    ],
    "TM-BS": [
        ("liaison.tm", "Maksat Orazgeldiyev", "Major", "duty"),
        ("planner.tm", "Ogulgerek Hojayeva", "Captain", "planner"),
        ("dovlet.tm", "Dovlet Annamyradov", "Captain", "commander"),
        ("begench.tm", "Begench Saparov", "Lieutenant Colonel", "head"),
    ],
    "TM-PL": [
        ("merdan.tm", "Merdan Gurbanliyev", "Captain of Police", "duty"),
        ("jeren.tm", "Jeren Charyyeva", "Lieutenant of Police", "analyst"),
    ],
    "TM-CU": [
        ("aman.tm", "Aman Rejepdurdyyev", "Inspector", "duty"),
        ("bahar.tm", "Bahar Kakabayeva", "Senior Inspector", "analyst"),
    ],
    "XX-OBS": [
        ("observer", "Ingrid Halvorsrud", "Head of Mission", "observer"),
        ("observer.osh", "Tomasz Wielgosz", "Border Adviser", "observer"),
        ("observer.rights", "Leila Benhaddou", "Human Rights Adviser", "observer"),
    ],
}

# Call signs: an animal or a place, then a number.
CALL_SIGNS = {
    "KG": ["Barys", "Tulpar", "Ala-Too"],
    "KZ": ["Berkut", "Qyran", "Saryarqa"],
    "TJ": ["Pomir", "Shahin", "Zarafshon"],
    "TM": ["Akhal", "Laçyn", "Garagum"],
    "UZ": ["Lochin", "Registon", "Chinor"],
    "XX": ["Observer"],
}
CERTIFICATIONS = [
    "Combat casualty care",
    "Mountain rescue",
    "Detection dog handler",
    "Document examination",
    "Small unmanned aircraft pilot",
    "Dangerous goods recognition",
    "Human rights at the border",
    "Interviewing vulnerable persons",
    "Radio operator",
    "Off-road driving",
]
# Agencies whose systems use the API.
CLIENTS = [
    "KG-BS", "KG-MVD", "KZ-BS", "KZ-MVD", "TJ-BT", "TJ-MVD", "UZ-BT", "UZ-IIV",
    "TM-BS", "TM-CU",
]  # fmt: skip
SCOPES = [
    "agencies:read", "patrols:read", "patrols:write", "incidents:read",
    "incidents:write", "reports:read", "reports:write", "resources:read",
    "resources:write", "events:read",
]  # fmt: skip
# Published with the demonstration, which is the only place where it opens anything.
PASS_PHRASE = "watch over the high pass"  # noqa: S105
