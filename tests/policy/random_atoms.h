// What contexts and calls are drawn from: few atoms, so that contexts overlap and calls hit their
// edges.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_ATOMS_H_
#define CALLGATE_TESTS_POLICY_RANDOM_ATOMS_H_

#include <string>
#include <vector>

namespace callgate::test {

using Strings = std::vector<std::string>;

inline const Strings kPatterns = {"fs.read", "fs.write",  "web.get", "cmd.run", "search",
                                  "fs.*",    "fs.read.*", "web.*",   "*"};
inline const Strings kPaths = {"/",  "/a",   "/a/b", "/a/b/c", "/a/*",  "/a/**",
                               "/d", "/d/*", "/*/b", "/a/*/c", "/a/b/*"};
inline const Strings kBases = {"/a", "/a/b", "/d", "/"};
inline const Strings kDomains = {"x.test",    "a.x.test",    "*.x.test",      "*.a.x.test",
                                 "y.test",    "y.test:8443", "*.x.test:8443", "x.test:443",
                                 "192.0.2.7", "*.test"};
inline const Strings kCommands = {"git", "git status", "npm",     "npm test", "/bin/ls",
                                  "ls",  "cat",        "make -k", "git /a"};
inline const Strings kSubcommands = {"status", "diff", "test", "push", "-k"};
inline const Strings kPathKeys = {"path",        "file_path", "src",  "PATH",
                                  "outputPath2", "fileName",  "paths"};
inline const Strings kDomainKeys = {"url", "host", "imageURL", "Endpoint", "baseurl", "server"};
inline const Strings kCommandKeys = {"command", "cmd", "commandLine", "Script"};
inline const Strings kArgsKeys = {"args", "argv", "extraFlags"};
inline const Strings kPlainKeys = {"mode",  "tree", "mirror", "run", "target", "content",
                                   "query", "note", "opt",    "x1",  "runCmd"};
inline const Strings kTwistedKeys = {"TREE", "Mirror", "cOntent", "oPt",   "runcmd",
                                     "hOST", "nOte",   "env",     "shell", "port"};
inline const Strings kAddable = {"tree", "mirror",  "run",    "target",
                                 "opt",  "content", "runcmd", "path"};
inline const Strings kFreeable = {"target", "path", "url",  "command", "content",
                                  "opt",    "args", "note", "runcmd"};
inline const Strings kSegments = {"a", "b", "c", "d", "e"};
inline const Strings kHosts = {"x.test",  "a.x.test",   "b.a.x.test", "y.test",
                               "z.test",  "evilx.test", "192.0.2.7",  "X.TEST",
                               "x.test.", "test",       "q.test"};
inline const Strings kOdd = {"..",
                             "/a/../d",
                             "~",
                             "C:x",
                             "file:///a",
                             "/a\\b",
                             "/a*",
                             " /a",
                             "./b",
                             "./",
                             "http:x",
                             "//x.test",
                             "//",
                             "ftp://x.test",
                             "https://u@x.test",
                             "git;ls",
                             "A=1 git",
                             "git 'a",
                             "-x",
                             "",
                             "x",
                             "b",
                             "c/e",
                             ".",
                             "hello",
                             "42",
                             "x=y",
                             "https://q.test/"};
inline const Strings kTails = {"",      " -v",       " a b",    " 'a b'",  " --file=/a/b",
                               " /d/e", " --out=/a", " '/a/b'", " 'push'", " x=y=/a",
                               " ./b",  " status"};

inline const Strings& KeysOf(const std::string& kind) {
  return kind == "path" ? kPathKeys : kind == "domain" ? kDomainKeys : kCommandKeys;
}

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_ATOMS_H_
