"""Atoms that contexts and calls are drawn from. Few on purpose, so that they overlap."""

import json

from ref_numbers import Number

TOOLS = ["fs.read", "fs.write", "fs.read.all", "fs.re", "web.get", "cmd.run", "search", "a:b"]
PATTERNS = [
    "fs.read",
    "fs.write",
    "web.get",
    "cmd.run",
    "search",
    "fs.*",
    "fs.read.*",
    "fs.re*",
    "web.*",
    "*",
]
PATH_ENTRIES = [
    "/",
    "/a",
    "/a/b",
    "/a/b/c",
    "/a/*",
    "/a/**",
    "/a/*/c",
    "/d",
    "/d/*",
    "/*/b",
    "/a/b/*",
    "/a/**/c",
    "/**/b*",
    "/d/**/*e",
    "/a/**/b/c",
]
DENIED_PATHS = [
    "/d/e",
    "/a/b/c",
    "/a/*/c",
    "/d/*",
    "/e",
    "/a/b",
    "**/b",
    "**/c/**",
    "/a/**/c",
    "**/b*",
    "**/*e",
    "**/b/c",
    "**/.x*",
    "/d/**/.x",
    "/d/\u00e9",
]
BASES = ["/a", "/a/b", "/d", "/"]
DOMAIN_ENTRIES = [
    "x.test",
    "a.x.test",
    "*.x.test",
    "*.a.x.test",
    "y.test",
    "y.test:8443",
    "*.x.test:8443",
    "x.test:443",
    "192.0.2.7",
    "*.test",
    "192.0.2.0/24",
    "10.0.0.0/8",
    "[2001:db8::7]",
    "2001:db8::/32",
    "*",
]
# Of deny lists: words, and hosts that they stand for.
WORD_HOSTS = {
    "loopback": ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "a.localhost"],
    "private": ["10.0.0.1", "192.168.1.1", "[fd00::1]"],
    "metadata": ["169.254.169.254", "metadata.google.internal", "[fd00:ec2::254]", "metadata"],
    "not-global": ["192.0.2.7", "10.0.0.1", "localhost", "[2001:db8::7]", "[4000::1]"],
}
DOMAIN_DENY = [
    "y.test",
    "y.test",
    "*.a.x.test",
    "x.test:8443",
    "192.0.2.7",
    "*.x.test",
    "192.0.2.0/25",
    "10.1.0.0/16",
    "::/0",
    "[2001:db8::7]",
    *WORD_HOSTS,
]
COMMAND_ENTRIES = [
    "git",
    "git status",
    "npm",
    "npm test",
    "/bin/ls",
    "ls",
    "cat",
    "make -k",
    "git /a",
]
SUBCOMMANDS = ["status", "diff", "test", "push", "-k"]
PATH_KEYS = [
    *("path", "file_path", "src", "PATH", "outputPath2", "fileName", "workdir", "paths"),
    *("pathName", "destinations"),
]
DOMAIN_KEYS = [
    *("url", "host", "imageURL", "imageURLs", "Endpoint", "baseurl", "server"),
    *("host_name", "webHooks"),
]
ADDRESS_KEYS = ["host", "ip", "address", "serverAddress", "url", "IP", "links", "proxy"]
COMMAND_KEYS = ["command", "cmd", "commandLine", "Script", "cmd_lines", "commands"]
ARGS_KEYS = ["args", "argv", "extraFlags"]
PLAIN_KEYS = [
    "mode",
    "tree",
    "mirror",
    "run",
    "target",
    "content",
    "query",
    "note",
    "opt",
    "x1",
    "runCmd",
    "source",
    "include",
    "pattern",
    "globs",
]
TWISTED_KEYS = [
    "TREE",
    "Mirror",
    "Query",
    "pa\u017fs",
    "PathLike",
    "dest_",
    "hOST",
    "\u212aey",
    "cOntent",
    "oPt",
    "nOte",
    "runcmd",
]
ADDABLE = [
    "tree",
    "mirror",
    "run",
    "target",
    "opt",
    "pass",
    "key",
    "content",
    "runcmd",
    "path",
    "source",
    "include",
    "pattern",
]
FREEABLE = [
    "source",
    "target",
    "path",
    "url",
    "command",
    "content",
    "opt",
    "args",
    "note",
    "runcmd",
]
TEXT_KEYS = ["pattern", "include", "note", "content", "x1", "opt", "cOntent"]
PATTERN_TEXTS = ["[a-z]+", "[a-z ]{1,20}", "r|rw", "[0-9]+"]
HOSTS = [
    "x.test",
    "a.x.test",
    "b.a.x.test",
    "y.test",
    "z.test",
    "evilx.test",
    "test",
    "192.0.2.7",
    "192.0.2.8",
    "X.TEST",
    "x.test.",
    "q.test",
    "10.0.0.1",
    "127.0.0.1",
    "localhost",
    "[2001:db8::7]",
    "[2001:db8::8]",
]
PORTS = ["", "", "", ":443", ":80", ":8443"]
PATH_PARTS = ["a", "b", "c", "d", "e"]
STRINGS = ["hello", "abc", "r", "rw", "42", "", "a b", "x=y", "x", "b"]
ODD_STRINGS = [
    "..",
    "/a/../d",
    "~",
    "C:x",
    "file:///a",
    "/a\\b",
    "/a*",
    "/d/e\u0301",
    "/d/\u00e9",
    "\u212a:x",
    "/a/\u212a/c",
    "a/B.",
    "/d/X~1",
    "/%2e%2e",
    "/a/\uff0e",
    " /a",
    "./b",
    "http:x",
    "//x.test",
    "ftp://x.test",
    "https://u@x.test",
    "https://x.test/a b",
    "[::1]",
    "git;ls",
    "git $x",
    "A=1 git",
    "git 'a",
    "\u00a0/a",
    "/a/ /b",
    "a\u0000b",
    "-x",
    "https://1.2",
    "//",
    "./",
    ".",
    "c/e",
    "https://q.test/",
    "/a/*",
    "/a/b/**/*.c",
    "/?/b",
    "/d/(e|f)",
    "/*",
    "../*",
    "/a/.*",
    "// a",
    "/d/e\n",
    " https://y.test/\n",
    "./c\n",
    "/a/{b,c}",
    "/a/[b]",
    "/[ad]/e",
    "/d/@(e)",
    "/a/.[.]",
    "[id]",
    ":/a",
]
TAILS = [
    "",
    " -v",
    " a b",
    " 'a b'",
    ' "a b"',
    " --file=/a/b",
    " /d/e",
    " --out=/a",
    " '/a/b'",
    " a;b",
    " ~/x",
    " ../a",
    " $(x)",
    ' "a$b"',
    " 'push'",
    " x=y=/a",
    " ./b",
    " status",
    " -I/a/b",
    " /a/b:/d",
    " x,/a/c",
    " https://x.test/",
    " --url=https://y.test",
    " u@y.test:/a",
    " a.x.test/b",
    " git://q.test",
    " file:///d/e",
    " '/a /d'",
    " a'b",
    " a..b",
]

