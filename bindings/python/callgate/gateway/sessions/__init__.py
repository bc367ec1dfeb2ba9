"""Sessions: what is remembered of them, and every way in which they end."""
