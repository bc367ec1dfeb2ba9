#include "core/policy/model/address_word.h"

#include <array>

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

}  // namespace

const AddressWord* FindAddressWord(std::string_view text) {
  static const Words words = ReadWords();
  for (const AddressWord& word : words) {
    if (word.word == text) return &word;
  }
  return nullptr;
}

}  // namespace callgate::policy
