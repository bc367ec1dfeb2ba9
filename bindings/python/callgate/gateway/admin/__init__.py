"""The operator API: executions, sessions, contexts, the audit's head and the clock."""

from callgate.gateway.admin.app import create_admin_app
from callgate.serving.credential import OperatorCredential

__all__ = ["OperatorCredential", "create_admin_app"]
