#include "core/policy/model/address_word.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

enum Word : std::uint8_t { kLoopback, kPrivate, kLinkLocal, kMulticast, kMetadata, kNotGlobal };

using Words = std::array<AddressWord, 6>;

void Add(AddressWord& word, std::string_view what) {
  if (const auto block = ParseBlock(what)) {
    word.addresses.Add(*block);
    return;
  }
  const bool deeper = what.starts_with("*.");
  word.names.push_back({deeper ? what.substr(2) : what, deeper});
}

Words ReadWords() {
  Words words;
  constexpr std::array<std::string_view, 6> kNames = {"loopback",  "private",  "link-local",
                                                      "multicast", "metadata", "not-global"};
  for (std::size_t i = 0; i < words.size(); ++i) words[i].word = kNames[i];
  AddressSet global;
#define ADDRESS_WORD(word, what) Add(words[word], what);
#define GLOBAL_BLOCK(block) global.Add(*ParseBlock(block));
#include "core/policy/model/address_words.inc"
#undef ADDRESS_WORD
#undef GLOBAL_BLOCK
  AddressWord& all = words[kNotGlobal];
  all.addresses.Remove(global);
  for (const AddressWord& word : words) {
    if (&word == &all) continue;
    all.addresses.Add(word.addresses);
    all.names.insert(all.names.end(), word.names.begin(), word.names.end());
  }
  return words;
}

// Without what writers put between words; nothing for a text with anything but letters besides.
std::string LettersOf(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c == '-' || c == '_' || c == ' ') continue;
    if (!base::IsAsciiLetter(c)) return {};
    letters += base::ToAsciiLower(c);
  }
  return letters;
}

// Equal, or one letter is missing or too much, or two are swapped.
bool IsSlipOf(std::string_view text, std::string_view word) noexcept {
  if (text.size() > word.size()) std::swap(text, word);
  const auto [at, in_word] = std::mismatch(text.begin(), text.end(), word.begin());
  const std::string_view rest(at, text.end());
  const std::string_view of_word(in_word, word.end());
  if (text.size() + 1 == word.size()) return rest == of_word.substr(1);
  if (text.size() != word.size()) return false;
  if (rest.empty()) return true;
  return rest.size() > 1 && rest[0] == of_word[1] && rest[1] == of_word[0] &&
         rest.substr(2) == of_word.substr(2);
}

const Words& AllWords() {
  static const Words words = ReadWords();
  return words;
}

}  // namespace

const AddressWord* FindAddressWord(std::string_view text) {
  for (const AddressWord& word : AllWords()) {
    if (word.word == text) return &word;
  }
  return nullptr;
}

std::string_view MeantAddressWord(std::string_view text) {
  const std::string letters = LettersOf(text);
  if (letters.empty() || FindAddressWord(text) != nullptr) return {};
  for (const AddressWord& word : AllWords()) {
    if (IsSlipOf(letters, LettersOf(word.word))) return word.word;
  }
  return {};
}

}  // namespace callgate::policy
