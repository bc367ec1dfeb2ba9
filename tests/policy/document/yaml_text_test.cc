#include "core/policy/document/yaml_text.h"

#include <gtest/gtest.h>

#include <string>

#include "core/policy/document/document.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t UnprintableIn(std::string_view text) {
  std::size_t offset = 0;
  return FindUnprintable(text, offset) ? offset : kNone;
}

std::size_t TooDeepIn(std::string_view text) {
  std::size_t offset = 0;
  return FindTooDeep(text, offset) ? offset : kNone;
}

std::size_t TagDirectiveIn(std::string_view text) {
  std::size_t offset = 0;
  return FindTagDirective(text, offset) ? offset : kNone;
}

TEST(YamlText, FindsWhatIsNoCharacterOrLineBreakEverywhere) {
  for (const std::string_view refused : {"\r", "\v", "\x7F", "\u0080", "\u0085", "\u009F", "\u2028",
                                         "\u2029", "\uFEFF", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    EXPECT_EQ(UnprintableIn("a\u00E9" + std::string(refused) + "b"), 3U) << refused;
    EXPECT_EQ(UnprintableIn(refused), 0U) << refused;
  }
  for (const std::string_view neighbour :
       {"\r\n", "\t", "~", "\u00A0", "\u2027", "\u202A", "\uFEFE", "\uFFFD", "\U0001F600"}) {
    EXPECT_EQ(UnprintableIn("a" + std::string(neighbour) + "b"), kNone) << neighbour;
  }
}

TEST(YamlText, FindsTheBracketThatIsTooDeep) {
  const std::string deepest(kMaxDocumentDepth, '[');
  EXPECT_EQ(TooDeepIn(deepest), kNone);
  EXPECT_EQ(TooDeepIn(deepest + "{"), kMaxDocumentDepth);
  EXPECT_EQ(TooDeepIn(deepest + "][]"), kNone);
  EXPECT_EQ(TooDeepIn(deepest + " '[' # ["), kNone);
}

TEST(YamlText, FindsTagDirectivesAtTheBeginningOfALine) {
  EXPECT_EQ(TagDirectiveIn("%TAG ! x\n"), 0U);
  EXPECT_EQ(TagDirectiveIn("%YAML 1.2\n%TAG ! x\n"), 10U);
  EXPECT_EQ(TagDirectiveIn("a: '%TAG ! x'\n # %TAG\n"), kNone);
}

TEST(YamlText, FindsTheEscapesThatParsersReadDifferently) {
  EXPECT_TRUE(HasRefusedEscape(R"("\_")"));
  EXPECT_TRUE(HasRefusedEscape(R"("\\\N")"));
  EXPECT_FALSE(HasRefusedEscape(R"("\\_\\N_N")"));
}

TEST(YamlText, FindsEmptyLinesBeforeTheClosingQuote) {
  EXPECT_TRUE(EndsWithEmptyLine("'a\n\n'"));
  EXPECT_TRUE(EndsWithEmptyLine("'\r\n\t\r\n '"));
  EXPECT_FALSE(EndsWithEmptyLine("'a\n\nb\n '"));
  EXPECT_FALSE(EndsWithEmptyLine("''"));
}

TEST(YamlText, FindsHeadersThatKeepEmptyLines) {
  EXPECT_TRUE(KeepsEmptyLines(">+\n a\n"));
  EXPECT_TRUE(KeepsEmptyLines(">2+\n  a\n"));
  EXPECT_FALSE(KeepsEmptyLines(">\n+\n"));
  EXPECT_FALSE(KeepsEmptyLines(">- # +\n a\n"));
}

TEST(YamlText, FindsABlankLastLineThatHasNoLineBreak) {
  EXPECT_TRUE(EndsWithinBlankLine("a\n \n ", 1));
  EXPECT_FALSE(EndsWithinBlankLine("a\n \n", 1));
  EXPECT_FALSE(EndsWithinBlankLine("a\nb\n ", 1));
  EXPECT_FALSE(EndsWithinBlankLine("a\nb ", 1));
  EXPECT_FALSE(EndsWithinBlankLine("a ", 1));
}

}  // namespace
}  // namespace callgate::policy
