"""What an outsider can check without us: each file here runs alone, with Python's standard library and nothing else."""
