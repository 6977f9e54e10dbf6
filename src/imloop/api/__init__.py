"""HTTP JSON, thin: authenticate, call one step, answer. Errors are mapped once, in ``errors``."""
