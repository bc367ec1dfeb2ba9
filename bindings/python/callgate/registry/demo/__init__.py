"""``callgate registry demo``: a whole mesh on loopback."""
