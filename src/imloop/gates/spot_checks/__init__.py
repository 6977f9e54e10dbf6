"""What a spot check has to hold before it counts, and what follows from it."""
