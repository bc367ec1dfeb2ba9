"""Files that are read again while the gateway runs."""
