"""The only writers of this application's tables, a module per noun."""
