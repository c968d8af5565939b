"""Systems of coordinates, and why a text is no place, in the reader's language."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patrols.coordinates import Fault, NotAPlace, System

SYSTEMS = {
    System.DECIMAL: _("decimal degrees"),
    System.DMS: _("degrees, minutes, seconds"),
    System.DM: _("degrees and minutes"),
    System.UTM: "UTM",
    System.MGRS: "MGRS",
    System.SK42: _("SK-42 (Gauss-Krueger)"),
    System.MARKER: _("border marker"),
    System.NAME: _("place name"),
    System.GEOJSON: _("point of a system"),
}
SYSTEM_CHOICES = [(system.value, words) for system, words in SYSTEMS.items()]

FAULTS = {
    Fault.NOTHING: _(
        "Read nothing that is a place in “%(read)s”. Write latitude, longitude such as"
        " 40.12345, 70.12345, or MGRS, UTM, SK-42, a border marker or a place name."
    ),
    Fault.TOO_LONG: _("At most %(most)s characters."),
    Fault.DEGREES_COUNT: _(
        "Read the numbers %(read)s. Write latitude, longitude: two numbers (degrees),"
        " four (with minutes) or six (with seconds), such as 40.12345, 70.12345."
    ),
    Fault.DEGREES_RANGE: _(
        "Read latitude %(latitude)s, longitude %(longitude)s. Latitude is -90..90,"
        " longitude -180..180."
    ),
    Fault.DEGREES_PARTS: _(
        "Read %(read)s. Minutes and seconds are from 0 to below 60, and only the last"
        " number has decimals."
    ),
    Fault.HEMISPHERES: _(
        "Read %(read)s. Write N or S and E or W, both before or both after the"
        " numbers, without a minus; or none of them."
    ),
    Fault.MGRS_FORM: _(
        "Read %(read)s as MGRS. Write zone, band, square and digits: 42T WK 1234 4321."
    ),
    Fault.MGRS_DIGITS: _(
        "Read the digits %(read)s of MGRS. They are as many east as north, one (10 km)"
        " to five (1 m) each."
    ),
    Fault.MGRS_SQUARE: _("MGRS has no square %(square)s."),
    Fault.UTM_FORM: _(
        "Read %(read)s as UTM. Write zone and band, easting of six digits, northing:"
        " 42T 512345 4443210."
    ),
    Fault.UTM_BAND: _(
        "The band of %(band)s does not go with this northing. Write another band, or N"
        " for the north."
    ),
    Fault.UTM_HEMISPHERE: _(
        "%(band)s is the band from 32 to 40 N, and this northing is not in it; or the"
        " south, which is not read. Write the band, or N for the north."
    ),
    Fault.SK42_FORM: _(
        "Read %(read)s as SK-42. Write X (north), Y (east, with the zone before it):"
        " X=4443210 Y=12512345."
    ),
    Fault.SK42_ORDER: _(
        "SK-42 is X (north) before Y (east). Write %(north)s %(east)s, or say which is"
        " which: X=… Y=…"
    ),
    Fault.SK42_ZONE: _(
        "Read Y %(read)s of SK-42. The number of its zone, 8 to 15, is missing before"
        " the six digits."
    ),
    Fault.SK42_RANGE: _(
        "Read X %(north)s, Y %(east)s as SK-42. That is no place in this zone: X has"
        " seven digits, Y six after the zone."
    ),
    Fault.BEARING_MISSING: _(
        "Read the distance %(read)s. The bearing is missing: 045 deg, 800 mils or NE."
    ),
    Fault.BEARING_RANGE: _("Read the bearing %(read)s. It is at most %(most)s."),
    Fault.DISTANCE_MISSING: _(
        "Read the bearing %(read)s. The distance is missing: 300 m or 3 km."
    ),
    Fault.DISTANCE_RANGE: _(
        "Read the distance %(read)s. It is more than nothing, and at most 300 km."
    ),
    Fault.MAGNETIC: _(
        "Magnetic bearings are not converted, since no declination is known here."
        " Write the true bearing."
    ),
    Fault.UNKNOWN_MARKER: _(
        "No border marker %(read)s stands. Write its number, after the code of its"
        " section if there are several: marker KGTJ-01 127."
    ),
    Fault.UNKNOWN_NAME: _(
        "No place of the name %(read)s is known. Write it as on the map, or latitude,"
        " longitude."
    ),
    Fault.AMBIGUOUS: _("%(read)s may be several. Say which: %(candidates)s"),
}


def in_words(error: NotAPlace) -> str:
    """Return why a text is no place: what was read, and what is missing."""
    return str(FAULTS[error.fault]) % error.given


def within(metres: int | None) -> str:
    """Return an uncertainty as people say it; nothing if it is not known."""
    if metres is None:
        return ""
    if metres < 1000:
        return gettext("± %(number)s m") % {"number": metres}
    return gettext("± %(number)s km") % {"number": f"{metres / 1000:.1f}"}


def outside_words(metres: float, meant: str) -> str:
    """Return the warning of a place outside the region; ``meant`` may be empty."""
    far = {"number": max(1, round(metres / 1000)), "meant": meant}
    if meant:
        words = gettext(
            "This is outside the region, by %(number)s km. Did you mean %(meant)s?"
        )
    else:
        words = gettext("This is outside the region, by %(number)s km.")
    return words % far
