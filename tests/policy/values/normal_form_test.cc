#include "core/policy/values/normal_form.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <cstdlib>
#include <iterator>
#include <random>
#include <string>

#include "tests/policy/allocations.h"

namespace callgate::policy {
namespace {

std::string Composed(std::string_view path) {
  PathBuffer buffer;
  return std::string(ComposedForm(path, buffer).value_or(path));
}

std::string Folded(std::string_view text) {
  FoldBuffer buffer;
  AppendFolded(text, buffer);
  return {buffer.data(), buffer.size()};
}

std::string Encoded(utf8proc_int32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(code_point, bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

// What the library makes of a whole text, in its one call for that.
std::string ByLibrary(const std::string& text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &out,
                                 static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE));
  std::string mapped(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  std::free(out);  // NOLINT(cppcoreguidelines-no-malloc): so the library says
  return mapped;
}

template <typename Take>  // void(text)
void ForEachCharacter(Take take) {
  for (utf8proc_int32_t code_point = 1; code_point < 0x110000; ++code_point) {
    if (code_point == '/' || (code_point >= 0xD800 && code_point < 0xE000)) continue;
    take(Encoded(code_point));
  }
}

// Letters, marks of several classes, and what is ignored or folds to more.
std::string RandomText(std::mt19937& random) {
  constexpr std::string_view kParts[] = {
      "a",      "K",      "\u212A", "\u00E9", "e\u0301", "\u0301", "\u0323",    "\u0345",
      "\u1FB3", "\u00DF", "\u034F", "\u200B", "\u1100",  "\u1161", "\uAC00",    "\u11A8",
      "\u0130", "\u03B1", ".",      " ",      "\u1E9E",  "\u0390", "\U0001D15E"};
  std::string text;
  for (std::size_t i = random() % 12; i > 0; --i) text += kParts[random() % std::size(kParts)];
  return text;
}

TEST(NormalForm, IsTheSameForAscii) {
  PathBuffer buffer;
  EXPECT_FALSE(ComposedForm("/a/B/c d", buffer));
  EXPECT_TRUE(IsAscii("/workspace/a-longer-path.txt"));
  EXPECT_FALSE(IsAscii("/workspace/a-longer-path.\u00E9"));
  EXPECT_FALSE(IsAscii("\u00E9"));
}

TEST(NormalForm, ComposesSegmentBySegment) {
  EXPECT_EQ(Composed("/w/\u212AEYS/id"), "/w/KEYS/id");
  EXPECT_EQ(Composed("/e\u0301/a/e\u0301"), "/\u00E9/a/\u00E9");
  EXPECT_EQ(Composed("\u00E9/"), "\u00E9/");
  EXPECT_EQ(Composed("/\u0338"), "/\u0338");
}

TEST(NormalForm, IsTheLibrarysForEveryCharacter) {
  ForEachCharacter([](const std::string& text) {
    ASSERT_EQ(Composed(text), ByLibrary(text, UTF8PROC_COMPOSE)) << text;
  });
}

TEST(NormalForm, IsTheLibrarysForRandomTexts) {
  std::mt19937 random(20260201);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(random);
    ASSERT_EQ(Composed(text), ByLibrary(text, UTF8PROC_COMPOSE)) << text;
  }
}

TEST(Folding, TakesCaseAndInvisibleCharactersAway) {
  EXPECT_EQ(Folded(".Gi\u200BT"), ".git");
  EXPECT_EQ(Folded("\u212AEY\u017F"), "keys");
  EXPECT_EQ(Folded("STRA\u1E9EE"), "strasse");
  EXPECT_EQ(Folded("CAFE\u0301"), "caf\u00E9");
  EXPECT_EQ(Folded("\u00AD\u2065\uFFF0\U000E0FFF"), "");
}

TEST(Folding, OfWhatIsFoldedIsTheSame) {
  ForEachCharacter([](const std::string& text) {
    const std::string folded = Folded(text);
    ASSERT_EQ(Folded(folded), folded) << text;
  });
  std::mt19937 random(20260202);
  for (int i = 0; i < 20000; ++i) {
    const std::string folded = Folded(RandomText(random));
    ASSERT_EQ(Folded(folded), folded);
  }
}

TEST(Folding, IsOneForWhatIsCanonicallyEquivalent) {
  std::mt19937 random(20260203);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(random);
    ASSERT_EQ(Folded(ByLibrary(text, UTF8PROC_DECOMPOSE)), Folded(text)) << text;
    ASSERT_EQ(Folded(ByLibrary(text, UTF8PROC_COMPOSE)), Folded(text)) << text;
  }
}

TEST(Folding, TakesNoHeapUpTo255Bytes) {
  std::string marks;
  for (int i = 0; i < 127; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  std::string letters;
  for (int i = 0; i < 127; ++i) letters += "\u0390";  // each is three, decomposed
  std::string vowels;
  for (int i = 0; i < 85; ++i) vowels += "\u1F82";  // each is four
  const long before = test::Allocations();
  for (const std::string* text : {&marks, &letters, &vowels}) {
    FoldBuffer buffer;
    AppendFolded(*text, buffer);
  }
  EXPECT_EQ(test::Allocations(), before);
}

TEST(Folding, OfALongRunOfMarksTakesNoSquareOfIt) {
  std::string marks = "a";
  for (int i = 0; i < 400000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  EXPECT_GT(Folded(marks).size(), 400000u);
}

}  // namespace
}  // namespace callgate::policy
