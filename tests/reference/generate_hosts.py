"""Hosts that domain entries cover, and other spellings of addresses."""

import ipaddress
import random

from generate_atoms import ADDRESS_KEYS, COMMAND_KEYS, HOSTS, TEXT_KEYS, WORD_HOSTS, chance


def host_of(rng: random.Random, entry: str) -> tuple[str, str]:
    """A host that an entry covers, and its port with the colon, or nothing."""
    if entry in WORD_HOSTS:
        return rng.choice(WORD_HOSTS[entry]), ""
    if "/" in entry:
        block = ipaddress.ip_network(entry)
        address = rng.choice([block[0], block[-1], block[rng.randrange(block.num_addresses)]])
        return (f"[{address}]" if address.version == 6 else str(address)), ""
    end = entry.find("]") + 1
    host, colon, port = entry[end:].partition(":")
    host = entry[:end] + host
    if host == "*":
        return rng.choice(HOSTS), colon + port
    return host.replace("*", rng.choice(["a", "b.a", "c"])), colon + port


def respelt(rng: random.Random, host: str) -> str:
    """An address in another spelling, mostly one that no allowlist takes; a name as it is."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    if address.version == 6:
        return rng.choice([f"[{address.exploded}]", f"[{str(address).upper()}]"])
    number = int(address)
    prefix = rng.choice([0xFFFF << 32, 0xFFFF << 48, 0, 0x64FF9B << 96])
    mapped = ipaddress.IPv6Address(prefix + number)
    return rng.choice(
        [
            str(number),
            hex(number),
            f"{number >> 24}.{number & 0xFFFFFF}",
            f"0{number >> 24:o}.{number & 0xFFFFFF:#x}",
            str(address) + ".",
            f"[{mapped}]",
            f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
        ]
    )


def number_of(rng: random.Random, host: str) -> object:
    """The number that spells an address; any for a name."""
    try:
        return int(ipaddress.IPv4Address(host))
    except ValueError:
        return rng.choice([0, 1, 80, 4294967295, 4294967296, 2130706433, -1, 0.5])


def some_spelling(rng: random.Random, host: str) -> str:
    return respelt(rng, host) if chance(rng, 5) else host


def hidden(rng: random.Random, host: str) -> tuple[str, object]:
    """A key and a value that names the host, but not as a value under a key of domains."""
    place = rng.randrange(4)
    if place == 0:
        return rng.choice(ADDRESS_KEYS), number_of(rng, host)
    spelt = respelt(rng, host) if chance(rng, 70) else host
    if place == 1:
        bare = spelt.strip("[]") if chance(rng, 50) else spelt
        return rng.choice(ADDRESS_KEYS), bare + rng.choice(["", "", ":80", "/a", " "])
    if place == 2:
        before = rng.choice(["", "", "--url=", "u@", "-h", "a:", "a,"])
        bare = spelt.strip("[]") if chance(rng, 30) else spelt
        word = before + bare + rng.choice(["", "", "/a", ":80", ":x", ".", "="])
        return rng.choice(COMMAND_KEYS), rng.choice([f"git {word}", ["git", word], [word]])
    scheme = rng.choice(
        ["http://", "http:", "https:\\\\", "ftp://u@", "//", " HTTP://", "http://\n"]
    )
    return rng.choice(TEXT_KEYS), scheme + spelt + rng.choice(["", "/a", " ", " a"])
