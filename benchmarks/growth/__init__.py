"""What a page or an upload costs when there is little before it, and when there is much."""