# How many of a hundred capabilities declare their arguments.
DECLARED = 35
DECLARED_NAMES = [
    "path",
    "file",
    "url",
    "host",
    "uri",
    "command",
    "n",
    "count",
    "text",
    "mode",
    "opts",
    "items",
    "either",
    "base",
    "x",
    "args",
    "Opt",
    "constructor",
]
PATH_ALLOW = PATH_ENTRIES
PATH_EXCEPT = ["/a/b", "/a/*/c", "/d/*", "/a/b/c", "/e", "**/c", "/a/**/b*", "**/*e"]
DOMAIN_ALLOW = [entry for entry in DOMAIN_ENTRIES if "*.a" not in entry]
DOMAIN_EXCEPT = [
    "a.x.test",
    "*.a.x.test",
    "y.test:8443",
    "192.0.2.7",
    "y.test",
    "10.1.0.0/16",
    "not-global",
]
URI_ALLOW = ["*", "file:///a/*", "git://x.test/*", "https://x.test/", "urn:a:b", "file:///a/b"]
DECLARED_COMMANDS = [
    (["git"], ["status", "log", "diff"]),
    (["git", "--no-pager"], ["log"]),
    (["npm", "test"], []),
    (["ls"], []),
    (["/bin/ls"], []),
    (["cat"], []),
]
# Of one command at most one spelling of each row, so that no word is read in two ways.
DECLARED_OPTIONS = [
    ["--oneline"],
    ["--since=VALUE"],
    ["-n VALUE", "-nVALUE"],
    ["-out=VALUE", "-o"],
    ["-x"],
    ["--"],
]
# What a number may be written as.
NUMBER_TEXTS = [
    "-0",
    "1.0",
    "5e0",
    "50",
    "49.99999999999999999999",
    "50.00000000000000000001",
    "0.1",
    "1e308",
    "1e309",
    "0e-400",
    "0e-401",
    "0.0e-0401",
    "9007199254740991",
    "9007199254740992",
    "-1",
    "2.50",
    "4",
    "6",
    "11",
    "51",
]


def fill(rng, entry):
    """Segments of a path that an entry covers."""
    segments = []
    for segment in entry.split("/"):
        if segment == "**":
            segments += some(rng, PATH_PARTS, 0, 2)
        elif segment == "*":
            segments.append(rng.choice(PATH_PARTS))
        elif segment:
            segments.append(segment.replace("*", rng.choice(["", "x", ".d"])))
    return segments


def respell(rng, segment):
    """A name that some file server holds to be the same, or one beside it."""
    return rng.choice(
        [
            segment.upper(),
            segment + rng.choice([".", " ", ". ", ":x", "::$DATA", "\u200b", "\u0301", "~", "s"]),
            "\u00ad" + segment,
            segment.lstrip(".").upper() + rng.choice(["~1", "~12", "~1.D", "~"]),
        ]
    )


def some(rng, population, low, high):
    return rng.sample(population, rng.randint(low, min(high, len(population))))


def chance(rng, percent):
    return rng.randrange(100) < percent


def text_of(value):
    """JSON, with numbers as they are written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        members = [f"{json.dumps(key)}:{text_of(member)}" for key, member in value.items()]
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    return json.dumps(value)
