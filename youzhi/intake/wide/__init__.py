"""A sheet with a head to records: one row per school, or one per county figure."""
