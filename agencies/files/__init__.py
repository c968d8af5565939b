"""What came as a file: told by its content, judged, and copied without what it hides.

``work`` and what it reads with (``kinds``, ``photos``, ``videos``, ``documents``) have
no Django in them: it is a program of its own, which ``receiving`` runs with little
memory, little time and no secrets: files of strangers are read there and nowhere else.
Around it ``store`` keeps them, ``scanning`` asks a scanner, ``serving`` gives them out.
"""
