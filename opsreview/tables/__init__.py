"""Our typed tables, in no vendor's words. Accounts become people, bots and ghosts here, once."""
