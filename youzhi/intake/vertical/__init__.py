"""The form that one school fills in to one record."""
