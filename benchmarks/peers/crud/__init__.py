"""A fair naive peer: the usual web framework + ORM application for inspection records.

It authenticates by key, checks the required fields, believes the station's own verdict, and stores the test either
with one row per second (N) or with the trace as one JSON column (N+). It recomputes nothing, keeps no raw bytes,
no journal and no case: it does less than imloop does, with the same indexes and the same durability.
"""
