"""What came as a file: told by its content, judged, and copied without what it hides.

No Django here. ``work`` is a program of its own, which ``incidents.examining`` runs
with little memory, little time and no secrets: files of strangers are read there and
nowhere else.
"""
