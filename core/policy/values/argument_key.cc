#include "core/policy/values/argument_key.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <initializer_list>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kLongestWord = 12;

// Up to twelve characters in two words, so that a look-up compares integers.
struct Packed {
  std::uint64_t head = 0;
  std::uint32_t tail = 0;
  constexpr bool operator==(const Packed&) const = default;
};

constexpr Packed Pack(const char* word, std::size_t size) noexcept {
  Packed packed;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    if (i < 8) {
      packed.head |= static_cast<std::uint64_t>(byte) << (8 * i);
    } else {
      packed.tail |= static_cast<std::uint32_t>(byte) << (8 * (i - 8));
    }
  }
  return packed;
}

constexpr Packed PackText(std::string_view text) noexcept { return Pack(text.data(), text.size()); }

template <typename Integer>
std::uint64_t LoadAt(const char* bytes) noexcept {
  Integer value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Pack of one to twelve characters, in a few loads that may overlap.
inline Packed PackLoaded(const char* word, std::size_t size) noexcept {
  if constexpr (std::endian::native != std::endian::little) return Pack(word, size);
  const char* const end = word + size;
  if (size >= 8) {
    const std::uint64_t last = LoadAt<std::uint32_t>(end - 4);
    return {LoadAt<std::uint64_t>(word), static_cast<std::uint32_t>(last >> 8 * (12 - size))};
  }
  if (size >= 4) {
    return {LoadAt<std::uint32_t>(word) | LoadAt<std::uint32_t>(end - 4) << 8 * (size - 4), 0};
  }
  const std::size_t middle = size / 2;
  return {LoadAt<std::uint8_t>(word) | LoadAt<std::uint8_t>(word + middle) << 8 * middle |
              LoadAt<std::uint8_t>(end - 1) << 8 * (size - 1),
          0};
}

// The word in lower case; no word of the table for one that is too long.
inline Packed PackLowered(std::string_view word) noexcept {
  if (word.empty() || word.size() > kLongestWord) return {};
  Packed packed = PackLoaded(word.data(), word.size());
  // Letters alone, which this bit makes lower case; past the word it must stay clear.
  constexpr std::uint64_t kLower = 0x2020202020202020;
  const std::size_t in_head = std::min<std::size_t>(word.size(), 8);
  packed.head |= kLower >> 8 * (8 - in_head);
  packed.tail |=
      static_cast<std::uint32_t>(word.size() == in_head ? 0 : kLower >> 8 * (16 - word.size()));
  return packed;
}

// For the tables alone: the word means this only where it is the whole key, or only together with
// the word before it.
struct Meaning {
  KeyClasses last = 0;  // of a key whose last word it is
  KeyClasses only = 0;  // of a key whose only word it is
  bool pair = false;    // kPairs says what it means after some words
};

struct Named {
  std::string_view words;  // separated by spaces
  Meaning meaning;
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
        const Packed packed = Pack(word.data(), word.size());
        std::size_t i = Home(packed);
        while (slots_[i].word.head != 0) i = (i + 1) % Slots;
        slots_[i] = {packed, list.meaning};
      }
    }
  }

  constexpr const Meaning& Look(const Packed& word) const noexcept {
    std::size_t i = Home(word);
    while (slots_[i].word.head != 0 && slots_[i].word != word) i = (i + 1) % Slots;
    return slots_[i].meaning;
  }

 private:
  struct Slot {
    Packed word;
    Meaning meaning;
  };

  static constexpr std::size_t Home(const Packed& word) noexcept {
    const std::uint64_t mixed =
        (word.head ^ (std::uint64_t{word.tail} << 17)) * std::uint64_t{0x9e3779b97f4a7c15};
    return static_cast<std::size_t>(mixed >> 40) % Slots;
  }

  std::array<Slot, Slots> slots_{};
};

