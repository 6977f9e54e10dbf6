"""Spot checks on the road and where vehicles stand: tasks, records, orders, objections, hand-over."""
