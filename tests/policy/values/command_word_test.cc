#include "core/policy/values/command_word.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callgate::policy {
namespace {

using Texts = std::vector<std::string>;

// The pieces of a word; a URL behind `@`.
Texts Pieces(std::string_view word) {
  Texts all;
  WordPieces pieces(word);
  for (WordPiece piece; pieces.Next(piece);) {
    EXPECT_TRUE(piece.rest.starts_with(piece.text));
    EXPECT_TRUE(word.ends_with(piece.rest));
    all.push_back((piece.is_url ? "@" : "") + std::string(piece.text));
  }
  return all;
}

Texts Words(std::string_view text) {
  base::TextArena arena;
  LooseWords words(text, arena);
  Texts all;
  for (std::string_view word; words.Next(word);) all.emplace_back(word);
  return all;
}

TEST(CommandWord, IsCutAtSignsAndBehindAnOption) {
  EXPECT_EQ(Pieces(""), (Texts{""}));
  EXPECT_EQ(Pieces("a"), (Texts{"a"}));
  EXPECT_EQ(Pieces("a=b:c,d@e"), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(Pieces("-I/a"), (Texts{"/a"}));
  EXPECT_EQ(Pieces("-I=/a"), (Texts{"", "/a"}));
  EXPECT_EQ(Pieces("--x=/a"), (Texts{"--x", "/a"}));
  EXPECT_EQ(Pieces("-\u00E9/a"), (Texts{"/a"}));
  EXPECT_EQ(Pieces("-"), (Texts{"-"}));
}

TEST(CommandWord, AUrlIsOnePiece) {
  EXPECT_EQ(Pieces("https://u@x:1/a,b=c"), (Texts{"@https://u@x:1/a,b=c"}));
  EXPECT_EQ(Pieces("--url=https://x"), (Texts{"--url", "@https://x"}));
  EXPECT_EQ(Pieces("see https://x"), (Texts{"see ", "@https://x"}));
  EXPECT_EQ(Pieces("1git+ssh://x"), (Texts{"1", "@git+ssh://x"}));
  EXPECT_EQ(Pieces("http:/x"), (Texts{"@http:/x"}));
  EXPECT_EQ(Pieces("HTTPS:\\x"), (Texts{"@HTTPS:\\x"}));
  EXPECT_EQ(Pieces("ftp:/x"), (Texts{"ftp", "/x"}));
  EXPECT_EQ(Pieces("://x"), (Texts{"", "//x"}));
  EXPECT_EQ(Pieces("File:///a"), (Texts{"@File:///a", "File", "///a"}));
}

TEST(CommandWord, ALooseTextIsCutOutsideQuotes) {
  EXPECT_EQ(Words("a  'b c'\t\"d;e\""), (Texts{"a", "b c", "d;e"}));
  EXPECT_EQ(Words("a;b|c&d<e>f(g)h`i"), (Texts{"a", "b", "c", "d", "e", "f", "g", "h", "i"}));
  EXPECT_EQ(Words("a'b\"c'd"), (Texts{"ab\"cd"}));
  EXPECT_EQ(Words("a 'b c"), (Texts{"a", "b c"}));
  EXPECT_EQ(Words("''"), (Texts{""}));
  EXPECT_EQ(Words("  "), (Texts{}));
}

TEST(CommandWord, AHostEndsWhereAPathBegins) {
  EXPECT_EQ(UntilAuthorityEnds("x.test/a"), "x.test");
}

TEST(CommandWord, DotDotIsASegment) {
  for (const char* yes : {"..", "../a", "a/..", "a\\..\\b", "/a/../b"}) {
    EXPECT_TRUE(HoldsDotDot(yes)) << yes;
  }
  for (const char* no : {"", "...", "a..b", "a/..b", " .."}) EXPECT_FALSE(HoldsDotDot(no)) << no;
}

}  // namespace
}  // namespace callgate::policy
