"""Who and what is registered: parties, lines, vehicles, people and keys, prices, zones."""
