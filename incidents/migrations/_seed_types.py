"""The types of incident that a new platform starts with, as they were in 2026.

Administrators change them from then on; this file stays as it is. Labels are in English
and Russian; further languages are entered in the administration.
"""

from typing import Any

Json = dict[str, Any]
Words = tuple[str, str]

_MOST = 1_000_000


def _labels(words: Words) -> Json:
    return {"title": words[0], "x-labels": {"ru": words[1]}}


def _text(en: str, ru: str, length: int = 200) -> Json:
    return {"type": "string", "maxLength": length} | _labels((en, ru))


def _count(en: str, ru: str, most: int = 10_000) -> Json:
    return {"type": "integer", "minimum": 0, "maximum": most} | _labels((en, ru))


def _number(en: str, ru: str, most: int = _MOST) -> Json:
    return {"type": "number", "minimum": 0, "maximum": most} | _labels((en, ru))


def _yes_no(en: str, ru: str) -> Json:
    return {"type": "boolean"} | _labels((en, ru))


def _moment(en: str, ru: str) -> Json:
    return {"type": "string", "format": "date-time"} | _labels((en, ru))


def _offered(choices: dict[str, Words]) -> Json:
    labels = {code: {"en": en, "ru": ru} for code, (en, ru) in choices.items()}
    return {"type": "string", "enum": list(choices), "x-enum-labels": labels}


def _one(en: str, ru: str, **choices: Words) -> Json:
    return _offered(choices) | _labels((en, ru))


def _some(en: str, ru: str, **choices: Words) -> Json:
    listed = {"type": "array", "items": _offered(choices), "uniqueItems": True}
    return listed | _labels((en, ru))


DIRECTION = _one(
    "direction", "направление",
    inbound=("into our state", "на нашу территорию"),
    outbound=("out of our state", "с нашей территории"),
    along=("along the border", "вдоль границы"),
    unknown=("not known", "не установлено"),
)  # fmt: skip
CONCEALMENT = _text("concealed in", "место сокрытия", 300)
DETAINED = _count("persons detained", "задержано лиц", 1000)
VEHICLE = _text("vehicle and plate", "транспорт и номер", 120)
NATIONALITY = _text("nationality", "гражданство", 120)
ANIMALS = _some(
    "animals", "животные",
    cattle=("cattle", "крупный рогатый скот"), sheep=("sheep", "овцы"),
    goats=("goats", "козы"), horses=("horses", "лошади"), yaks=("yaks", "яки"),
    camels=("camels", "верблюды"), donkeys=("donkeys", "ослы"),
)  # fmt: skip
BRANDS = _text("brands, ear marks", "тавро, ушные метки")
OUTCOME = _some(
    "outcome", "результат",
    detained=("detained", "задержаны"), turned_back=("turned back", "возвращены"),
    escaped=("escaped", "скрылись"),
    handed_over=("handed over", "переданы сопредельной стороне"),
)  # fmt: skip


def _type(
    category: str, en: str, ru: str, *, confirm: bool = False, **fields: Json
) -> Json:
    return {
        "category": category,
        "names": {"en": en, "ru": ru},
        "needs_confirmation": confirm,
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": False,
            "properties": fields,
            "x-order": list(fields),
        },
    }


