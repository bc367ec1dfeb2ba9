"""Trust backends: where the anchors of entities and the bundles of trust domains come from.

Each constructor gives a Source for a TrustStore. Those over a network need their extra.
"""

from callgate.trust.backends.directory_source import DirectorySource
from callgate.trust.backends.filestore import filestore
from callgate.trust.backends.followed import FollowedSource
from callgate.trust.backends.localca import localca
from callgate.trust.backends.remote import k8s_secrets_source, spire_source
from callgate.trust.backends.source import Problem, Source, SourceState, Status
from callgate.trust.store import TrustStore

__all__ = [
    "DirectorySource",
    "FollowedSource",
    "Problem",
    "Source",
    "SourceState",
    "Status",
    "TrustStore",
    "filestore",
    "k8s_secrets_source",
    "localca",
    "spire_source",
]
