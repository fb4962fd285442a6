"""The entries of the table of metrics, a module a subject."""
