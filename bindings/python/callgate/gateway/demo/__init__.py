"""``callgate serve --demo``: a whole gateway on loopback."""
