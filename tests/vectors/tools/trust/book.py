"""Collects cases, and each certificate once."""

import base64
import calendar
import datetime

from .certificate import Certificate

AT = "2026-12-01"


def milliseconds(text):
    return calendar.timegm(datetime.datetime.fromisoformat(text).timetuple()) * 1000


def encoded(certificate):
    return certificate.der() if isinstance(certificate, Certificate) else certificate


def pem(*certificates, end="\n", label="CERTIFICATE"):
    """A PEM text of certificates or bytes."""
    lines = []
    for certificate in certificates:
        text = base64.b64encode(encoded(certificate)).decode()
        lines.append(f"-----BEGIN {label}-----")
        lines += [text[at : at + 64] for at in range(0, len(text), 64)]
        lines.append(f"-----END {label}-----")
    return end.join([*lines, ""])


class Book:
    def __init__(self):
        self.certificates = {}  # name to base64 of DER, or of what should be DER
        self.texts = {}
        self._names = {}
        self.cases = []
        self.loads = []

    def put(self, hint, document):
        if isinstance(document, str):
            content, shelf, shown = document, self.texts, document
        else:
            content = encoded(document)
            shelf, shown = self.certificates, base64.b64encode(content).decode()
        if content not in self._names:
            self._names[content] = f"{hint}"
            assert hint not in self.certificates and hint not in self.texts, hint
            shelf[hint] = shown
        return self._names[content]

    def _named(self, case, kind, names):
        return {
            name: [
                self.put(f"{case}: {kind} {name} {i}", document) for i, document in enumerate(files)
            ]
            for name, files in (names or {}).items()
        }

    def _sources(self, case, entities, bundles, sources):
        if sources is None:
            sources = [("entities", {"entities": entities}), ("bundles", {"bundles": bundles})]
        listed = []
        for name, parts in sources:
            source = {"name": name}
            for kind in ("entities", "bundles"):
                if parts.get(kind) is not None:
                    source[kind] = self._named(f"{case}: {name}", kind, parts[kind])
            if not parts.get("available", True):
                source["available"] = False
            if len(source) > 1:
                listed.append(source)
        return listed

    def _revoked(self, case, revoked):
        return [
            element
            if isinstance(element, str) and "-----" not in element
            else self.put(f"{case}: revoked {i}", element)
            for i, element in enumerate(revoked)
        ]

    def _start(self, name, row, entities, bundles, sources, revoked, options, note):
        case = {"name": name, "row": row}
        if note:
            case["note"] = note
        case["sources"] = self._sources(name, entities, bundles, sources)
        if revoked:
            case["revoked"] = self._revoked(name, revoked)
        if options:
            case["options"] = options
        return case

    def chain(
        self,
        name,
        row,
        chain,
        *,
        entities=None,
        bundles=None,
        sources=None,
        revoked=(),
        options=None,
        at=AT,
        note="",
        entity=None,
        backend=None,
        anchor=None,
        until=None,
        spiffe_id=None,
        reason=None,
        where=None,
        unavailable=(),
    ):
        """A case: trusted as `entity`, or refused for `reason`."""
        case = self._start(name, row, entities, bundles, sources, revoked, options, note)
        case["chain"] = [self.put(f"{name}: {i}", document) for i, document in enumerate(chain)]
        case["at_ms"] = milliseconds(at)
        assert (entity is None) != (reason is None), name
        if entity is not None:
            trusted = {"entity": entity}
            trusted["backend"] = backend or ("bundles" if spiffe_id else "entities")
            if spiffe_id:
                trusted["spiffe_id"] = spiffe_id
            if anchor is not None:
                trusted["anchor"] = self.put(f"{name}: anchor", anchor)
            if until:
                trusted["valid_until_ms"] = milliseconds(until)
            case["trusted"] = trusted
        else:
            case["reason"] = reason
            if where:
                case["where"] = where
            if unavailable:
                case["unavailable"] = list(unavailable)
        self.cases.append(case)

    def load(
        self,
        name,
        row,
        *,
        entities=None,
        bundles=None,
        sources=None,
        revoked=(),
        options=None,
        note="",
        anchors=None,
        reason=None,
        entity=None,
        source=None,
        certificate=None,
    ):
        """A case of loading: these anchors, or refused for `reason` at its place."""
        case = self._start(name, row, entities, bundles, sources, revoked, options, note)
        assert (anchors is None) != (reason is None), name
        if anchors is not None:
            case["anchors"] = [self.put(f"{name}: anchor {i}", a) for i, a in enumerate(anchors)]
        else:
            case["reason"] = reason
            case["source"] = source
            case["entity"] = entity
            case["certificate"] = certificate
        self.loads.append(case)
