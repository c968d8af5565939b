"""Who crosses the borders, is led across them, or fights there.

A template has slots in braces; ``demo.wording`` fills them. Invented, and held as
dry as a duty officer's prose.
"""

from __future__ import annotations

from demo.scenario import HIGH, LOW, MIDDLE, Scenario

TRESPASSES: dict[str, list[Scenario]] = {
    "trafficking": [
        Scenario(
            "{few} women without papers in a minibus",
            "{vehicle_cap} was checked {where}. {few} young women had no papers of"
            " their own; the driver held them. They were promised work abroad."
            " Interviewed by female officers, referred to a shelter.",
            HIGH,
            type="trafficking-persons",
            details={
                "victims": "{few}",
                "minors": 0,
                "signs": ["documents_withheld"],
                "suspects": 1,
                "referred_to": "shelter",
            },
        ),
        Scenario(
            "Labour group stranded near {town}",
            "{many} seasonal workers were left {where} by an intermediary who kept"
            " their passports. Food and transport needed; consulates informed.",
            MIDDLE,
            type="trafficking-persons",
            details={
                "victims": "{many}",
                "signs": ["documents_withheld", "labour"],
                "referred_to": "consulates",
            },
        ),
        Scenario(
            "Child without guardian at {crossing}",
            "A child of about {age} travelling with a man who is no relative was"
            " stopped at {crossing}. Child with social services, the man's statement"
            " is being checked.",
            HIGH,
            type="trafficking-persons",
            details={
                "victims": 1,
                "minors": 1,
                "suspects": 1,
                "referred_to": "social services",
            },
        ),
    ],
    "crossing": [
        Scenario(
            "{few} persons cross the river {dark}",
            "The camera showed {few} persons crossing {where} {dark}. {unit} went out;"
            " footprints lead towards {town}. No load was seen.",
            LOW,
            type="irregular-crossing",
            details={
                "persons": "{few}",
                "transport": ["foot"],
                "direction": "unknown",
                "outcome": ["escaped"],
            },
        ),
        Scenario(
            "Track of a vehicle across the strip",
            "Fresh tracks of one vehicle cross the control strip {where}. Width"
            " suggests a light lorry. Time between the last two checks: about {n}"
            " hours.",
            MIDDLE,
            type="irregular-crossing",
            details={
                "transport": ["vehicle"],
                "direction": "unknown",
                "outcome": ["escaped"],
            },
        ),
        Scenario(
            "Herdsmen on the wrong side",
            "{few} herdsmen followed their animals over the line {where} and were met"
            " by {unit_low}. Identity known, no offence seen. Return by the nearest"
            " crossing agreed.",
            ("minor",),
            type="irregular-crossing",
            details={
                "persons": "{few}",
                "transport": ["horse"],
                "documents": "valid",
                "reason": "followed their animals",
                "outcome": ["turned_back"],
            },
        ),
        Scenario(
            "Group detained near {town}",
            "{n} persons with papers of a third state were detained {where}. They name"
            " a guide who was paid in advance. Interpreter requested.",
            MIDDLE,
            type="irregular-crossing",
            details={
                "persons": "{n}",
                "nationality": "a third state",
                "documents": "valid",
                "outcome": ["detained"],
            },
        ),
        Scenario(
            "False papers at {crossing}",
            "A passport with a replaced photograph was presented at {crossing}. The"
            " holder asked for a phone call and then for an interpreter. Document"
            " retained.",
            LOW,
            type="document-fraud",
            details={
                "document": "passport",
                "fraud": ["altered"],
                "direction": "inbound",
                "outcome": ["detained"],
            },
        ),
        Scenario(
            "Нарушение границы, район {town}",
            "Наряд обнаружил следы группы из {few} человек, направление движения — в"
            " сторону {town}. Организовано преследование по следу.",
            MIDDLE,
            "ru",
            type="irregular-crossing",
            details={"persons": "{few}", "transport": ["foot"], "direction": "inbound"},
        ),
    ],
    "clash": [
        Scenario(
            "Shots heard {where}",
            "{n} single shots were heard {dark} {where}. No casualties known. Both"
            " posts keep their crews back; direct line to the neighbour is open.",
            ("severe", "extreme"),
            type="exchange-of-fire",
            details={
                "is_over": True,
                "weapons": ["small_arms"],
                "killed": 0,
                "wounded": 0,
                "contact_made": True,
            },
        ),
        Scenario(
            "Patrol fired on from cover",
            "{unit} was fired on {where} by persons with a load. Fire was returned"
            " into the air. One officer lightly injured, the group withdrew into the"
            " hills.",
            ("extreme", "severe"),
            type="exchange-of-fire",
            details={
                "is_over": True,
                "weapons": ["small_arms"],
                "parties": "our patrol; a group with a load",
                "killed": 0,
                "wounded": 1,
                "civilians_hurt": 0,
            },
        ),
    ],
    "terrorism": [
        Scenario(
            "Wanted person reported near {town}",
            "A resident says that a man on the search list spent a night {where} and"
            " asked for a guide. Description circulated to those concerned. Not"
            " confirmed.",
            ("severe", "severe", "unknown"),
            type="terrorist-activity",
            details={
                "activity_kind": ["movement"],
                "persons": 1,
                "direction": "unknown",
            },
        ),
        Scenario(
            "Leaflets and a suspicious bag",
            "A bag with leaflets and wires was left by the market {where}. Area"
            " cleared; the bag held no explosive. Leaflets kept for analysis.",
            ("severe", "moderate"),
            type="terrorist-activity",
            details={
                "activity_kind": ["propaganda"],
                "is_device_found": False,
                "killed": 0,
                "wounded": 0,
            },
        ),
    ],
}
