"""What duty officers write and order while an incident goes on."""

ON_SCENE = [
    "Team on scene. Area cordoned, photographs taken.",
    "On scene. Two witnesses heard, statements follow.",
    "Arrived. Situation calm, nobody injured.",
    "On scene since a few minutes. Need a second vehicle for transport.",
    "Group on scene, radio check with the neighbour's post done on channel 4.",
    "Прибыли на место. Обстановка спокойная, опрос очевидцев продолжается.",
]
PROGRESS = [
    "Neighbour's duty officer informed by direct line.",
    "Prosecutor informed. Evidence sealed and listed.",
    "Search extended by five kilometres to the east.",
    "Dog handler requested from the regional command.",
    "Interpreter has arrived.",
    "Weather is getting worse; crews are told to be back before dark.",
    "Handover protocol drafted, waiting for the second signature.",
    "Owner of the vehicle identified, check continues.",
]
OWN = [
    "Internal: leave for the night shift to follow up.",
    "Internal: the informant must not be named in any release.",
    "Internal: compare with the two cases of last week.",
]
RESOLVED = [
    "Situation over on the ground. Crews return.",
    "Nothing further found. Observation ends at the change of shift.",
    "Persons and goods handed over against signature.",
    "Road open again in one lane.",
    "Both sides agree that the matter is settled.",
]
# Whether the lead writes it, and what.
ON_PATROL = [
    (True, "At the ford. Water is low, two tracks on the far side; see the photo."),
    (False, "Seen. Our crew looks at the far bank from the ridge and reports by ten."),
    (True, "Radio on channel 4 from here on, the relay does not carry into the gorge."),
    (False, "Наш наряд на месте, следы ведут к летнему пастбищу. Людей не видно."),
]
OWN_OF_PATROL = "Internal: second vehicle is late, expected at the checkpoint at noon."
ERRANDS = [
    "Photograph the place from both sides and send the pictures",
    "Ask the neighbour's post whether anybody has crossed since",
    "Draft the joint act and agree the wording with the other side",
    "Count the animals with the veterinarian before they go back",
    "Send samples to the laboratory and enter the number of the parcel",
    "Опросить жителей ближайших сёл, результат внести в журнал",
]
TASKS = [
    "Secure the place and report",
    "Search the far bank",
    "Escort to the post",
    "Take over transport of the injured",
    "Observe and report, do not intervene",
    "Talk to the heads of the communities",
    "Set up a joint control on the road",
]
