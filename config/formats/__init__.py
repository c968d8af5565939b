"""How dates are written, a module per language that asks for it."""
