#include "core/policy/values/path.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

std::string Normal(std::string_view path, std::string_view base = "/base") {
  PathBuffer buffer;
  return std::string(Normalize(path, JudgePath(path), AsNormal(base), buffer).text);
}

TEST(Path, EachFormThatServersReadDifferentlyIsRefusedByItsRule) {
  const std::pair<std::string_view, std::string_view> refused[] = {
      {"", "path.empty"},
      {"/workspace/../etc/passwd", "path.dotdot"},
      {"..", "path.dotdot"},
      {"/a/..", "path.dotdot"},
      {"/a/... /b", "path.dots"},
      {"/a/ /b", "path.dots"},
      {"/a/...", "path.dots"},
      {"/a\tb", "path.control"},
      {"/a\u0085b", "path.control"},
      {"/a\x7F", "path.control"},
      {"/a\\b", "path.special"},
      {"/workspace/*", "path.special"},
      {"/a?", "path.special"},
      {"file:///etc/passwd", "path.scheme"},
      {"C:/x", "path.scheme"},
      {"~/x", "path.leading"},
      {"-rf", "path.leading"},
      {"$HOME/x", "path.leading"},
      {"@x", "path.leading"},
      {" /a", "path.leading"},
      {"\u00A0/a", "path.leading"},
      {"/a/%2e%2e/b", "path.percent"},
      {"/a/\uFF0E\uFF0E/b", "path.lookalike"},
      {"/a\u2215b", "path.lookalike"},
  };
  for (const auto& [path, rule] : refused) EXPECT_EQ(JudgePath(path).rule, rule) << path;
  EXPECT_EQ(JudgePath(std::string_view("/a\0b", 4)).rule, "path.control");
}

TEST(Path, WhatOnlyLooksLikeThoseIsNot) {
  for (const std::string_view path :
       {"/",  "/a",   "/a..b", "/..a", "/a.",    "/.git", "/100%", "/a%2", "/a%zz", "/a:b",
        "/ä", "/a b", "a",     "./a",  "/a/./b", "/a//b", "/a/",   "/a$b", "/a~",   "/\u20AC"}) {
    EXPECT_EQ(JudgePath(path).rule, "") << path;
  }
}

TEST(Path, NormalFormCollapsesAndJoins) {
  EXPECT_EQ(Normal("/a//b/./c/"), "/a/b/c");
  EXPECT_EQ(Normal("//"), "/");
  EXPECT_EQ(Normal("/."), "/");
  EXPECT_EQ(Normal("a/b"), "/base/a/b");
  EXPECT_EQ(Normal("."), "/base");
  EXPECT_EQ(Normal("./a", "/"), "/a");
  EXPECT_EQ(Normal(".", "/"), "/");
  const std::string longer = "/" + std::string(1000, 'x');
  EXPECT_EQ(Normal("/" + longer + "//y"), longer + "/y");
}

TEST(Path, IsNormalSaysWhetherNormalizingChangesIt) {
  for (const std::string_view path :
       {"/", "/a", "/a/b", "//", "/a/", "/./a", "/a/.", "/a//b", "/.a"}) {
    EXPECT_EQ(JudgePath(path).is_normal, Normal(path) == path) << path;
  }
}

TEST(Path, PlainIsWhatHasNoOtherForm) {
  const auto is_plain = [](std::string_view path) {
    PathBuffer buffer;
    return Normalize(path, JudgePath(path), AsNormal("/base"), buffer).is_plain;
  };
  for (const std::string_view path :
       {"/", "/a", "/a/b.c", "a", "a/b", "/a/0123456789abcde", "/a/0123456789abcdef",
        "/0123456789abcdef/0123456789abcdef/01", "/a b/c"}) {
    EXPECT_TRUE(is_plain(path)) << path;
  }
  for (const std::string_view path :
       {"/\u212a", "/[a]", "/@(a)", "/{a}", "/a/0123456789abcde\u00e9", "/0123456789abcdef[0]",
        "\u00e9/a"}) {
    EXPECT_FALSE(is_plain(path)) << path;
  }
  PathBuffer buffer;
  EXPECT_FALSE(Normalize("a", JudgePath("a"), AsNormal("/\u00e9"), buffer).is_plain);
}

TEST(Path, NothingIsMissedWhereABlockEnds) {
  // Every place of sixteen, at the end of a path and before more of it.
  for (std::size_t size = 0; size < 40; ++size) {
    for (const std::string end : {"", "/more", "/0123456789abcdef0123456789"}) {
      const std::string begin = "/" + std::string(size, 'x');
      const auto rule = [&](const std::string& segment) {
        return JudgePath(begin + segment + end).rule;
      };
      EXPECT_EQ(rule("/.."), "path.dotdot") << size;
      EXPECT_EQ(rule("/..."), "path.dots") << size;
      EXPECT_EQ(rule("/. "), "path.dots") << size;
      EXPECT_EQ(rule("\\"), "path.special") << size;
      EXPECT_EQ(rule("\x7F"), "path.control") << size;
      EXPECT_EQ(rule("/.x"), "") << size;
      for (const std::string segment : {"/.", "//y", "/./y"}) {
        const std::string path = begin + segment + end;
        EXPECT_EQ(rule(segment), "") << size;
        EXPECT_FALSE(JudgePath(path).is_normal) << path;
        EXPECT_EQ(Normal(path).find("/."), std::string::npos) << path;
        EXPECT_EQ(Normal(path).find("//"), std::string::npos) << path;
      }
    }
  }
}

TEST(Path, TheValueRuleTakesWhatBeginsLikeAPathOrClimbs) {
  for (const std::string_view value :
       {"/etc", "~root",    "\\\\srv", "./x",      "../x",        "c:\\x",
        "D:x",  "FILE:x",   "  /x",    "\uFEFF/x", "a/../b",      "a\\..",
        "..",   "a/..",     "\x01/x",  "\u0085~",  ".\t./x",      ".\\x",
        "..\n", "fi\rle:x", "c\n:x",   "a/.\n./b", "a\\\t.\t.\t", "a/..\r\n"}) {
    EXPECT_TRUE(LooksLikePath(value)) << value;
  }
  for (const std::string_view value :
       {"", "a", "a/b", ".", ".a", "..a", "a..", "a../b", "a/..b", "https://x/y", "12:30", "a\n/b",
        "x\n..y", "..a\n/b", "One.\n\nTwo..", "a. ./b"}) {
    EXPECT_FALSE(LooksLikePath(value)) << value;
  }
}

}  // namespace
}  // namespace callgate::policy
