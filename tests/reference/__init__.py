"""A second opinion on the exhaust verdict: slow, decimal, from the standards' words,
sharing no code with the engine."""
