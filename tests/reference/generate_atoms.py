"""Atoms that contexts and calls are drawn from. Few on purpose, so that they overlap."""

TOOLS = ["fs.read", "fs.write", "fs.read.all", "web.get", "cmd.run", "search", "a:b"]
PATTERNS = [
    "fs.read",
    "fs.write",
    "web.get",
    "cmd.run",
    "search",
    "fs.*",
    "fs.read.*",
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
PATH_KEYS = ["path", "file_path", "src", "PATH", "outputPath2", "fileName", "workdir", "paths"]
DOMAIN_KEYS = ["url", "host", "imageURL", "imageURLs", "Endpoint", "baseurl", "server"]
COMMAND_KEYS = ["command", "cmd", "commandLine", "Script"]
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
]
FREEABLE = ["target", "path", "url", "command", "content", "opt", "args", "note", "runcmd"]
TEXT_KEYS = ["note", "content", "x1", "opt", "cOntent"]
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
]


def some(rng, population, low, high):
    return rng.sample(population, rng.randint(low, min(high, len(population))))


def chance(rng, percent):
    return rng.randrange(100) < percent
