"""Templates of intelligence reports; ``demo.reports`` fills the slots.

Invented throughout. No report names a person.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assessment:
    """One kind of report; the tear line says what a partner may know."""

    title: str
    body: str
    tear_line: str
    topics: tuple[str, ...]
    language: str = "en"


ASSESSMENTS = [
    Assessment(
        "Change of courier route near {town}",
        "Since about {weeks} weeks couriers avoid the road by {crossing} and use the"
        " valley {where}. Groups of {few}, on foot, {dark}. Guides are paid on the far"
        " side after delivery. Loads are smaller than before, {n} to 1{n}"
        " kg.\n\nAssessment: the change answers the new control at {crossing}. Expect"
        " the old route to come back into use when the control ends.",
        "Couriers are likely to avoid {crossing} and go round it in small groups.",
        ("drugs", "crossing"),
    ),
    Assessment(
        "Price of hashish in {town} down by a fifth",
        "Two sources in {town} give the same lower price. Supply has not been stopped"
        " for {weeks} weeks. A new store {where} is mentioned by one of"
        " them.\n\nAssessment: more volume should be expected on the roads to the"
        " north within a month.",
        "Supply in the area of {town} has increased; more transports are likely.",
        ("drugs",),
    ),
    Assessment(
        "Use of small drones for drops",
        "Parts for unmanned aircraft with a payload of {n} kg were ordered by a"
        " workshop in {town}. Two test flights were seen {where} {dark}. The operator"
        " was trained on agricultural machines.",
        "Drops by small unmanned aircraft are possible in this section, mostly at"
        " night.",
        ("drugs", "smuggling"),
    ),
    Assessment(
        "Cigarettes: stores filled before the holiday",
        "Stores {where} are being filled. About {many} pallets came in from the south,"
        " repacked in {town}. Onward transport in passenger cars, {n} cartons each.",
        "More cigarettes without stamps are expected in passenger cars this month.",
        ("smuggling",),
    ),
    Assessment(
        "Fuel prices and pressure on the line",
        "The difference in price of diesel across the line has grown to about {many}"
        " per cent. Canisters are collected {where}. Residents of both sides take"
        " part; force is not expected.",
        "Small-scale fuel trade will grow while prices differ; it is not organised.",
        ("smuggling", "dispute"),
    ),
    Assessment(
        "Forged transit papers from one printer",
        "{n} sets of transit papers seen at {crossing} share the same fault in the"
        " background print. They were issued to four haulage firms. The printer is"
        " probably in {town}.",
        "Transit papers with a fault in the background print are in use; look for a"
        " broken line left of the number.",
        ("smuggling", "other"),
    ),
    Assessment(
        "Recruiters promise work abroad",
        "Recruiters in {town} promise work in hotels. Papers are collected in advance."
        " Groups of {few} travel by minibus by way of {crossing}, always on a"
        " Thursday. One returned and is willing to speak to a female officer.",
        "Groups of young women recruited for work abroad may pass; papers are held by"
        " the driver.",
        ("trafficking",),
    ),
    Assessment(
        "Seasonal workers: intermediaries keep passports",
        "At least {many} workers are affected. The intermediary rents a yard {where}."
        " Debts are used to keep them there. Consular staff have been told.",
        "Workers without their own papers may ask for help at crossings.",
        ("trafficking",),
    ),
    Assessment(
        "Cattle theft: same group on both sides",
        "Marks on recovered animals and statements of {few} herdsmen point to one"
        " group with relatives on both sides. Animals are held {where} for about two"
        " days and sold in {town}.",
        "Stolen cattle are probably sold in {town} within two days.",
        ("livestock",),
    ),
    Assessment(
        "Water: tension expected at the distribution works",
        "The level of the reservoir is {many} cm below last year's. Turns of"
        " irrigation {where} will be cut from next week. Heads of two villages are"
        " ready to talk; young men speak of going to the works themselves.",
        "Gatherings at the distribution works are likely next week. Joint presence and"
        " early talks are advised.",
        ("dispute", "clash"),
    ),
    Assessment(
        "Weapons offered in {town}",
        "{few} hunting rifles and ammunition were offered in {town} by a person"
        " unknown to the source. Origin may be the theft from a store {weeks} weeks"
        " ago. Not confirmed.",
        "Stolen hunting rifles may be on offer in the area.",
        ("arms",),
    ),
    Assessment(
        "Suspected return of fighters by way of the mountains",
        "A partner outside the region says that {few} persons look for a guide across"
        " the ridge {where}. Descriptions are poor. Two guides known to us deny having"
        " been asked.",
        "Strangers who ask for a guide across the ridge should be reported at once.",
        ("terrorism", "crossing"),
    ),
    Assessment(
        "Bribes asked at {crossing}",
        "Drivers name the same shift at {crossing}. Amounts are small and fixed. Goods"
        " of one firm are never opened. Internal affairs have been told.",
        "",
        ("smuggling", "other"),
    ),
    Assessment(
        "Weak places of the strip after the floods",
        "Photographs from {n} places {where} show where fence and strip were washed"
        " out. Repair before spring is not expected. Two fords are passable for light"
        " lorries.",
        "Fence and strip are washed out at several places of this section.",
        ("crossing", "marker"),
    ),
    Assessment(
        "Радиообмен контрабандистов, район {town}",
        "Отмечен радиообмен на открытых каналах в районе {town}. Передаются сведения о"
        " движении нарядов. Наблюдатели, по всей вероятности, располагаются на высотах"
        " у дороги. Рекомендуется менять время выхода нарядов.",
        "За движением нарядов ведётся наблюдение; время выхода следует менять.",
        ("smuggling", "drugs"),
        "ru",
    ),
    Assessment(
        "Использование подставных перевозчиков через {crossing}",
        "Не менее четырёх фирм зарегистрированы по одному адресу. Объявленный груз —"
        " {goods}, вес систематически занижен. Водители меняются каждые две недели.",
        "Возможны поставки с заниженным весом; рекомендуется контрольное взвешивание.",
        ("smuggling",),
        "ru",
    ),
]
SOURCES = [
    "Resident, known for three years, so far correct in what could be checked.",
    "Driver, spoken to twice. Has his own interest in the matter.",
    "Signals, no person concerned. Do not mention the means.",
    "Colleague of another service of our state, passed on orally.",
    "Camera {n}0, pictures kept for ninety days.",
    "Statement of a detained person; he hopes for leniency.",
    "Open source: local market prices and two message channels.",
    "Anonymous call to the hotline, the voice not known.",
]
