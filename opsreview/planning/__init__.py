"""Another rotation: what it would have meant for the history, and what it would mean next."""
