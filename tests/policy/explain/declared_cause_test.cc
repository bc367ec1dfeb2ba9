#include "core/policy/explain/declared_cause.h"

#include <gtest/gtest.h>

#include <string>

#include "callgate/policy.h"

namespace callgate {
namespace {

constexpr std::string_view kPolicy = R"(name: c
capabilities:
  - tool_pattern: read
    arguments: {path: {path: {allow: [/w], base: /w}}, cwd: {const: /w, optional: true}}
  - tool_pattern: get
    arguments:
      url: {url: {allow: [api.github.com, pypi.org, "a.example:8443"]}, optional: true}
      host: {host: {allow: [a.example, "b.example:22"]}, optional: true}
      uri: {uri: {schemes: [memo], allow: ["memo:*"]}, optional: true}
  - tool_pattern: values
    arguments:
      n: {type: integer, optional: true}
      v: {anyOf: [{type: integer}, {enum: [auto]}, {path: {allow: [/w]}}], optional: true}
      l: {type: array, items: {type: integer}, uniqueItems: true, maxItems: 4, optional: true}
  - tool_pattern: run
    arguments: {command: {command: {allow: [{words: [ls]}]}}, cwd: {const: /w, optional: true}}
)";

std::string Cause(std::string_view tool, std::string_view arguments) {
  const std::string cause = PolicySet::Parse(kPolicy)->Explain("c", tool, arguments).cause;
  EXPECT_EQ(cause.find(" or "), std::string::npos) << cause;
  return cause;
}

TEST(DeclaredCause, OfAnotherTypeIsTheTypeAndNoList) {
  EXPECT_EQ(Cause("read", R"({"path":5})"), "/path 5: the value is a number; a path is text");
  EXPECT_EQ(Cause("read", R"({"path":["/w"]})"), "/path: the value is a list; a path is text");
  EXPECT_EQ(Cause("get", R"({"url":7})"), "/url 7: the value is a number; a URL is text");
  EXPECT_EQ(Cause("get", R"({"host":7})"), "/host 7: the value is a number; a host is text");
  EXPECT_EQ(Cause("run", R"({"command":5})"),
            "/command 5: the value is a number; a command is text and may be a list of texts");
}

TEST(DeclaredCause, OfAUrlIsItsSchemeItsPortOrItsHost) {
  EXPECT_EQ(Cause("get", R"({"url":"pypi.org"})"),
            "/url \"pypi.org\": the URL has no scheme; allowed is https, with :// behind it");
  EXPECT_EQ(Cause("get", R"({"url":"http://pypi.org/"})"),
            "/url \"http://pypi.org/\": the scheme http is not listed; allowed is https");
  EXPECT_EQ(
      Cause("get", R"({"url":"https://pypi.org:8443/"})"),
      "/url \"https://pypi.org:8443/\": no entry allows port 8443 of the host; allowed is 443");
  EXPECT_EQ(Cause("get", R"({"url":"https://a.example/"})"),
            "/url \"https://a.example/\": no entry allows port 443 of the host; allowed is 8443");
  EXPECT_EQ(Cause("get", R"({"url":"https://pipy.org/"})"),
            "/url \"https://pipy.org/\": no entry allows the URL; did you mean pypi.org?");
  EXPECT_EQ(Cause("get", R"({"host":"b.example"})"),
            "/host \"b.example\": no entry allows the host without a port; allowed is 22");
  EXPECT_EQ(Cause("get", R"({"host":"https://a.example"})"),
            "/host \"https://a.example\": a URL stands where a host must");
  EXPECT_EQ(Cause("get", R"({"uri":"mem:x"})"),
            "/uri \"mem:x\": the scheme mem is not listed; did you mean memo?");
}

TEST(DeclaredCause, OfANumberSaysWhetherItIsTooLarge) {
  EXPECT_EQ(Cause("values", R"({"n":9007199254740993})"),
            "/n 9007199254740993: the integer is beyond ±(2^53 - 1), which doubles hold exactly");
  EXPECT_EQ(Cause("values", R"({"n":1e2})"), "/n 1e2: the number is no integer as it is written");
}

TEST(DeclaredCause, OfAnAnyOfIsThatOfTheClosestBranch) {
  EXPECT_EQ(Cause("values", R"({"v":true})"),
            "/v: no branch of anyOf accepts the value, and of the closest, branch 1, the value is "
            "not the one that is accepted; accepted is auto");
  EXPECT_EQ(Cause("values", R"({"v":"/etc"})").substr(0, 70),
            "/v \"/etc\": no branch of anyOf accepts the value, and of the closest, b");
}

TEST(DeclaredCause, OfEqualElementsNamesThem) {
  EXPECT_EQ(Cause("values", R"({"l":[1,2,2]})"), "/l: elements 1 and 2 of the list are equal");
  EXPECT_EQ(Cause("values", R"({"l":[1,2,3]})"), "allowed by capability 2 (values)");
}

TEST(DeclaredCause, AnUndeclaredNameMayStandForTheMissingOne) {
  EXPECT_EQ(Cause("run", R"({"cmd":"ls"})"),
            "/cmd \"ls\": the argument is not declared; did you mean command?");
  EXPECT_EQ(Cause("run", R"({"command":"ls","cdw":"/w"})"),
            "/cdw \"/w\": the argument is not declared; did you mean cwd?");
  EXPECT_EQ(Cause("run", R"({"command":"ls","commands":"ls"})"),
            "/commands \"ls\": the argument is not declared; declared are command, cwd");
}

TEST(DeclaredCause, APathThatBeginsWithADriveIsNoUrl) {
  EXPECT_EQ(Cause("read", R"({"path":"C:/x"})"),
            "/path \"C:/x\": the path begins with a name and a colon");
}

}  // namespace
}  // namespace callgate
