"""Reports that are spoken in a fixed order: SALUTE, METHANE, the 9-line MEDEVAC.

Each is data: its lines in order, and which columns and details of an incident fill a
line. What has no column of its own is a *standard detail*: ``STANDARD`` is their form,
and every incident accepts them, whatever its type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.schemas import DIALECT, Json, arranged

DETAIL = "details/"


@dataclass(frozen=True)
class Line:
    """One line: its letter or number, its words, what fills it.

    ``fields`` are columns of the incident, or details as ``details/<name>``.
    """

    mark: str
    words: str | Promise
    fields: tuple[str, ...]
    help: str | Promise = ""

    @property
    def details(self) -> list[str]:
        """The names of the details that fill it."""
        return [f.removeprefix(DETAIL) for f in self.fields if f.startswith(DETAIL)]


@dataclass(frozen=True)
class Format:
    """A report in a fixed order, and who says that this is the order."""

    code: str
    name: str | Promise
    source: str
    lines: tuple[Line, ...]

    @property
    def details(self) -> list[str]:
        """The names of the details that fill its lines, in order."""
        return [name for line in self.lines for name in line.details]


SALUTE = Format(
    "salute",
    "SALUTE",
    "US Army STP 21-1-SMCT, task 301-348-1050, Report Information of Potential"
    " Intelligence Value",
    (
        Line("S", _("Size"), ("details/size",), _("How many persons, vehicles.")),
        Line("A", _("Activity"), ("details/activity",), _("What they do.")),
        Line("L", _("Location"), ("place",)),
        Line(
            "U",
            _("Unit or uniform"),
            ("details/unit",),
            _("Signs by which they can be told: uniforms, marks, plates."),
        ),
        Line("T", _("Time"), ("occurred_at",), _("When it was seen.")),
        Line(
            "E",
            _("Equipment"),
            ("details/equipment",),
            _("Weapons, vehicles, radios, loads."),
        ),
    ),
)
METHANE = Format(
    "methane",
    "METHANE",
    "JESIP, Joint Doctrine: the interoperability framework, M/ETHANE"
    " (jesip.org.uk/methane)",
    (
        Line("M", _("Major incident declared"), ("details/major_incident",)),
        Line("E", _("Exact location"), ("place",)),
        Line("T", _("Type of incident"), ("type",)),
        Line("H", _("Hazards present or suspected"), ("details/hazards",)),
        Line(
            "A",
            _("Access"),
            ("details/access",),
            _("Routes that are safe to use, and where to meet."),
        ),
        Line(
            "N",
            _("Number, type and severity of casualties"),
            ("details/casualties",),
        ),
        Line(
            "E",
            _("Emergency services present and required"),
            ("details/services_present", "details/services_needed"),
        ),
    ),
)
NINE_LINE = Format(
    "nine-line",
    _("9-line MEDEVAC"),
    "US Army GTA 08-01-004, MEDEVAC Request Form; ATP 4-02.2, Medical Evacuation",
    (
        Line("1", _("Location of pick-up site"), ("place",)),
        Line(
            "2",
            _("Radio frequency, call sign, suffix"),
            ("details/radio",),
            _("At the pick-up site, not of a relay."),
        ),
        Line(
            "3",
            _("Number of patients by precedence"),
            (
                "details/patients_urgent",
                "details/patients_urgent_surgical",
                "details/patients_priority",
                "details/patients_routine",
                "details/patients_convenience",
            ),
        ),
        Line("4", _("Special equipment required"), ("details/special_equipment",)),
        Line(
            "5",
            _("Number of patients by type"),
            ("details/patients_litter", "details/patients_ambulatory"),
        ),
        Line(
            "6",
            _("Security of pick-up site; wounds, injuries, illnesses"),
            ("details/site_security", "details/wounds"),
        ),
        Line("7", _("Method of marking pick-up site"), ("details/site_marking",)),
        Line(
            "8",
            _("Patients' nationality and status"),
            ("details/patients_nationality", "details/patients_status"),
        ),
        Line(
            "9",
            _("Contamination; terrain"),
            ("details/contamination", "details/terrain"),
            _("Terrain: what lies around the place to land, and hazards to aircraft."),
        ),
    ),
)
FORMATS = {made.code: made for made in (SALUTE, METHANE, NINE_LINE)}


def _text(title: str, ru: str, length: int = 300) -> Json:
    labels = {"ru": ru}
    return {"type": "string", "maxLength": length, "title": title, "x-labels": labels}


def _number(title: str, ru: str) -> Json:
    bounds = {"type": "integer", "minimum": 0, "maximum": 10_000}
    return bounds | {"title": title, "x-labels": {"ru": ru}}


def _offered(**words: tuple[str, str]) -> Json:
    labels = {code: {"en": en, "ru": ru} for code, (en, ru) in words.items()}
    return {"type": "string", "enum": list(words), "x-enum-labels": labels}


def _some(title: str, ru: str, **words: tuple[str, str]) -> Json:
    return {
        "type": "array",
        "items": _offered(**words),
        "uniqueItems": True,
        "title": title,
        "x-labels": {"ru": ru},
    }


# What every incident may say, whatever its type. Names are only added, never changed.
STANDARD: Json = arranged(
    {
        "$schema": DIALECT,
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "size": _text("size", "численность"),
            "activity": _text("activity", "действия", 1000),
            "unit": _text("unit or uniform", "принадлежность, форма"),
            "equipment": _text("equipment", "снаряжение", 1000),
            "major_incident": {
                "type": "boolean",
                "title": "major incident declared",
                "x-labels": {"ru": "объявлено чрезвычайное происшествие"},
            },
            "hazards": _text("hazards", "опасности", 1000),
            "access": _text("access", "подъезд и подход", 1000),
            "casualties": _text("casualties", "пострадавшие", 1000),
            "services_present": _text("services present", "службы на месте"),
            "services_needed": _text("services required", "требуемые службы"),
            "radio": _text("frequency and call sign", "частота и позывной", 80),
            "patients_urgent": _number(
                "patients, urgent (A)", "пациенты: неотложные (A)"
            ),
            "patients_urgent_surgical": _number(
                "patients, urgent surgical (B)",
                "пациенты: неотложные хирургические (B)",
            ),
            "patients_priority": _number(
                "patients, priority (C)", "пациенты: первоочередные (C)"
            ),
            "patients_routine": _number(
                "patients, routine (D)", "пациенты: плановые (D)"
            ),
            "patients_convenience": _number(
                "patients, convenience (E)", "пациенты: по возможности (E)"
            ),
            "special_equipment": _some(
                "special equipment",
                "особое оборудование",
                none=("A: none", "A: не требуется"),
                hoist=("B: hoist", "B: лебёдка"),
                extraction=("C: extraction equipment", "C: средства извлечения"),
                ventilator=("D: ventilator", "D: аппарат ИВЛ"),
            ),
            "patients_litter": _number("patients, litter (L)", "пациенты: лежачие (L)"),
            "patients_ambulatory": _number(
                "patients, ambulatory (A)", "пациенты: ходячие (A)"
            ),
            "site_security": _offered(
                none=("N: no threat in the area", "N: угрозы в районе нет"),
                possible=("P: threat possible", "P: угроза возможна"),
                threat=("E: threat in the area", "E: угроза в районе"),
                escort=("X: armed escort required", "X: нужна вооружённая охрана"),
            )
            | {"title": "security of the site", "x-labels": {"ru": "безопасность"}},
            "wounds": _text(
                "wounds, injuries, illnesses", "ранения, травмы, болезни", 1000
            ),
            "site_marking": _offered(
                panels=("A: panels", "A: полотнища"),
                pyrotechnic=("B: pyrotechnic signal", "B: пиротехника"),
                smoke=("C: smoke", "C: дым"),
                none=("D: none", "D: нет"),
                other=("E: other", "E: другое"),
            )
            | {"title": "marking of the site", "x-labels": {"ru": "обозначение"}},
            "patients_nationality": _text(
                "patients' nationality", "гражданство пациентов"
            ),
            "patients_status": _some(
                "patients' status",
                "статус пациентов",
                own_service=("of our service", "наши сотрудники"),
                partner_service=("of a partner service", "сотрудники партнёров"),
                civilian=("civilian", "гражданские"),
                detained=("detained", "задержанные"),
            ),
            "contamination": _some(
                "contamination",
                "заражение",
                nuclear=("N: nuclear", "N: радиационное"),
                biological=("B: biological", "B: биологическое"),
                chemical=("C: chemical", "C: химическое"),
            ),
            "terrain": _text("terrain", "местность", 1000),
        },
    }
)


def whole(schema: Mapping[str, Any] | None) -> Json:
    """Return a type's form with the standard details; the type's own fields win."""
    own = schema or {"properties": {}}
    return {**own, "properties": STANDARD["properties"] | own["properties"]}
