"""The only writers of incidents and of what hangs on them, by noun."""
