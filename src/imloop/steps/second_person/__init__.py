"""Two persons for what frees or binds: one proposes, another confirms, and then it is done."""
