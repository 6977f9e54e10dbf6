"""A station's own side of the link: takes what its software writes, keeps it, sends it in order,
whatever the network does."""
