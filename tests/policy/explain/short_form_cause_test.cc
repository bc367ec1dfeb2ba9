#include "core/policy/explain/short_form_cause.h"

#include <gtest/gtest.h>

#include <string>

#include "callgate/policy.h"

namespace callgate {
namespace {

constexpr std::string_view kPolicy = R"(name: c
capabilities:
  - tool_pattern: sh
    command_allowlist: [git, npm]
    argument_patterns: {query: "[a-z]+"}
    when_absent: deny
  - {tool_pattern: web, domain_allowlist: [pypi.org]}
  - {tool_pattern: open}
deny_list:
  - {tool_pattern: open, path: "**/.env"}
  - {tool_pattern: open, domain: evil.example}
  - {tool_pattern: sh, command: git, option: "-c"}
)";

std::string Cause(std::string_view tool, std::string_view arguments) {
  return PolicySet::Parse(kPolicy)->Explain("c", tool, arguments).cause;
}

TEST(ShortFormCause, NamesThePatternWhoseArgumentIsMissing) {
  EXPECT_EQ(Cause("sh", R"({"command":"git log"})"),
            "an argument that has a pattern is missing: query");
}

TEST(ShortFormCause, AsksWhichProgramAndWhichHostWereMeant) {
  EXPECT_EQ(Cause("sh", R"({"command":"gitt log","query":"a"})"),
            "/command \"gitt log\": no entry of the command allowlist allows the command; did you "
            "mean git?");
  EXPECT_EQ(Cause("web", R"({"url":"https://pipy.org/"})"),
            "/url \"https://pipy.org/\": no entry of the domain allowlist allows the host; did you "
            "mean pypi.org?");
  EXPECT_EQ(Cause("web", R"({"url":"https://pypi.org:8443/"})"),
            "/url \"https://pypi.org:8443/\": no entry allows port 8443 of the host; allowed is "
            "443");
}

TEST(ShortFormCause, SaysHowAnArgumentIsMalformedForADenyEntry) {
  EXPECT_EQ(Cause("open", R"({"path":"/w/%2e"})"),
            "/path \"/w/%2e\": an argument that an entry of the deny list looks at is malformed: "
            "the path holds an escape of a URL at character 4 (%): deny entry 0 (open: **/.env)");
  EXPECT_EQ(Cause("open", R"({"url":"https://x y/"})"),
            "/url \"https://x y/\": an argument that an entry of the deny list looks at is "
            "malformed: the URL holds a character that clients read differently at character 10 "
            "( ): deny entry 1 (open: evil.example)");
  EXPECT_EQ(Cause("open", R"({"path":"/w/a"})"), "allowed by capability 2 (open)");
}

TEST(ShortFormCause, ShowsTheOptionOfADenyEntry) {
  EXPECT_EQ(Cause("sh", R"({"command":"git -c a=b log","query":"a"})"),
            "/command \"git -c a=b log\": an entry of the deny list covers the command: deny entry "
            "2 (sh: git with the option -c)");
}

}  // namespace
}  // namespace callgate
