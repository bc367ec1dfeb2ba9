#include "core/policy/counterexample/call_builder.h"

#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

// The call of a capability that the fragments make; "-" where one of them fits nowhere.
std::string Call(const std::string& constraints, const std::vector<Fragment>& fragments,
                 const std::string& path = "", const std::string& domain = "") {
  const test::Reaching one = test::Constrained(constraints);
  CallBuilder builder(one[0].capability, path, domain);
  for (const Fragment& fragment : fragments) {
    if (!builder.Add(fragment)) return "-";
  }
  return builder.Json();
}

const Fragment kA = {{"a", "1"}};

TEST(CallBuilder, PutsMembersOnTop) {
  EXPECT_EQ(Call("", {}), "{}");
  EXPECT_EQ(Call("", {kA, {{"b", "2"}, {"c", "3"}}}), R"({"a":1,"b":2,"c":3})");
}

TEST(CallBuilder, WritesTextAndListsAsJson) {
  EXPECT_EQ(JsonString("a\"b"), R"("a\"b")");
  EXPECT_EQ(JsonList({}), "[]");
  EXPECT_EQ(JsonList({"1", "\"a\""}), R"([1,"a"])");
}

TEST(CallBuilder, PutsATakenKeyInAnObjectBelow) {
  EXPECT_EQ(Call("", {kA, kA}), R"({"a":1,"x-holder":[{"a":1}]})");
  EXPECT_EQ(Call("", {kA, {{"A", "2"}}, kA}), R"({"a":1,"x-holder":[{"A":2},{"a":1}]})");
}

TEST(CallBuilder, PutsABarredKeyBelowOneThatIsListed) {
  EXPECT_EQ(Call("only_arguments: [a, b]", {kA, {{"x", "2"}}}), R"({"a":1,"b":[{"x":2}]})");
  EXPECT_EQ(Call("only_arguments: [a]", {{{"x", "2"}}}), R"({"a":[{"x":2}]})");
  EXPECT_EQ(Call("only_arguments: []", {{{"x", "2"}}}), "-");
}

TEST(CallBuilder, PutsObjectsBesideAStringUnderItsKey) {
  EXPECT_EQ(Call("only_arguments: [a]", {{{"a", "\"s\""}}, {{"x", "2"}}}),
            R"({"a":["s",{"x":2}]})");
  EXPECT_EQ(Call("only_arguments: [a]", {kA, {{"x", "2"}}}), "-") << "a number is no list";
  EXPECT_EQ(Call("only_arguments: [a, A]", {{{"A", "\"s\""}}, {{"x", "2"}}}),
            R"({"A":["s",{"x":2}]})");
}

TEST(CallBuilder, PutsNoObjectUnderAKeyThatRefusesThem) {
  EXPECT_EQ(Call("only_arguments: [mode], argument_patterns: {mode: x}", {{{"x", "2"}}}), "-");
  for (const std::string key : {"command", "args", "env", "shell"}) {
    EXPECT_EQ(Call("command_allowlist: [git], only_arguments: [" + key + "]", {{{"x", "2"}}}), "-")
        << key;
    EXPECT_NE(Call("only_arguments: [" + key + "]", {{{"x", "2"}}}), "-") << key;
  }
  EXPECT_EQ(Call("command_allowlist: [git], command_arguments: [run], only_arguments: [run]",
                 {{{"x", "2"}}}),
            "-");
}

TEST(CallBuilder, PrefersAKeyOfNoClassForObjects) {
  EXPECT_EQ(Call("only_arguments: [path, note]", {{{"x", "2"}}}), R"({"note":[{"x":2}]})");
  EXPECT_EQ(Call("only_arguments: [args, url]", {{{"x", "2"}}}), R"({"url":[{"x":2,"url":1}]})")
      << "and one whose objects are judged before one of commands";
  EXPECT_EQ(Call("only_arguments: [url, args]", {{{"x", "2"}}}), R"({"url":[{"x":2,"url":1}]})");
}

TEST(CallBuilder, GivesAnObjectUnderAClassKeyAKeyOfThatClass) {
  EXPECT_EQ(Call("only_arguments: [path]", {{{"x", "2"}}}, "\"/a\""),
            R"({"path":[{"x":2,"path":"/a"}]})");
  EXPECT_EQ(Call("only_arguments: [path]", {{{"file", "2"}}}, "\"/a\""),
            R"({"path":[{"file":2}]})");
  EXPECT_EQ(Call("only_arguments: [url]", {{{"x", "2"}}}, "", "\"x.test\""),
            R"({"url":[{"x":2,"url":"x.test"}]})");
  EXPECT_EQ(Call("only_arguments: [url]", {{{"host", "2"}}}, "", "\"x.test\""),
            R"({"url":[{"host":2}]})");
}

}  // namespace
}  // namespace callgate::policy
