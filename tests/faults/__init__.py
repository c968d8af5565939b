"""The fault run: real processes under load, killed; see ``docs/faults.md``."""
