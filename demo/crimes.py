"""What is carried across the borders: drugs, arms, goods.

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
            type="drugs-seizure",
            details={
                "substances": ["{drug}"],
                "weight_kg": "{kg}",
                "packages": "{n}",
                "test": "none",
                "concealment": "{hide}",
                "vehicle": "{vehicle}",
                "persons_detained": "{few}",
            },
        ),
        Scenario(
            "Couriers with {drug} turned back",
            "{few} persons with rucksacks crossed {where} {dark} and dropped their"
            " load when challenged. {kg} kg of {drug} recovered. The group went back"
            " the way it came; tracks lead to the water.",
            HIGH,
            type="drugs-seizure",
            details={
                "substances": ["{drug}"],
                "weight_kg": "{kg}",
                "direction": "inbound",
                "persons_detained": 0,
            },
        ),
        Scenario(
            "Cache of {drug} {where}",
            "{unit} found a cache {cache}, wrapped against moisture and marked with"
            " paint. {kg} kg of {drug}. The place is under observation; neighbours are"
            " asked not to approach it.",
            MIDDLE,
            type="drugs-seizure",
            details={
                "substances": ["{drug}"],
                "weight_kg": "{kg}",
                "concealment": "{cache}",
                "package_marks": "paint",
                "persons_detained": 0,
            },
        ),
        Scenario(
            "Drone drop of {drug} suspected",
            "A small unmanned aircraft was heard {dark} {where}. A search found one"
            " package of about {n} kg, presumed {drug}. Direction of flight uncertain.",
            MIDDLE,
            type="drugs-seizure",
            details={
                "substances": ["{drug}"],
                "weight_kg": "{n}",
                "packages": 1,
                "test": "none",
                "direction": "unknown",
            },
        ),
        Scenario(
            "Обнаружен тайник с наркотиками, {town}",
            "При осмотре местности наряд обнаружил тайник: {kg} кг, предположительно"
            " {drug}. Место оцеплено, вызвана следственно-оперативная группа.",
            HIGH,
            "ru",
            type="drugs-seizure",
            details={
                "substances": ["{drug}"],
                "weight_kg": "{kg}",
                "test": "positive",
                "concealment": "тайник",
            },
        ),
    ],
    "arms": [
        Scenario(
            "{few} hunting rifles without papers",
            "{unit} checked {vehicle} {where} and found {few} rifles and {many} rounds"
            " {hide}. The driver says that they are for wolves. Weapons secured, check"
            " of numbers requested.",
            MIDDLE,
            type="weapons-seizure",
            details={
                "weapons": ["hunting", "ammunition"],
                "weapons_count": "{few}",
                "ammunition_count": "{many}",
                "concealment": "{hide}",
                "vehicle": "{vehicle}",
            },
        ),
        Scenario(
            "Old ordnance {where}",
            "Shepherds reported {n} mortar rounds uncovered by rain {where}. Area"
            " marked with tape, road closed for 300 m, clearance team requested.",
            HIGH,
            type="weapons-seizure",
            details={
                "weapons": ["explosive"],
                "serial_numbers": "not legible",
                "persons_detained": 0,
            },
        ),
        Scenario(
            "Ammunition found at control",
            "{many} rounds of 7.62 mm ammunition found {hide} of {vehicle}. One person"
            " detained. No link to other cases known so far.",
            MIDDLE,
            type="weapons-seizure",
            details={
                "weapons": ["ammunition"],
                "ammunition_count": "{many}",
                "concealment": "{hide}",
                "vehicle": "{vehicle}",
                "persons_detained": 1,
            },
        ),
    ],
    "smuggling": [
        Scenario(
            "Load of {goods} stopped near {town}",
            "{unit} stopped {lorry} off the road {where}. Load: {goods}, about {many}"
            " packages, no papers. Driver handed to customs.",
            LOW,
            type="goods-smuggling",
            details={
                "goods": ["{goods}"],
                "quantity": "{many}",
                "quantity_unit": "packs",
                "vehicle": "{lorry}",
                "direction": "outbound",
            },
        ),
        Scenario(
            "Footbridge used for {goods}",
            "A makeshift footbridge {where} was used {dark} to carry {goods}. {n}"
            " persons dispersed. The bridge should be removed from both banks at the"
            " same time.",
            LOW,
            type="goods-smuggling",
            details={
                "goods": ["{goods}"],
                "direction": "unknown",
                "persons_detained": 0,
            },
        ),
        Scenario(
            "Convoy avoids {crossing}",
            "{n} vehicles left the road before {crossing} and went round by the fields"
            " {dark}. Two were stopped: {goods}. The others are believed to be waiting"
            " near {town}.",
            MIDDLE,
            type="goods-smuggling",
            details={"goods": ["{goods}"], "direction": "outbound"},
        ),
        Scenario(
            "Undeclared goods at {crossing}: {small}",
            "Second-line control at {crossing} found {small} {hide} of {lorry}."
            " Estimated duty evaded is considerable. Same plates were stopped last"
            " month.",
            LOW,
            type="goods-smuggling",
            details={
                "goods": ["{small}"],
                "concealment": "{hide}",
                "vehicle": "{lorry}",
                "direction": "inbound",
            },
        ),
        Scenario(
            "Fuel line across the canal",
            "A hose about {many} m long was laid through the canal {where}, with pumps"
            " on both sides. Hose cut, pump seized. Owners unknown.",
            LOW,
            type="goods-smuggling",
            details={"goods": ["fuel"], "direction": "unknown", "persons_detained": 0},
        ),
        Scenario(
            "Контрабанда: {goods}",
            "Задержан автомобиль без сопроводительных документов, район {town}."
            " Водитель и груз переданы таможенной службе.",
            LOW,
            "ru",
            type="goods-smuggling",
            details={
                "goods": ["{goods}"],
                "direction": "inbound",
                "persons_detained": 1,
            },
        ),
    ],
}
