"""Values of a spot check judged by the same limits as a test."""