// Each word once: a word of two lists would need one entry with both meanings.
constexpr WordTable<512> kWords(std::array{
    Named{"path paths file files filepath filepaths dir dirs directory directories folder folders "
          "filename filenames pathname pathnames dirname dirnames foldername foldernames "
          "basedir basedirs workdir workdirs homedir homedirs rootdir rootdirs tempdir tempdirs "
          "tmpdir tmpdirs infile infiles outfile outfiles",
          {kPathKey, 0, false}},
    Named{"url uri host hostname endpoint server proxy", {kDomainKey | kAddressKey, 0, false}},
    Named{
        "urls uris hosts hostnames endpoints servers proxies href hrefs link links domain domains "
        "site sites domainname domainnames webhook webhooks website websites fqdn fqdns",
        {kDomainKey, 0, false}},
    Named{"address ip", {kAddressKey, 0, false}},
    Named{"command commands cmd cmds program programs executable executables script scripts "
          "cmdline cmdlines commandline commandlines",
          {kCommandKey, 0, false}},
    Named{"args arguments argv flags", {kArgsKey, 0, false}},
    Named{"content contents text body data message messages query regex "
          "description str string code comment comments title prompt note notes summary subject "
          "html markdown sql",
          {kTextKey, 0, false}},
    Named{"pattern patterns", {kTextKey | kGlobKey, 0, false}},
    Named{"glob globs include includes exclude excludes", {kGlobKey, 0, false}},
    Named{"src srcs dst dsts dest dests destination destinations cwd cwds", {0, kPathKey, false}},
    Named{"source sources", {0, kSourceKey, false}},
    Named{"env envs environ environs environment environments envvar envvars envvariable "
          "envvariables",
          {0, kEnvKey, false}},
    Named{"shell", {0, kShellKey, false}},
    Named{"port", {0, kPortKey, false}},
    Named{"name names line lines var vars variable variables point points hook hooks",
          {0, 0, true}},
});

// Some words of the table, none too long; the last ones perhaps empty.
struct SomeWords {
  constexpr SomeWords(std::initializer_list<std::string_view> list) {
    std::size_t size = 0;
    for (const std::string_view word : list) words[size++] = PackText(word);
  }
  // REQUIRES: `word` is not empty.
  constexpr bool Hold(const Packed& word) const noexcept {
    return std::ranges::find(words, word) != words.end();
  }
  std::array<Packed, 5> words{};
};

struct Pair {
  SomeWords before;
  SomeWords last;
  KeyClasses classes;
  bool whole;  // only where the two are the whole key
};

constexpr std::array kPairs{
    Pair{{"file", "path", "dir", "directory", "folder"}, {"name", "names"}, kPathKey, false},
    Pair{{"host", "domain"}, {"name", "names"}, kDomainKey, false},
    Pair{{"end"}, {"point", "points"}, kDomainKey, false},
    Pair{{"web"}, {"hook", "hooks"}, kDomainKey, false},
    Pair{{"command", "cmd"}, {"line", "lines"}, kCommandKey, false},
    Pair{{"env", "environment"}, {"var", "vars", "variable", "variables"}, kEnvKey, true},
};

// Words that are too long for the table.
constexpr std::array kLongWords{
    Named{"directoryname", {kPathKey, 0, false}},
    Named{"directorynames", {kPathKey, 0, false}},
    Named{"environmentvar", {0, kEnvKey, false}},
    Named{"environmentvars", {0, kEnvKey, false}},
    Named{"environmentvariable", {0, kEnvKey, false}},
    Named{"environmentvariables", {0, kEnvKey, false}},
};
constexpr Meaning kNoMeaning;

const Meaning& LookLong(std::string_view word) noexcept {
  for (const Named& named : kLongWords) {
    if (base::EqualsIgnoringCase(word, named.words)) return named.meaning;
  }
  return kNoMeaning;
}

// REQUIRES: 0 < i < key.size() and both characters at the boundary are letters.
bool WordBeginsAt(std::string_view key, std::size_t i) noexcept {
  if (!base::IsAsciiUpper(key[i])) return false;
  if (base::IsAsciiLower(key[i - 1])) return true;
  if (i + 1 == key.size() || !base::IsAsciiLower(key[i + 1])) return false;
  // The last capital of a run that lower case follows, unless all that follows is the `s` of a
  // plural: imageURLs.
  const bool plural = key[i + 1] == 's' && (i + 2 == key.size() || !base::IsAsciiLower(key[i + 2]));
  return !plural;
}

// Cuts the last word off `key`; empty when it holds no letter. Without capitals only what is no
// letter ends a word.
template <bool kCapitals>
std::string_view TakeLastWord(std::string_view& key) noexcept {
  std::size_t end = key.size();
  while (end > 0 && !base::IsAsciiLetter(key[end - 1])) --end;
  if (end == 0) {
    key = {};
    return {};
  }
  // Boundaries depend on what follows, so look at the key as far as the end of this run only after
  // cutting what is no letter.
  const std::string_view run = key.substr(0, end);
  std::size_t begin = end - 1;
  while (begin > 0 && base::IsAsciiLetter(run[begin - 1]) &&
         !(kCapitals && WordBeginsAt(run, begin))) {
    --begin;
  }
  key = run.substr(0, begin);
  return run.substr(begin);
}

