"""The pages of ``incidents``, a module per subject."""