TYPES: dict[str, Json] = {
    "drugs-seizure": _type(
        "drugs", "Drugs seizure", "Изъятие наркотиков",
        substances=_some(
            "substances", "вещества",
            heroin=("heroin", "героин"), opium=("opium", "опий"),
            hashish=("hashish", "гашиш"), cannabis=("cannabis", "марихуана"),
            methamphetamine=("methamphetamine", "метамфетамин"),
            tablets=("synthetic tablets", "синтетические таблетки"),
            precursors=("precursors", "прекурсоры"), other=("other", "другое"),
        ),
        weight_kg=_number("weight, kg", "вес, кг", 100_000),
        packages=_count("packages", "упаковок", 100_000),
        package_marks=_text("marks on the packages", "знаки на упаковках"),
        test=_one(
            "field test", "экспресс-тест",
            positive=("positive", "положительный"),
            negative=("negative", "отрицательный"), none=("not done", "не проводился"),
        ),
        concealment=CONCEALMENT,
        vehicle=VEHICLE,
        direction=DIRECTION,
        persons_detained=DETAINED,
    ),
    "weapons-seizure": _type(
        "arms", "Weapons seizure", "Изъятие оружия",
        weapons=_some(
            "kinds", "виды",
            pistol=("pistols", "пистолеты"), rifle=("rifles", "винтовки и автоматы"),
            hunting=("hunting weapons", "охотничье оружие"),
            machine_gun=("machine guns", "пулемёты"),
            launcher=("launchers", "гранатомёты"), grenade=("grenades", "гранаты"),
            explosive=("explosives", "взрывчатые вещества"),
            ammunition=("ammunition", "боеприпасы"), other=("other", "другое"),
        ),
        weapons_count=_count("weapons", "единиц оружия"),
        ammunition_count=_count("rounds", "патронов", _MOST),
        explosives_kg=_number("explosives, kg", "взрывчатка, кг", 100_000),
        serial_numbers=_text("serial numbers", "серийные номера", 1000),
        concealment=CONCEALMENT,
        vehicle=VEHICLE,
        direction=DIRECTION,
        persons_detained=DETAINED,
    ),
    "goods-smuggling": _type(
        "smuggling", "Smuggling of goods", "Контрабанда товаров",
        goods=_some(
            "goods", "товары",
            fuel=("fuel", "топливо"), tobacco=("tobacco", "табак"),
            alcohol=("alcohol", "алкоголь"), food=("food", "продукты"),
            medicines=("medicines", "лекарства"),
            electronics=("electronics", "электроника"),
            textiles=("textiles", "текстиль"), currency=("currency", "валюта"),
            metals=("metals, minerals", "металлы, минералы"),
            wildlife=("plants and animals", "растения и животные"),
            other=("other", "другое"),
        ),
        quantity=_number("quantity", "количество", 1_000_000_000),
        quantity_unit=_one(
            "unit", "единица",
            kg=("kg", "кг"), litres=("litres", "литры"), pieces=("pieces", "штуки"),
            packs=("packs", "упаковки"),
        ),
        value_usd=_number("estimated value, USD", "оценка, долл. США", 1_000_000_000),
        concealment=CONCEALMENT,
        vehicle=VEHICLE,
        direction=DIRECTION,
        persons_detained=DETAINED,
    ),
    "trafficking-persons": _type(
        "trafficking", "Trafficking in persons", "Торговля людьми",
        victims=_count("presumed victims", "предполагаемых потерпевших", 1000),
        minors=_count("of them minors", "из них несовершеннолетних", 1000),
        nationality=NATIONALITY,
        signs=_some(
            "signs", "признаки",
            documents_withheld=("documents withheld", "изъяты документы"),
            restraint=("held by force", "удержание силой"),
            debt=("debt bondage", "долговая кабала"), threats=("threats", "угрозы"),
            labour=("forced labour", "принудительный труд"),
            sexual=("sexual exploitation", "сексуальная эксплуатация"),
            other=("other", "другое"),
        ),
        suspects=_count("suspects", "подозреваемых", 1000),
        vehicle=VEHICLE,
        direction=DIRECTION,
        referred_to=_text("victims referred to", "потерпевшие переданы"),
    ),
    "irregular-crossing": _type(
        "crossing", "Irregular crossing of persons", "Незаконное пересечение границы",
        persons=_count("persons", "лиц"),
        minors=_count("of them minors", "из них несовершеннолетних"),
        nationality=NATIONALITY,
        documents=_one(
            "documents", "документы",
            none=("none", "нет"), valid=("valid", "действительные"),
            forged=("forged", "поддельные"), foreign=("somebody else's", "чужие"),
        ),
        transport=_some(
            "way", "способ",
            foot=("on foot", "пешком"), horse=("on horseback", "верхом"),
            vehicle=("by vehicle", "на транспорте"), boat=("by boat", "на лодке"),
        ),
        direction=DIRECTION,
        reason=_text("reason given", "объяснение"),
        outcome=OUTCOME,
    ),
    "document-fraud": _type(
        "crossing", "Document fraud", "Подделка документов",
        document=_one(
            "document", "документ",
            passport=("passport", "паспорт"), identity=("identity card", "ID-карта"),
            visa=("visa", "виза"), residence=("residence permit", "вид на жительство"),
            driving=("driving licence", "водительское удостоверение"),
            vehicle=("vehicle papers", "документы на транспорт"),
            other=("other", "другое"),
        ),
        issued_by=_text("issued in the name of", "от имени государства", 80),
        document_number=_text("number", "номер", 40),
        fraud=_some(
            "how", "способ",
            forged=("wholly forged", "полная подделка"),
            altered=("altered", "внесены изменения"),
            stamp=("false stamp", "поддельный штамп"),
            stolen_blank=("stolen blank", "похищенный бланк"),
            impostor=("somebody else's", "чужой документ"),
        ),
        nationality=NATIONALITY,
        direction=DIRECTION,
        outcome=OUTCOME,
    ),
    "exchange-of-fire": _type(
        "clash", "Exchange of fire", "Перестрелка", confirm=True,
        began_at=_moment("began", "начало"),
        ended_at=_moment("ended", "окончание"),
        is_over=_yes_no("over", "прекращена"),
        weapons=_some(
            "weapons", "оружие",
            small_arms=("small arms", "стрелковое"),
            machine_guns=("machine guns", "пулемёты"),
            launchers=("launchers", "гранатомёты"), mortars=("mortars", "миномёты"),
            artillery=("artillery", "артиллерия"), drones=("drones", "дроны"),
        ),
        parties=_text("parties", "стороны", 300),
        killed=_count("killed", "погибших"),
        wounded=_count("wounded", "раненых"),
        civilians_hurt=_count("of them civilians", "из них гражданских"),
        contact_made=_yes_no(
            "border representatives in contact", "есть связь погранпредставителей"
        ),
    ),
    "terrorist-activity": _type(
        "terrorism", "Terrorist activity", "Террористическая деятельность",
        confirm=True,
        activity_kind=_some(
            "kind", "вид",
            attack=("attack", "нападение"), device=("explosive device", "СВУ"),
            threat=("threat", "угроза"), movement=("movement", "перемещение"),
            recruitment=("recruitment", "вербовка"),
            propaganda=("propaganda", "пропаганда"),
        ),
        persons=_count("persons", "лиц", 1000),
        is_armed=_yes_no("armed", "вооружены"),
        is_device_found=_yes_no("device found", "обнаружено устройство"),
        killed=_count("killed", "погибших"),
        wounded=_count("wounded", "раненых"),
        direction=DIRECTION,
        group=_text("group, if claimed", "группа, если известна"),
    ),
    "livestock-straying": _type(
        "livestock", "Straying livestock", "Переход скота через границу",
        animals=ANIMALS,
        heads=_count("heads", "голов", 100_000),
        brands=BRANDS,
        direction=DIRECTION,
        herders=_count("herders with them", "пастухов при них", 100),
        returned=_count("heads returned", "возвращено голов", 100_000),
        is_vet_check_needed=_yes_no(
            "veterinary check needed", "нужен ветеринарный осмотр"
        ),
        act_number=_text("hand-over act", "акт передачи, №", 40),
    ),
    "livestock-theft": _type(
        "livestock", "Theft of livestock", "Кража скота",
        animals=ANIMALS,
        heads=_count("heads", "голов", 100_000),
        brands=BRANDS,
        missed_at=_moment("missed since", "пропажа обнаружена"),
        suspects=_count("suspects", "подозреваемых", 100),
        tracks=_text("where the tracks lead", "куда ведут следы", 300),
        direction=DIRECTION,
        returned=_count("heads found", "найдено голов", 100_000),
    ),
    "marker-damage": _type(
        "marker", "Border-marker damage", "Повреждение пограничного знака",
        confirm=True,
        marker_number=_text("marker number", "номер знака", 40),
        damage=_one(
            "damage", "повреждение",
            broken=("broken", "разрушен"), moved=("moved", "смещён"),
            missing=("missing", "отсутствует"), tilted=("tilted", "наклонён"),
            painted=("painted over", "закрашен"),
            washed_out=("washed out", "подмыт"),
        ),
        cause=_one(
            "cause", "причина",
            nature=("nature", "природная"), vehicle=("vehicle", "транспорт"),
            deliberate=("deliberate", "умышленно"), animals=("animals", "животные"),
            unknown=("not known", "не установлена"),
        ),
        seen_whole_at=_moment("last seen whole", "последний осмотр в исправности"),
        is_position_lost=_yes_no("position lost", "место утрачено"),
        is_inspection_asked=_yes_no(
            "joint inspection asked for", "нужен совместный осмотр"
        ),
    ),
    "natural-hazard": _type(
        "hazard", "Flood, landslide, avalanche", "Паводок, сель, оползень, лавина",
        hazard=_one(
            "hazard", "явление",
            flood=("flood", "паводок"), mudflow=("mudflow", "сель"),
            landslide=("landslide", "оползень"), avalanche=("avalanche", "лавина"),
            earthquake=("earthquake", "землетрясение"), fire=("fire", "пожар"),
            storm=("storm", "буря"),
        ),
        people_missing=_count("people missing", "пропавших"),
        people_at_risk=_count("people at risk", "людей в опасности", _MOST),
        houses=_count("houses damaged", "повреждено домов", 100_000),
        road_blocked=_text("roads and bridges blocked", "перекрыты дороги, мосты"),
        water_level_m=_number("water level, m", "уровень воды, м", 1000),
        is_spreading=_yes_no("spreading", "развивается"),
    ),
    "unexploded-ordnance": _type(
        "hazard", "Mine or unexploded ordnance", "Мина или неразорвавшийся боеприпас",
        ordnance=_some(
            "what", "что",
            mine=("mine", "мина"), grenade=("grenade", "граната"),
            shell=("shell or rocket", "снаряд или ракета"), bomb=("bomb", "авиабомба"),
            unknown=("not known", "не установлено"),
        ),
        pieces=_count("pieces", "штук"),
        is_cordoned=_yes_no("cordoned off", "оцеплено"),
        is_marked=_yes_no("marked", "обозначено"),
        hurt=_count("people hurt", "пострадавших"),
    ),
    "medical-emergency": _type(
        "medical", "Medical emergency", "Неотложная медицинская помощь",
        nature=_one(
            "nature", "характер",
            injury=("injury", "травма"), gunshot=("gunshot", "огнестрельное ранение"),
            blast=("mine or blast", "подрыв"), illness=("illness", "болезнь"),
            altitude=("altitude", "горная болезнь"),
            cold=("cold", "переохлаждение"), birth=("birth", "роды"),
            poisoning=("poisoning, bite", "отравление, укус"),
        ),
        patients=_count("patients", "пострадавших", 1000),
        is_conscious=_yes_no("conscious", "в сознании"),
        first_aid=_text("first aid given", "оказанная помощь", 300),
        evacuation=_one(
            "evacuation needed", "эвакуация",
            none=("none", "не нужна"), road=("by road", "наземная"),
            air=("by air", "воздушная"), hand=("carried by hand", "на руках"),
        ),
        hospital=_text("nearest hospital", "ближайшая больница"),
        is_crossing_needed=_yes_no(
            "across the border", "через границу"
        ),
    ),
    "community-dispute": _type(
        "dispute", "Dispute over water, pasture, road",
        "Спор о воде, пастбище, дороге",
        subjects=_some(
            "about", "предмет",
            water=("water", "вода"), pasture=("pasture", "пастбище"),
            road=("road", "дорога"), building=("building", "строительство"),
            field=("field", "пашня"), livestock=("livestock", "скот"),
            other=("other", "другое"),
        ),
        communities=_text("communities", "сёла", 300),
        people=_count("people gathered", "собралось людей", 100_000),
        has_weapons=_yes_no("weapons or sticks seen", "есть оружие или палки"),
        is_road_blocked=_yes_no("road blocked", "дорога перекрыта"),
        hurt=_count("people hurt", "пострадавших"),
        talks=_one(
            "talks", "переговоры",
            none=("none", "нет"), elders=("elders", "старейшины"),
            local=("local authorities", "местные власти"),
            representatives=("border representatives", "погранпредставители"),
        ),
    ),
    "drone-sighting": _type(
        "other", "Drone sighting", "Обнаружение беспилотника",
        drones=_count("drones", "аппаратов", 1000),
        drone_kind=_one(
            "kind", "вид",
            multirotor=("multirotor", "мультикоптер"),
            fixed_wing=("fixed wing", "самолётного типа"),
            unknown=("not known", "не установлен"),
        ),
        heading=_one(
            "heading", "курс",
            n=("north", "север"), ne=("north-east", "северо-восток"),
            e=("east", "восток"), se=("south-east", "юго-восток"),
            s=("south", "юг"), sw=("south-west", "юго-запад"),
            w=("west", "запад"), nw=("north-west", "северо-запад"),
            hovering=("hovering", "висит"),
        ),
        height_m=_count("height above ground, m", "высота над землёй, м"),
        minutes=_count("minutes seen", "наблюдали минут", 1440),
        has_crossed=_yes_no("crossed the line", "пересёк линию границы"),
        has_load=_yes_no("carries a load", "несёт груз"),
        response=_one(
            "what was done", "принятые меры",
            watched=("watched", "наблюдение"), jammed=("jammed", "подавлен"),
            downed=("brought down", "сбит"), recovered=("recovered", "подобран"),
        ),
    ),
    "missing-person": _type(
        "other", "Missing or lost person", "Пропавший или заблудившийся человек",
        persons=_count("persons", "лиц", 1000),
        minors=_count("of them minors", "из них несовершеннолетних", 1000),
        last_seen_at=_moment("last seen", "видели последний раз"),
        clothing=_text("clothing and signs", "одежда и приметы", 300),
        bound_for=_text("bound for", "куда направлялись"),
        is_found=_yes_no("found", "найдены"),
    ),
}  # fmt: skip
