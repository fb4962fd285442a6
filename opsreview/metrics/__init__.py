"""Pure functions: frames, window and as_of in; one row per thing measured and its estimates out."""
