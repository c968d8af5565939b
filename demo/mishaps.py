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
            type="livestock-theft",
            details={
                "animals": ["{beasts}"],
                "heads": "{many}",
                "brands": "noted by the herdsman",
                "tracks": "over the ridge",
                "direction": "unknown",
                "returned": 0,
            },
        ),
        Scenario(
            "Stray {beasts} across the line",
            "{many} {beasts} strayed over the line {where}. The owner is known and"
            " waits at the post. Handing back is proposed for tomorrow at {crossing}.",
            ("minor",),
            type="livestock-straying",
            details={
                "animals": ["{beasts}"],
                "heads": "{many}",
                "direction": "inbound",
                "returned": 0,
                "is_vet_check_needed": False,
            },
        ),
        Scenario(
            "Dead {beasts}, disease suspected",
            "{n} dead {beasts} were found {where}. The veterinarian suspects an"
            " infectious disease and asks that no animals cross until results are in.",
            MIDDLE,
            type="livestock-straying",
            details={
                "animals": ["{beasts}"],
                "heads": "{n}",
                "is_vet_check_needed": True,
            },
        ),
        Scenario(
            "Угон скота, {town}",
            "По заявлению чабана, с пастбища угнано {many} голов скота. Приметы и"
            " тавро переданы сопредельной стороне.",
            LOW,
            "ru",
            type="livestock-theft",
            details={
                "heads": "{many}",
                "brands": "приметы и тавро записаны",
                "returned": 0,
            },
        ),
    ],
    "marker": [
        Scenario(
            "Marker {number} knocked over",
            "Marker {number} was found lying {where}, probably moved by a landslide."
            " Photographs taken. Joint inspection proposed.",
            ("minor",),
            type="marker-damage",
            details={
                "marker_number": "{number}",
                "damage": "tilted",
                "cause": "nature",
                "is_inspection_asked": True,
            },
        ),
        Scenario(
            "Fence cut {where}",
            "About {n} m of fence were cut with tools {where} {dark}. No tracks"
            " beyond. Repaired for now with wire.",
            LOW,
            type="marker-damage",
            details={
                "damage": "broken",
                "cause": "deliberate",
                "is_position_lost": False,
            },
        ),
        Scenario(
            "Marker {number} damaged by a vehicle",
            "Paint and plate of marker {number} are damaged; glass of a headlamp lies"
            " beside it. Workshops in {town} are being asked.",
            ("minor",),
            type="marker-damage",
            details={
                "marker_number": "{number}",
                "damage": "broken",
                "cause": "vehicle",
                "is_position_lost": False,
            },
        ),
    ],
    "hazard": [
        Scenario(
            "Landslide blocks the road near {town}",
            "A landslide of about {many} m blocks the patrol road {where}. {few} cars"
            " wait on either side, nobody is missing. Clearing needs heavy machines.",
            MIDDLE,
            type="natural-hazard",
            details={
                "hazard": "landslide",
                "people_missing": 0,
                "road_blocked": "the patrol road",
            },
        ),
        Scenario(
            "High water at the canal head",
            "The level rose by {n}0 cm in two hours {where}. Sluices are being opened"
            " downstream; villages on both banks should be told.",
            MIDDLE,
            type="natural-hazard",
            details={"hazard": "flood", "is_spreading": True},
        ),
        Scenario(
            "Avalanche danger on the pass",
            "Fresh snow and wind {where}. {unit} turned back. Movement above 2,800 m"
            " is not advised for the next two days.",
            ("moderate", "severe"),
            is_in_mountains=True,
            type="natural-hazard",
            details={"hazard": "avalanche", "people_missing": 0},
        ),
        Scenario(
            "Grass fire {where}",
            "A fire on about {many} hectares moves along the line {where}. Crews from"
            " {town} are on the way; wind turns towards the neighbour's side.",
            MIDDLE,
            type="natural-hazard",
            details={"hazard": "fire", "is_spreading": True},
        ),
        Scenario(
            "Earthquake felt, posts checked",
            "A tremor was felt {dark} around {town}. Posts report cracks in {few} old"
            " buildings and no injured. Bridges are being inspected.",
            ("moderate", "severe"),
            type="natural-hazard",
            details={"hazard": "earthquake", "people_missing": 0, "houses": "{few}"},
        ),
    ],
    "medical": [
        Scenario(
            "Injured herdsman near {town}",
            "A man of about {age_adult} fell from his horse {where}; broken leg, cold."
            " The nearest doctor is across the line. Passage for an ambulance is"
            " asked.",
            ("moderate", "severe"),
            type="medical-emergency",
            details={
                "nature": "injury",
                "patients": 1,
                "is_conscious": True,
                "evacuation": "road",
                "is_crossing_needed": True,
            },
        ),
        Scenario(
            "Lorry accident before {crossing}",
            "{vehicle_cap} overturned on the descent to {crossing}. {few} injured, one"
            " of them seriously. Road half closed, ambulances from both sides.",
            ("severe", "moderate"),
            type="medical-emergency",
            details={"nature": "injury", "patients": "{few}", "evacuation": "road"},
        ),
        Scenario(
            "Crew member with altitude sickness",
            "One member of a patrol above 3,900 m {where} is confused and cannot walk."
            " Oxygen given, descent begun; helicopter asked for if the weather holds.",
            ("severe",),
            is_in_mountains=True,
            type="medical-emergency",
            details={
                "nature": "altitude",
                "patients": 1,
                "is_conscious": True,
                "first_aid": "oxygen, descent begun",
                "evacuation": "air",
            },
        ),
    ],
    "dispute": [
        Scenario(
            "Quarrel about irrigation water",
            "Some {many} villagers from both sides gathered at the distribution works"
            " {where}. Loud but without violence. Heads of the communities are"
            " talking.",
            MIDDLE,
            type="community-dispute",
            details={
                "subjects": ["water"],
                "people": "{many}",
                "has_weapons": False,
                "hurt": 0,
                "talks": "elders",
            },
        ),
        Scenario(
            "Stones thrown {where}",
            "Youths from two villages threw stones at passing cars {where} {dark}."
            " {few} windscreens broken. Elders asked for a joint presence tonight.",
            MIDDLE,
            type="community-dispute",
            details={
                "subjects": ["road"],
                "has_weapons": False,
                "hurt": 0,
                "talks": "elders",
            },
        ),
        Scenario(
            "Building work on contested ground",
            "An owner began to build {where} on ground that both communities claim."
            " Work stopped for now; the commission is informed.",
            LOW,
            type="community-dispute",
            details={"subjects": ["building"], "hurt": 0, "talks": "local"},
        ),
        Scenario(
            "Pasture: herds kept back by force",
            "Residents kept {many} {beasts} of the neighbours from the pasture"
            " {where}. A meeting at {crossing} is proposed for tomorrow.",
            LOW,
            type="community-dispute",
            details={
                "subjects": ["pasture", "livestock"],
                "hurt": 0,
                "talks": "representatives",
            },
        ),
    ],
    "other": [
        Scenario(
            "Unknown small aircraft {where}",
            "{unit} saw a small unmanned aircraft {dark} {where} at about {n}0 m. It"
            " hovered and went. Nobody has announced a flight.",
            ("unknown", "minor"),
            type="drone-sighting",
            details={
                "drones": 1,
                "drone_kind": "unknown",
                "heading": "hovering",
                "height_m": "{n}0",
                "response": "watched",
            },
        ),
        Scenario(
            "Radio link disturbed",
            "Voice traffic is disturbed {where} since {dark_hours} hours. Crews report"
            " by satellite phone. Cause unknown.",
            ("unknown", "minor", "moderate"),
        ),
    ],
}
