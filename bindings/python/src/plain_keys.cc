// Looks through the text of a call for what audit redaction would have to look at more closely.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "border.h"
#include "topics.h"

namespace callgate::python {
namespace {

// What every secret begins with that redaction tells from other texts (callgate.audit.redaction),
// in lower case.
constexpr std::array<std::string_view, 4> kSuspicious = {"eyj", "bearer", "basic", "-----begin"};
// What Unicode's case folding takes for i and s: dotless i, capital I with dot, long s.
constexpr std::array<std::string_view, 3> kFolded = {"\xC4\xB1", "\xC4\xB0", "\xC5\xBF"};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool BeginsWith(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(),
                                                   [](char a, char b) { return a == Lower(b); });
}

// Whether something that begins at this character has to be looked at.
bool IsSuspicious(std::string_view rest) {
  switch (rest.front()) {
    case '\\':
      return true;
    case 'e':
    case 'E':
    case 'b':
    case 'B':
    case '-':
      return std::ranges::any_of(kSuspicious, [&](auto word) { return BeginsWith(rest, word); });
    case '\xC4':
    case '\xC5':
      return std::ranges::any_of(kFolded, [&](auto word) { return rest.starts_with(word); });
    default:
      return false;
  }
}

// Without escapes every string is one between two quotes, and a key is one before a colon.
py::object PlainKeys(py::handle json) {
  const Input input(json, "json", Accept::kBytes);
  const std::string_view text = input.view();
  std::string keys;
  std::size_t begin = std::string_view::npos;  // of the string that is open
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '"') {
      if (IsSuspicious(text.substr(at))) return py::none();
    } else if (begin == std::string_view::npos) {
      begin = at + 1;
    } else {
      const std::size_t next = text.find_first_not_of(" \t\n\r", at + 1);
      if (next != std::string_view::npos && text[next] == ':') {
        keys.append(text, begin, at + 1 - begin);
      }
      begin = std::string_view::npos;
    }
  }
  return Bytes(keys);
}

}  // namespace

void RegisterPlainKeys(py::module_& module) {
  module.def("plain_keys", &PlainKeys, py::arg("json"));
}

}  // namespace callgate::python
