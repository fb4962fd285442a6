"""GitHub: its words for things, and the places they can be read from."""
