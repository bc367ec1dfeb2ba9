"""HTTP towards agents: listeners, peers, limits, routes, and the bodies of answers."""
