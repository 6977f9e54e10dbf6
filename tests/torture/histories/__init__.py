"""Is what many callers at once are answered what the plan gives, in some order (``make histories``)?"""
