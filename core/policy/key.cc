#include "core/policy/key.h"

#include <algorithm>
#include <array>
#include <functional>

namespace callgate::policy {
namespace {

constexpr std::size_t kLongestWord = 12;

// Up to twelve characters in two words, so that a look-up compares integers.
struct Packed {
  std::uint64_t head = 0;
  std::uint32_t tail = 0;
  constexpr bool operator==(const Packed&) const = default;
};

constexpr Packed Pack(std::string_view word) noexcept {
  Packed packed;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    if (i < 8) {
      packed.head |= static_cast<std::uint64_t>(byte) << (8 * i);
    } else {
      packed.tail |= static_cast<std::uint32_t>(byte) << (8 * (i - 8));
    }
  }
  return packed;
}

struct Named {
  std::string_view words;  // separated by spaces
  KeyClasses classes;
};

// A hash table of words that is filled by the compiler.
template <std::size_t Slots>
class WordTable {
 public:
  template <std::size_t N>
  explicit constexpr WordTable(const std::array<Named, N>& lists) {
    for (const Named& list : lists) {
      std::string_view rest = list.words;
      while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(word.size() < rest.size() ? word.size() + 1 : word.size());
        Slot& slot = Find(Pack(word));
        slot.word = Pack(word);
        slot.classes |= list.classes;
      }
    }
  }

  constexpr KeyClasses Look(std::string_view word) const noexcept {
    if (word.empty() || word.size() > kLongestWord) return 0;
    const Packed packed = Pack(word);
    for (std::size_t i = Hash(packed);; i = (i + 1) % Slots) {
      if (slots_[i].word == packed) return slots_[i].classes;
      if (slots_[i].classes == 0) return 0;
    }
  }

 private:
  struct Slot {
    Packed word;
    KeyClasses classes = 0;
  };

  static constexpr std::size_t Hash(const Packed& word) noexcept {
    const std::uint64_t mixed =
        (word.head ^ (std::uint64_t{word.tail} << 17)) * std::uint64_t{0x9e3779b97f4a7c15};
    return static_cast<std::size_t>(mixed >> 40) % Slots;
  }
  constexpr Slot& Find(const Packed& word) noexcept {
    std::size_t i = Hash(word);
    while (slots_[i].classes != 0 && !(slots_[i].word == word)) i = (i + 1) % Slots;
    return slots_[i];
  }

  std::array<Slot, Slots> slots_{};
};

// What the last word of a key says.
constexpr WordTable<512> kLastWords(std::array{
    Named{"path paths file files filepath filename dir dirs directory directories folder folders",
          kPathKey},
    Named{"url urls uri uris href link links domain domains host hosts hostname endpoint webhook "
          "site server proxy",
          kDomainKey},
    Named{"command commands cmd cmdline program executable script", kCommandKey},
    Named{"args arguments argv flags", kArgsKey},
    Named{"content contents text body data message messages query pattern patterns regex "
          "description str string code comment comments title prompt note notes summary subject "
          "html markdown sql",
          kTextKey},
});

// What a key says that is this one word.
constexpr WordTable<128> kOnlyWords(std::array{
    Named{"src dst dest destination pathname dirname basedir outfile infile workdir cwd", kPathKey},
    Named{"env environment envs", kEnvKey},
    Named{"shell", kShellKey},
    Named{"port", kPortKey},
});

constexpr bool IsLower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool IsUpper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLetter(char c) noexcept { return IsLower(c) || IsUpper(c); }

// REQUIRES: 0 < i < key.size() and both characters at the boundary are letters.
bool WordBeginsAt(std::string_view key, std::size_t i) noexcept {
  if (!IsUpper(key[i])) return false;
  if (IsLower(key[i - 1])) return true;
  if (i + 1 == key.size() || !IsLower(key[i + 1])) return false;
  // The last capital of a run that lower case follows, unless all that follows is the `s` of a
  // plural: imageURLs.
  const bool plural = key[i + 1] == 's' && (i + 2 == key.size() || !IsLower(key[i + 2]));
  return !plural;
}

// Cuts the last word off `key`; empty when it holds no letter.
std::string_view TakeLastWord(std::string_view& key) noexcept {
  std::size_t end = key.size();
  while (end > 0 && !IsLetter(key[end - 1])) --end;
  if (end == 0) {
    key = {};
    return {};
  }
  // Boundaries depend on what follows, so look at the key as far as the end of this run only after
  // cutting what is no letter.
  const std::string_view run = key.substr(0, end);
  std::size_t begin = end - 1;
  while (begin > 0 && IsLetter(run[begin - 1]) && !WordBeginsAt(run, begin)) --begin;
  key = run.substr(0, begin);
  return run.substr(begin);
}

