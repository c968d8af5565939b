"""Places, programmes, patrols and positions as they go in and out."""
