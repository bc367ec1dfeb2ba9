"""``callgate entity``: whose agents may register, as options and texts of the public command."""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from callgate import CallgateError
from callgate._file_reader import OF_GROUP, read_file
from callgate.cli import _output
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra

if TYPE_CHECKING:
    from callgate.registry.entities.certificates import Certificate
    from callgate.registry.entities.registered import Registered, Trusted

_ROW = "{:<20} {:<40} {:<12} {}".format
_FAILED = 1
_LONGEST_CREDENTIAL = 4096


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments as all errors of this command are said."""

    _as_json = False

    def error(self, message: str) -> NoReturn:
        _output.show(_failure(message), as_json=self._as_json)
        raise SystemExit(_FAILED)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What is left over is an error here, not of the command as a whole."""
        # What is wrong may come before the option, and after ``--`` it is a name.
        options = list(itertools.takewhile(lambda one: one != "--", args or ()))
        self._as_json = "--json" in options
        known, surplus = super().parse_known_args(args, namespace)
        if surplus:
            self.error(f"unrecognized arguments: {' '.join(surplus)}")
        return known, surplus


def add(verbs: Verbs) -> None:
    """The parsers."""
    parser = verbs.add_parser(
        "entity",
        help="Manage trusted entities for registration trust",
        description="Registers, lists, revokes and rotates the entities whose agents a registry "
        "admits. Exit code 1 is any error.",
        allow_abbrev=False,
    )
    kind = cast("type[argparse.ArgumentParser]", _Parser)
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=kind)
    one = _add(actions, "register", _register, "Register a trusted entity CA certificate")
    one.add_argument("name", metavar="NAME")
    one.add_argument(
        "--ca-cert", required=True, type=Path, metavar="PATH", help="PEM of the entity's CA"
    )
    one.add_argument("--force", action="store_true", help="replace what is registered")
    one.add_argument("--reinstate", action="store_true", help="trust a key that was revoked")
    _add(actions, "list", _list, "List all trusted entity CAs")
    one = _add(actions, "revoke", _revoke, "Revoke a trusted entity, and its keys for good")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--force", action="store_true", help="confirm it")
    one = _add(actions, "rotate", _rotate, "Have agents register again at their next heartbeat")
    one.add_argument("name", metavar="NAME", nargs="?", help="of one entity alone")
    one.add_argument(
        "--registry-url",
        metavar="URL",
        help="MCP_MESH_REGISTRY_URL, else https, then http, on localhost:8000",
    )
    one.add_argument(
        "--credential",
        type=Path,
        metavar="FILE",
        help="of the operators' listener, where the URL is that",
    )


def _add(
    actions: Verbs, name: str, run: Callable[[argparse.Namespace], Outcome], text: str
) -> argparse.ArgumentParser:
    def run_or_fail(arguments: argparse.Namespace) -> Outcome:
        try:
            with needs_extra("registry"):
                return run(arguments)
        except CallgateError as error:
            return _failure(str(error))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            return _failure(f"{place}{error.strerror or 'input or output failed'}")

    parser = add_command(actions, name, run_or_fail, text)
    parser.add_argument(
        "--trust-dir", type=Path, metavar="PATH", help="MCP_MESH_TRUST_DIR, else ~/.mcp-mesh/tls"
    )
    if name in ("register", "revoke"):
        parser.add_argument(
            "--audit-dir", type=Path, metavar="PATH", help="the audit trail (audit, in there)"
        )
    return parser


def _failure(message: str, before: Sequence[str] = ()) -> Outcome:
    errors = [*before, f"Error: {message}"]
    return Outcome(False, {"error": message}, errors=errors, status=_FAILED)


def _directory(arguments: argparse.Namespace, *, must_exist: bool = False) -> Path:
    """Raises CallgateError where a named one is missing that ``must_exist``."""
    given: Path | None = arguments.trust_dir
    if must_exist and given is not None and not given.is_dir():
        message = f"{given} does not exist: `callgate entity register` makes it"
        raise CallgateError(message, "INVALID_ARGUMENT", "--trust-dir")
    from_environment = os.environ.get("MCP_MESH_TRUST_DIR")
    if given is not None:
        return given
    return Path(from_environment) if from_environment else Path.home() / ".mcp-mesh" / "tls"


def _register(arguments: argparse.Namespace) -> Outcome:
    from callgate.registry.entities.changes import register

    done = register(
        _directory(arguments),
        arguments.name,
        arguments.ca_cert,
        force=arguments.force,
        reinstate=arguments.reinstate,
        audit=arguments.audit_dir,
    )
    first = done.certificates[0]
    lines = [
        f"Entity '{arguments.name}' registered",
        f"  Subject: {first.subject}",
        f"  Expires: {first.expires}",
        f"  CA cert: {done.path}",
    ]
    for one in done.certificates:
        lines += _fingerprints(one)
        if one.spki_sha256 not in done.keys:
            lines.append(f"  Not anchored, since it issued another of the file: {one.subject}")
    lines += [f"  Replaced: {one.sha256} ({one.subject})" for one in done.replaced]
    lines += [f"  Reinstated: {key}" for key in sorted(done.reinstated)]
    errors = ["Warning: the file holds a private key, which was not copied: keep it elsewhere"]
    data = {
        "name": arguments.name,
        "subject": first.subject,
        "expires": first.expires,
        "ca_cert": str(done.path),
        "certificates": _certificates(done.certificates, done.keys),
        "replaced": [one.data() for one in done.replaced],
        "reinstated": sorted(done.reinstated),
        "private_keys_left_out": done.keys_left_out,
    }
    return Outcome(True, data, lines, errors=errors if done.keys_left_out else ())


