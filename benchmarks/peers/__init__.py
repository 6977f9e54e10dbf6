"""What imloop is measured against: named limits and fair naive applications."""
