"""A simulated city: vehicles, stations, honest tests and repairs, all from a seed, with the true faults kept apart."""