def _list(arguments: argparse.Namespace) -> Outcome:
    from callgate.registry.entities.registered import read_trusted

    trusted = read_trusted(_directory(arguments, must_exist=True))
    rows = [*([trusted.root] if trusted.root else []), *trusted.entities]
    dead = sorted(trusted.revoked.difference(*(one.keys for one in rows)))
    if not rows and not dead:
        hint = "No trusted entities registered. Use 'callgate entity register' to add one."
        return Outcome(True, [], [hint])
    data, lines = [], [_ROW("ENTITY", "SUBJECT", "EXPIRES", "SOURCE")]
    for one in rows:
        problem = _problem(one, trusted)
        shown: dict[str, Any] = {"name": one.entity, "subject": "-", "expires": "-"}
        if one.certificates:
            shown = {"name": one.entity, **one.certificates[0].data()}
        shown["source"] = one.place
        if one is trusted.root:
            shown["is_root"] = True
        shown["certificates"] = _certificates(one.certificates, one.keys)
        shown["problem"] = problem
        data.append(shown)
        lines.append(_ROW(one.entity, shown["subject"], shown["expires"], one.place))
        for certificate in one.certificates:
            lines += _fingerprints(certificate)
        if problem is not None:
            lines.append(f"  Not trusted: {problem}")
    for key in dead:
        data.append({"name": "(revoked)", "spki_sha256": key, "is_revoked": True})
        lines += [_ROW("(revoked)", "-", "-", f"revoked/{key}"), f"  Key SHA-256: {key}"]
    return Outcome(True, data, lines)


def _problem(one: Registered, trusted: Trusted) -> str | None:
    """Why it does not count, as far as files tell."""
    if one.problem is not None or one is trusted.root:
        return one.problem
    if dead := one.keys & trusted.revoked:
        return f"the key {min(dead)} is revoked"
    for other in trusted.entities:
        if other is not one and other.entity.lower() == one.entity.lower():
            return f"{other.place} has the same name"
        if other is not one and other.entity != one.entity and other.keys & one.keys:
            return f"{other.place} has the same anchor"
    return None


def _revoke(arguments: argparse.Namespace) -> Outcome:
    from callgate.registry.entities.changes import find, revoke

    name, directory = arguments.name, _directory(arguments, must_exist=True)
    if not arguments.force:
        find(directory, name)
        consequences = [
            f"Revoking entity '{name}' will:",
            "  - Remove the entity CA from the trust store",
            "  - Cause agents from this entity to be rejected on next registration",
            "",
        ]
        return _failure("use --force to confirm revocation", consequences)
    done = revoke(directory, name, audit=arguments.audit_dir)
    lines = [
        f"Entity '{name}' revoked",
        "Note: Run 'callgate entity rotate' to evict connected agents immediately",
        *(f"  Revoked key: {key}" for key in sorted(done.keys)),
    ]
    data = {"name": name, "source": str(done.path), "revoked": sorted(done.keys)}
    unread = "Warning: its file held no anchor, so no key is revoked"
    return Outcome(True, data, lines, errors=() if done.keys else [unread])


def _rotate(arguments: argparse.Namespace) -> Outcome:
    from callgate.registry.entities.rotation import rotate
    from callgate.trust.backends.names import name_fault

    name: str | None = arguments.name
    if name is not None and (fault := name_fault(name)) is not None:
        return _failure(fault)
    file: Path | None = arguments.credential
    credential = None if file is None else _credential(file)
    environ: Mapping[str, str] = os.environ
    done = rotate(
        _directory(arguments, must_exist=True),
        name,
        environ,
        url=arguments.registry_url,
        credential=credential,
    )
    lines = [
        f"Rotation triggered for {'all agents' if name is None else f'entity {name!r}'}",
        f"{done.affected_agents} agent(s) will re-register on next heartbeat",
        "Note: Agents with revoked certificates will be evicted within 5 seconds",
    ]
    data = {
        "registry": done.url,
        "entity_id": name,
        "affected_agents": done.affected_agents,
        "registry_verified": done.verified,
    }
    unverified = "Warning: the registry's certificate was not verified (MCP_MESH_TLS_SKIP_VERIFY)"
    return Outcome(True, data, lines, errors=() if done.verified else [unverified])


def _credential(path: Path) -> str:
    """Raises CallgateError where others may read it."""
    data = read_file(path, most=_LONGEST_CREDENTIAL, barred=OF_GROUP)
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise CallgateError("is not ASCII", "INVALID_ARGUMENT", str(path)) from None


def _fingerprints(one: Certificate) -> list[str]:
    return [f"  SHA-256: {one.sha256}", f"  Key SHA-256: {one.spki_sha256}"]


def _certificates(several: Sequence[Certificate], keys: frozenset[str]) -> list[dict[str, Any]]:
    return [{**one.data(), "anchor": one.spki_sha256 in keys} for one in several]
