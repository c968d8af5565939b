"""Border markers: reference data, which the platform keeps for all agencies.

As of the sections, the server's log tells of them, not the journal.
"""

from typing import Any

import structlog
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Permission, require
from patrols.models import BorderMarker, BorderSection

log = structlog.get_logger(__name__)


@transaction.atomic
def register_marker(
    *, section: BorderSection, number: str, place: Point, by: Actor, **values: Any
) -> BorderMarker:
    """Register a marker of a section; its section and number stay.

    ``values`` are the columns source, valid_from and valid_until.
    """
    require(by, Permission.AGREEMENT_MANAGE)
    marker = BorderMarker(section=section, number=number, place=place, **values)
    _save(marker, is_new=True)
    log.info("marker_registered", by=by.label, section=section.code, number=number)
    return marker


@transaction.atomic
def change_marker(*, marker: BorderMarker, by: Actor, **values: Any) -> BorderMarker:
    """Change anything of a marker but its section and number."""
    require(by, Permission.AGREEMENT_MANAGE)
    row = BorderMarker.objects.select_for_update().get(pk=marker.pk)
    if values.get("number", row.number) != row.number:
        raise Invalid("code_fixed", _("A number never changes."), pointer="/number")
    if values.get("section", row.section) != row.section:
        text = _("A marker stays in its section.")
        raise Invalid("code_fixed", text, pointer="/section")
    for name, value in values.items():
        setattr(row, name, value)
    _save(row)
    log.info("marker_changed", by=by.label, number=row.number, fields=[*values])
    return row


def _save(marker: BorderMarker, *, is_new: bool = False) -> None:
    begin, end = marker.valid_from, marker.valid_until
    if begin and end and end < begin:
        text = _("It ends before it begins.")
        raise Invalid("bad_period", text, pointer="/valid_until")
    try:
        with transaction.atomic():
            marker.save(force_insert=is_new)
    except IntegrityError as error:
        if "bordermarker_stands_once" not in str(error):
            raise
        text = _("A marker of this number stands in the section.")
        raise Conflict("code_taken", text, pointer="/number") from None
