"""Pages of patrols, programmes and places; map layers; fragments."""