std::string_view Lowered(std::string_view word, std::array<char, kLongestWord>& out) noexcept {
  if (word.size() > out.size()) return {};
  for (std::size_t i = 0; i < word.size(); ++i) {
    out[i] = IsUpper(word[i]) ? static_cast<char>(word[i] + ('a' - 'A')) : word[i];
  }
  return {out.data(), word.size()};
}

bool HasLetter(std::string_view key) noexcept {
  for (const char c : key) {
    if (IsLetter(c)) return true;
  }
  return false;
}

KeyClasses ClassifyWords(std::string_view key) noexcept {
  std::array<char, kLongestWord> buffer;
  const std::string_view last = Lowered(TakeLastWord(key), buffer);
  if (last.empty()) return 0;
  KeyClasses classes = kLastWords.Look(last);
  if (const KeyClasses only = kOnlyWords.Look(last); only != 0 && !HasLetter(key)) classes |= only;
  if (last != "name" && last != "line" && last != "vars") return classes;

  std::array<char, kLongestWord> before_buffer;
  const std::string_view before = Lowered(TakeLastWord(key), before_buffer);
  if (last == "name") {
    if (before == "file" || before == "dir" || before == "folder") classes |= kPathKey;
  } else if (last == "line") {
    if (before == "command") classes |= kCommandKey;
  } else if (before == "env" && !HasLetter(key)) {
    classes |= kEnvKey;
  }
  return classes;
}

// By the end of the folded key, whatever its words.
KeyClasses ClassifySuffix(std::string_view key) noexcept {
  if (key.empty()) return 0;
  KeyClasses classes = 0;
  switch (key.back()) {
    case 'h':  // filepath too
      if (key.ends_with("path")) classes |= kPathKey;
      break;
    case 's':
      if (key.ends_with("paths")) classes |= kPathKey;
      if (key.ends_with("urls")) classes |= kDomainKey;
      break;
    case 'e':
      if (key.ends_with("filename")) classes |= kPathKey;
      if (key.ends_with("hostname")) classes |= kDomainKey;
      break;
    case 'y':
      if (key.ends_with("directory")) classes |= kPathKey;
      break;
    case 'r':
      if (key.ends_with("folder")) classes |= kPathKey;
      break;
    case 'l':
      if (key.ends_with("url")) classes |= kDomainKey;
      break;
    case 'i':
      if (key.ends_with("uri")) classes |= kDomainKey;
      break;
    default:
      break;
  }
  return classes;
}

// U+017F and U+212A in UTF-8.
constexpr std::string_view kLongS = "\xC5\xBF";
constexpr std::string_view kKelvin = "\xE2\x84\xAA";

}  // namespace

KeyClasses ClassifyKey(std::string_view key, std::string_view folded) noexcept {
  KeyClasses classes = ClassifyWords(key) | ClassifySuffix(folded);
  // The exemption is only for keys that say so as written: folding must never take a string away
  // from the value rules.
  if (key != folded) classes |= ClassifyWords(folded) & static_cast<KeyClasses>(~kTextKey);
  return classes;
}

bool IsFolded(std::string_view key) noexcept {
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (IsUpper(c)) return false;
    if (c == kLongS[0] && key.substr(i).starts_with(kLongS)) return false;
    if (c == kKelvin[0] && key.substr(i).starts_with(kKelvin)) return false;
  }
  return true;
}

std::size_t FoldKeyTo(std::string_view key, char* out) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (IsUpper(c)) {
      out[size++] = static_cast<char>(c + ('a' - 'A'));
    } else if (c == kLongS[0] && key.substr(i).starts_with(kLongS)) {
      out[size++] = 's';
      i += kLongS.size() - 1;
    } else if (c == kKelvin[0] && key.substr(i).starts_with(kKelvin)) {
      out[size++] = 'k';
      i += kKelvin.size() - 1;
    } else {
      out[size++] = c;
    }
  }
  return size;
}

bool Holds(const KeyList& list, std::string_view folded) noexcept {
  return !list.empty() && std::binary_search(list.begin(), list.end(), folded, std::less<>());
}

bool Frees(const KeyList& freed, std::string_view folded, KeyClasses classes) noexcept {
  constexpr KeyClasses kNeverFreed = kArgsKey | kEnvKey | kShellKey | kPortKey;
  return (classes & kNeverFreed) == 0 && Holds(freed, folded);
}

std::string FoldKey(std::string_view key) {
  std::string folded(key.size(), '\0');
  folded.resize(FoldKeyTo(key, folded.data()));
  return folded;
}

}  // namespace callgate::policy
