"""Serving: the parts that every HTTP server of callgate has in common.

Sockets with bounds, strict HTTP/1.1, who the peer is, and TLS that asks for any certificate and
lets ``callgate.trust`` judge it. Needs the extra ``callgate[gateway]`` or ``callgate[registry]``.
"""
