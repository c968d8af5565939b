"""Forms of this application's pages."""
