"""One cell as it was written to one value, by the dictionaries."""
