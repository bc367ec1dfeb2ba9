"""What callers are told, and what is known of them. Knows no server."""
