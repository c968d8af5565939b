"""What happens along the borders: herds, markers, weather, accidents, quarrels.

A template has slots in braces; ``demo.wording`` fills them. Invented, and held as
dry as a duty officer's prose.
"""

from __future__ import annotations

from demo.scenario import LOW, MIDDLE, Scenario

MISHAPS: dict[str, list[Scenario]] = {
    "livestock": [
        Scenario(
            "{many} {beasts} driven off",
            "A herdsman reports that {many} {beasts} were driven off {dark} from the"
            " pasture {where}. Brand marks noted. Tracks go over the ridge.",
            LOW,
        ),
        Scenario(
            "Stray {beasts} across the line",
            "{many} {beasts} strayed over the line {where}. The owner is known and"
            " waits at the post. Handing back is proposed for tomorrow at {crossing}.",
            ("minor",),
        ),
        Scenario(
            "Dead {beasts}, disease suspected",
            "{n} dead {beasts} were found {where}. The veterinarian suspects an"
            " infectious disease and asks that no animals cross until results are in.",
            MIDDLE,
        ),
        Scenario(
            "Угон скота, {town}",
            "По заявлению чабана, с пастбища угнано {many} голов скота. Приметы и"
            " тавро переданы сопредельной стороне.",
            LOW,
            "ru",
        ),
    ],
    "marker": [
        Scenario(
            "Marker {number} knocked over",
            "Marker {number} was found lying {where}, probably moved by a landslide."
            " Photographs taken. Joint inspection proposed.",
            ("minor",),
        ),
        Scenario(
            "Fence cut {where}",
            "About {n} m of fence were cut with tools {where} {dark}. No tracks"
            " beyond. Repaired for now with wire.",
            LOW,
        ),
        Scenario(
            "Marker {number} damaged by a vehicle",
            "Paint and plate of marker {number} are damaged; glass of a headlamp lies"
            " beside it. Workshops in {town} are being asked.",
            ("minor",),
        ),
    ],
    "hazard": [
        Scenario(
            "Landslide blocks the road near {town}",
            "A landslide of about {many} m blocks the patrol road {where}. {few} cars"
            " wait on either side, nobody is missing. Clearing needs heavy machines.",
            MIDDLE,
        ),
        Scenario(
            "High water at the canal head",
            "The level rose by {n}0 cm in two hours {where}. Sluices are being opened"
            " downstream; villages on both banks should be told.",
            MIDDLE,
        ),
        Scenario(
            "Avalanche danger on the pass",
            "Fresh snow and wind {where}. {unit} turned back. Movement above 2,800 m"
            " is not advised for the next two days.",
            ("moderate", "severe"),
            is_in_mountains=True,
        ),
        Scenario(
            "Grass fire {where}",
            "A fire on about {many} hectares moves along the line {where}. Crews from"
            " {town} are on the way; wind turns towards the neighbour's side.",
            MIDDLE,
        ),
        Scenario(
            "Earthquake felt, posts checked",
            "A tremor was felt {dark} around {town}. Posts report cracks in {few} old"
            " buildings and no injured. Bridges are being inspected.",
            ("moderate", "severe"),
        ),
    ],
    "medical": [
        Scenario(
            "Injured herdsman near {town}",
            "A man of about {age_adult} fell from his horse {where}; broken leg, cold."
            " The nearest doctor is across the line. Passage for an ambulance is"
            " asked.",
            ("moderate", "severe"),
        ),
        Scenario(
            "Lorry accident before {crossing}",
            "{vehicle_cap} overturned on the descent to {crossing}. {few} injured, one"
            " of them seriously. Road half closed, ambulances from both sides.",
            ("severe", "moderate"),
        ),
        Scenario(
            "Crew member with altitude sickness",
            "One member of a patrol above 3,900 m {where} is confused and cannot walk."
            " Oxygen given, descent begun; helicopter asked for if the weather holds.",
            ("severe",),
            is_in_mountains=True,
        ),
    ],
    "dispute": [
        Scenario(
            "Quarrel about irrigation water",
            "Some {many} villagers from both sides gathered at the distribution works"
            " {where}. Loud but without violence. Heads of the communities are"
            " talking.",
            MIDDLE,
        ),
        Scenario(
            "Stones thrown {where}",
            "Youths from two villages threw stones at passing cars {where} {dark}."
            " {few} windscreens broken. Elders asked for a joint presence tonight.",
            MIDDLE,
        ),
        Scenario(
            "Building work on contested ground",
            "An owner began to build {where} on ground that both communities claim."
            " Work stopped for now; the commission is informed.",
            LOW,
        ),
        Scenario(
            "Pasture: herds kept back by force",
            "Residents kept {many} {beasts} of the neighbours from the pasture"
            " {where}. A meeting at {crossing} is proposed for tomorrow.",
            LOW,
        ),
    ],
    "other": [
        Scenario(
            "Unknown small aircraft {where}",
            "{unit} saw a small unmanned aircraft {dark} {where} at about {n}0 m. It"
            " hovered and went. Nobody has announced a flight.",
            ("unknown", "minor"),
        ),
        Scenario(
            "Radio link disturbed",
            "Voice traffic is disturbed {where} since {dark_hours} hours. Crews report"
            " by satellite phone. Cause unknown.",
            ("unknown", "minor", "moderate"),
        ),
    ],
}
