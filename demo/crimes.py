"""What happens along the borders: crimes and crossings.

A template has slots in braces; ``demo.wording`` fills them. Invented, and held as
dry as a duty officer's prose.
"""

from __future__ import annotations

from demo.scenario import HIGH, LOW, MIDDLE, Scenario

CRIMES: dict[str, list[Scenario]] = {
    "drugs": [
        Scenario(
            "{kg} kg of {drug} found near {town}",
            "{unit} stopped {vehicle} {where}. A dog indicated {hide}; {kg} kg of"
            " {drug} in {n} packages were found. {few} persons detained, samples sent"
            " to the laboratory.",
            HIGH,
        ),
        Scenario(
            "Couriers with {drug} turned back",
            "{few} persons with rucksacks crossed {where} {dark} and dropped their"
            " load when challenged. {kg} kg of {drug} recovered. The group went back"
            " the way it came; tracks lead to the water.",
            HIGH,
        ),
        Scenario(
            "Cache of {drug} {where}",
            "{unit} found a cache {cache}, wrapped against moisture and marked with"
            " paint. {kg} kg of {drug}. The place is under observation; neighbours are"
            " asked not to approach it.",
            MIDDLE,
        ),
        Scenario(
            "Drone drop of {drug} suspected",
            "A small unmanned aircraft was heard {dark} {where}. A search found one"
            " package of about {n} kg, presumed {drug}. Direction of flight uncertain.",
            MIDDLE,
        ),
        Scenario(
            "Обнаружен тайник с наркотиками, {town}",
            "При осмотре местности наряд обнаружил тайник: {kg} кг, предположительно"
            " {drug}. Место оцеплено, вызвана следственно-оперативная группа.",
            HIGH,
            "ru",
        ),
    ],
    "arms": [
        Scenario(
            "{few} hunting rifles without papers",
            "{unit} checked {vehicle} {where} and found {few} rifles and {many} rounds"
            " {hide}. The driver says that they are for wolves. Weapons secured, check"
            " of numbers requested.",
            MIDDLE,
        ),
        Scenario(
            "Old ordnance {where}",
            "Shepherds reported {n} mortar rounds uncovered by rain {where}. Area"
            " marked with tape, road closed for 300 m, clearance team requested.",
            HIGH,
        ),
        Scenario(
            "Ammunition found at control",
            "{many} rounds of 7.62 mm ammunition found {hide} of {vehicle}. One person"
            " detained. No link to other cases known so far.",
            MIDDLE,
        ),
    ],
    "smuggling": [
        Scenario(
            "Load of {goods} stopped near {town}",
            "{unit} stopped {lorry} off the road {where}. Load: {goods}, about {many}"
            " packages, no papers. Driver handed to customs.",
            LOW,
        ),
        Scenario(
            "Footbridge used for {goods}",
            "A makeshift footbridge {where} was used {dark} to carry {goods}. {n}"
            " persons dispersed. The bridge should be removed from both banks at the"
            " same time.",
            LOW,
        ),
        Scenario(
            "Convoy avoids {crossing}",
            "{n} vehicles left the road before {crossing} and went round by the fields"
            " {dark}. Two were stopped: {goods}. The others are believed to be waiting"
            " near {town}.",
            MIDDLE,
        ),
        Scenario(
            "Undeclared goods at {crossing}: {small}",
            "Second-line control at {crossing} found {small} {hide} of {lorry}."
            " Estimated duty evaded is considerable. Same plates were stopped last"
            " month.",
            LOW,
        ),
        Scenario(
            "Fuel line across the canal",
            "A hose about {many} m long was laid through the canal {where}, with pumps"
            " on both sides. Hose cut, pump seized. Owners unknown.",
            LOW,
        ),
        Scenario(
            "Контрабанда: {goods}",
            "Задержан автомобиль без сопроводительных документов, район {town}."
            " Водитель и груз переданы таможенной службе.",
            LOW,
            "ru",
        ),
    ],
    "trafficking": [
        Scenario(
            "{few} women without papers in a minibus",
            "{vehicle_cap} was checked {where}. {few} young women had no papers of"
            " their own; the driver held them. They were promised work abroad."
            " Interviewed by female officers, referred to a shelter.",
            HIGH,
        ),
        Scenario(
            "Labour group stranded near {town}",
            "{many} seasonal workers were left {where} by an intermediary who kept"
            " their passports. Food and transport needed; consulates informed.",
            MIDDLE,
        ),
        Scenario(
            "Child without guardian at {crossing}",
            "A child of about {age} travelling with a man who is no relative was"
            " stopped at {crossing}. Child with social services, the man's statement"
            " is being checked.",
            HIGH,
        ),
    ],
    "crossing": [
        Scenario(
            "{few} persons cross the river {dark}",
            "The camera showed {few} persons crossing {where} {dark}. {unit} went out;"
            " footprints lead towards {town}. No load was seen.",
            LOW,
        ),
        Scenario(
            "Track of a vehicle across the strip",
            "Fresh tracks of one vehicle cross the control strip {where}. Width"
            " suggests a light lorry. Time between the last two checks: about {n}"
            " hours.",
            MIDDLE,
        ),
        Scenario(
            "Herdsmen on the wrong side",
            "{few} herdsmen followed their animals over the line {where} and were met"
            " by {unit_low}. Identity known, no offence seen. Return by the nearest"
            " crossing agreed.",
            ("minor",),
        ),
        Scenario(
            "Group detained near {town}",
            "{n} persons with papers of a third state were detained {where}. They name"
            " a guide who was paid in advance. Interpreter requested.",
            MIDDLE,
        ),
        Scenario(
            "False papers at {crossing}",
            "A passport with a replaced photograph was presented at {crossing}. The"
            " holder asked for a phone call and then for an interpreter. Document"
            " retained.",
            LOW,
        ),
        Scenario(
            "Нарушение границы, район {town}",
            "Наряд обнаружил следы группы из {few} человек, направление движения — в"
            " сторону {town}. Организовано преследование по следу.",
            MIDDLE,
            "ru",
        ),
    ],
    "clash": [
        Scenario(
            "Shots heard {where}",
            "{n} single shots were heard {dark} {where}. No casualties known. Both"
            " posts keep their crews back; direct line to the neighbour is open.",
            ("severe", "extreme"),
        ),
        Scenario(
            "Patrol fired on from cover",
            "{unit} was fired on {where} by persons with a load. Fire was returned"
            " into the air. One officer lightly injured, the group withdrew into the"
            " hills.",
            ("extreme", "severe"),
        ),
    ],
    "terrorism": [
        Scenario(
            "Wanted person reported near {town}",
            "A resident says that a man on the search list spent a night {where} and"
            " asked for a guide. Description circulated to those concerned. Not"
            " confirmed.",
            ("severe", "severe", "unknown"),
        ),
        Scenario(
            "Leaflets and a suspicious bag",
            "A bag with leaflets and wires was left by the market {where}. Area"
            " cleared; the bag held no explosive. Leaflets kept for analysis.",
            ("severe", "moderate"),
        ),
    ],
}
