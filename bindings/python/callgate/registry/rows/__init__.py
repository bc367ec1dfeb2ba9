"""The rows of the registry: what a heartbeat says, who owns it, and where it is kept."""