bool HasLetter(std::string_view key) noexcept {
  for (const char c : key) {
    if (base::IsAsciiLetter(c)) return true;
  }
  return false;
}

template <bool kCapitals>
KeyClasses ClassifyPair(std::string_view rest, const Packed& last) noexcept {
  const Packed before = PackLowered(TakeLastWord<kCapitals>(rest));
  if (before.head == 0) return 0;
  for (const Pair& pair : kPairs) {
    if (!pair.last.Hold(last) || !pair.before.Hold(before)) continue;
    return pair.whole && HasLetter(rest) ? 0 : pair.classes;
  }
  return 0;
}

template <bool kCapitals>
KeyClasses ClassifyWords(std::string_view key) noexcept {
  std::string_view rest = key;
  const std::string_view word = TakeLastWord<kCapitals>(rest);
  const Packed last = PackLowered(word);
  if (word.empty()) return 0;
  const Meaning& meaning = last.head != 0 ? kWords.Look(last) : LookLong(word);
  KeyClasses classes = meaning.last;
  if (meaning.only != 0 && !HasLetter(rest)) classes |= meaning.only;
  if (meaning.pair) classes |= ClassifyPair<kCapitals>(rest, last);
  return classes;
}

bool EndsInOne(std::string_view key, std::initializer_list<std::string_view> ends) noexcept {
  return std::ranges::any_of(ends, [key](std::string_view end) { return key.ends_with(end); });
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
      if (EndsInOne(key, {"paths", "filenames", "directories", "folders"})) classes |= kPathKey;
      if (EndsInOne(key, {"urls", "uris", "hostnames"})) classes |= kDomainKey;
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

// Some byte of eight is a capital or beyond ASCII.
std::uint64_t OddBytes(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  const std::uint64_t low = bytes & ~kHigh;
  const std::uint64_t from_a = low + (0x80 - 'A') * kOnes;
  const std::uint64_t after_z = low + (0x80 - 'Z' - 1) * kOnes;
  return (bytes | (from_a ^ after_z)) & kHigh;
}

// Neither a capital nor anything beyond ASCII. Loads may overlap: all that counts is any byte.
bool IsPlain(std::string_view key) noexcept {
  const char* const begin = key.data();
  const char* const end = begin + key.size();
  if (key.size() >= 8) {
    std::uint64_t odd = OddBytes(LoadAt<std::uint64_t>(end - 8));
    for (const char* at = begin; at + 8 <= end; at += 8) odd |= OddBytes(LoadAt<std::uint64_t>(at));
    return odd == 0;
  }
  if (key.size() >= 4) {
    return OddBytes(LoadAt<std::uint32_t>(begin) | LoadAt<std::uint32_t>(end - 4) << 32) == 0;
  }
  if (key.empty()) return true;
  const auto byte = [](char c) { return std::uint64_t{static_cast<unsigned char>(c)}; };
  return OddBytes(byte(begin[0]) | byte(begin[key.size() / 2]) << 8 | byte(end[-1]) << 16) == 0;
}

}  // namespace

KeyClasses ClassifyKey(std::string_view key, std::string_view folded) noexcept {
  const KeyClasses of_folded = ClassifyWords<false>(folded) | ClassifySuffix(folded);
  if (key.data() == folded.data()) return of_folded;
  // The exemption is only for keys that say so as written: folding must never take a string away
  // from the value rules.
  return ClassifyWords<true>(key) | (of_folded & static_cast<KeyClasses>(~kTextKey));
}

bool IsFolded(std::string_view key) noexcept {
  if (IsPlain(key)) return true;  // most keys are
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (base::IsAsciiUpper(key[i])) return false;
    const std::string_view rest = key.substr(i);
    if (rest.starts_with(kLongS) || rest.starts_with(kKelvin)) return false;
  }
  return true;
}

std::size_t FoldKeyTo(std::string_view key, char* out) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (base::IsAsciiUpper(c)) {
      out[size++] = base::ToAsciiLower(c);
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

bool HoldsKey(const KeyList& list, std::string_view folded) noexcept {
  return std::binary_search(list.begin(), list.end(), folded, std::less<>());
}

std::string FoldKey(std::string_view key) {
  std::string folded(key.size(), '\0');
  folded.resize(FoldKeyTo(key, folded.data()));
  return folded;
}

}  // namespace callgate::policy
