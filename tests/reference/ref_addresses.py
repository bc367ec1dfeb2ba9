"""IP addresses: their spellings, blocks of them and the words that stand for some (section
"Addresses"). The addresses themselves are those of Python's ipaddress."""

import functools
import ipaddress
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The one list of what the words stand for.
WORDS = ROOT / "core" / "policy" / "model" / "address_words.inc"
NAMES = ("loopback", "private", "link-local", "multicast", "metadata", "not-global")


def text_of_ipv6(address):
    """As RFC 5952 writes it, without an embedded quad."""
    groups = [f"{int(group, 16):x}" for group in address.exploded.split(":")]
    runs = re.finditer("(?<![^ ])0( 0)+(?![^ ])", " ".join(groups))
    longest = max(runs, key=lambda run: run[0].count("0"), default=None)
    if longest is None:
        return ":".join(groups)
    before = " ".join(groups)[: longest.start()].split()
    after = " ".join(groups)[longest.end() :].split()
    return ":".join(before) + "::" + ":".join(after)


def quad(text):
    """[domain.quad] The address that a dotted quad is, or None."""
    parts = text.split(".")
    if len(parts) != 4 or not all(re.fullmatch("0|[1-9][0-9]{0,2}", part) for part in parts):
        return None
    if any(int(part) > 255 for part in parts):
        return None
    return ipaddress.IPv4Address(text)


def shortest_ipv6(text):
    if "%" in text or "." in text:
        return None
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    return address if text_of_ipv6(address) == text else None


def canonical_ipv6(text):
    """[address.canonical] The address that is written so in brackets, or None."""
    address = shortest_ipv6(text)
    return None if address is None or embedded(address) is not None else address


def block(text):
    """[address.entry] The network of a CIDR block, or None."""
    base, slash, bits = text.partition("/")
    if not slash or not re.fullmatch("0|[1-9][0-9]{0,2}", bits):
        return None
    address = quad(base) or shortest_ipv6(base)
    if address is None:
        return None
    try:
        return ipaddress.ip_network((address, int(bits)))
    except ValueError:
        return None


def ends_in_number(host):
    """[domain.host-numeric]"""
    label = host.split(".")[-1]
    return re.fullmatch("[0-9]+|0[xX][0-9a-fA-F]*", label) is not None


def loose_ipv4(text):
    """[address.deny] What inet_aton and URL parsers read, or None."""
    numbers = []
    for part in text.split("."):
        if re.fullmatch("0[xX][0-9a-fA-F]*", part):
            numbers.append(int(part[2:] or "0", 16))
        elif re.fullmatch("0[0-7]*", part):
            numbers.append(int(part, 8))
        elif re.fullmatch("[1-9][0-9]*", part):
            numbers.append(int(part) if len(part) < 20 else 1 << 40)
        else:
            return None
    if len(numbers) > 4:
        return None
    last = numbers.pop()
    if any(number > 255 for number in numbers) or last >= 1 << 8 * (4 - len(numbers)):
        return None
    for place, number in enumerate(numbers):
        last += number << 8 * (3 - place)
    return ipaddress.IPv4Address(last)


def is_ordinary_number(text, number, followed):
    """[deny.word-number]"""
    text = text.removesuffix(".")
    dots = text.count(".")
    if dots == 3:
        return False
    if number < 1 << 24:
        return True
    if dots == 0:
        return number in (0x7FFFFFFF, 0xFFFFFFFF)
    is_decimal = re.fullmatch("[1-9][0-9]*([.][0-9]+)+", text) is not None
    return is_decimal and number >> 24 < 100 and not followed


def loose_ipv6(text):
    """[address.deny]"""
    try:
        return ipaddress.IPv6Address(text.split("%")[0])
    except ValueError:
        return None


def embedded(address):
    """[address.deny] The IPv4 address that one of IPv6 stands for, or None."""
    if address.version == 4:
        return None
    number = int(address)
    low = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    for prefix in ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"):
        if address in ipaddress.ip_network(prefix):
            return low
    if number >> 32 == 0 and number > 1:
        return low
    if address in ipaddress.ip_network("2002::/16"):
        return ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    return None


@functools.cache
def words():
    """{word: (blocks, blocks taken out again, hosts and `*.host`)}. [address.words]"""
    text = WORDS.read_text(encoding="utf-8")
    globally = [
        ipaddress.ip_network(b) for b in re.findall(r'^GLOBAL_BLOCK\("(.+?)"\)', text, re.M)
    ]
    found = {name: ([], [], []) for name in NAMES}
    for word, what in re.findall(r'^ADDRESS_WORD\(k(\w+), "(.+?)"\)', text, re.M):
        name = re.sub("(?<=[a-z])(?=[A-Z])", "-", word).lower()
        if "/" in what:
            found[name][0].append(ipaddress.ip_network(what))
        else:
            found[name][2].append(what)
    found["not-global"][1].extend(globally)
    return found


def stands_for(word, address):
    """Whether a word covers an address as it is written."""
    blocks, out, _ = words()[word]
    if any(address in b for b in blocks) and not any(address in b for b in out):
        return True
    if word != "not-global":
        return False
    return any(stands_for(other, address) for other in NAMES if other != word)


def hosts_of(word):
    if word != "not-global":
        return words()[word][2]
    return [host for other in NAMES for host in words()[other][2]]


def in_denied(holds, address):
    """[address.deny] Whether the address is held, or what it stands for."""
    return holds(address) or (embedded(address) is not None and holds(embedded(address)))
