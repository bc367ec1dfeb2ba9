"""The proxy: calls of an agent's ``/mcp`` through the registry, as ``meshctl call`` makes them."""

from callgate.registry.proxy.bounds import ProxyBounds, ProxyError
from callgate.registry.proxy.endpoint import ProxyEndpoint
from callgate.registry.proxy.target import Target

__all__ = ["ProxyBounds", "ProxyEndpoint", "ProxyError", "Target"]
