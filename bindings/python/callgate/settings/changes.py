"""changed_keys: where two configurations differ."""

from __future__ import annotations

from callgate.settings.section import Section


def changed_keys(old: Section, new: Section) -> list[str]:
    """The keys with other values, such as ``listen.port``, in the order of the model.

    A section that only one of them has is one key, and so is a mapping of names. No value is told,
    since it may be a secret.
    """
    found: list[str] = []
    for name in type(old).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, Section) and type(before) is type(after):
            found += [f"{name}.{key}" for key in changed_keys(before, after)]
        elif before != after:
            found.append(name)
    return found
