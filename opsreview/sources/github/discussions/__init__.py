"""GitHub Discussions as support requests: read to the end, then refreshed, then counted."""
