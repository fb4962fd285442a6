"""Many teams, worked on by workers that share no disk: one team once at a time."""
