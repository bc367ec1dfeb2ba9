"""From the short form to declared arguments, proved to allow no more."""
