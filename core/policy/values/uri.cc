#include "core/policy/values/uri.h"

#include "core/base/ascii.h"
#include "core/base/hex.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kForm = "kind.uri-form";

bool IsUnreserved(char c) noexcept {
  return base::IsAsciiLetter(c) || base::IsAsciiDigit(c) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

// Beside those: what a URI may hold outside the brackets of an address and the sign of a fragment.
bool IsDelimiter(char c) noexcept {
  constexpr std::string_view kDelimiters = ":/?@!$&'()*+,;=";
  return kDelimiters.find(c) != std::string_view::npos;
}

// The byte that the escape at `i` stands for; -1 where none is written.
int EscapedAt(std::string_view text, std::size_t i) noexcept {
  if (text[i] != '%' || i + 2 >= text.size() || !base::IsHexDigit(text[i + 1]) ||
      !base::IsHexDigit(text[i + 2])) {
    return -1;
  }
  return static_cast<int>(base::HexDigitValue(text[i + 1]) << 4 | base::HexDigitValue(text[i + 2]));
}

bool AreCharactersLegal(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsUnreserved(text[i]) || IsDelimiter(text[i])) continue;
    const int byte = EscapedAt(text, i);
    if (byte < 0) return false;
    const char c = static_cast<char>(byte);
    if (IsUnreserved(c) || c == '/' || c == '\\' || base::IsAsciiControl(c)) return false;
    i += 2;
  }
  return true;
}

bool HoldsDotSegment(std::string_view path) noexcept {
  while (true) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    if (segment.size() == path.size()) return false;
    path.remove_prefix(segment.size() + 1);
  }
}

// An authority may hold an address in brackets, after user-info.
bool IsAuthorityLegal(std::string_view authority) noexcept {
  const std::size_t open = authority.find('[');
  if (open == std::string_view::npos) return AreCharactersLegal(authority);
  const std::size_t close = authority.find(']', open);
  if (close == std::string_view::npos) return false;
  if (open != 0 && authority[open - 1] != '@') return false;
  return AreCharactersLegal(authority.substr(0, open)) &&
         AreCharactersLegal(authority.substr(open + 1, close - open - 1)) &&
         AreCharactersLegal(authority.substr(close + 1));
}

}  // namespace

std::string_view JudgeUri(std::string_view value, Uri& out) noexcept {
  if (!SplitUri(value, out)) return kForm;
  const std::size_t before = out.scheme.size() + 1 + (out.has_authority ? 2 : 0);
  std::string_view tail = value.substr(before + out.authority.size() + out.path.size());
  if (const std::size_t fragment = tail.find('#'); fragment != std::string_view::npos) {
    if (!AreCharactersLegal(tail.substr(fragment + 1))) return kForm;
    tail = tail.substr(0, fragment);
  }
  if (!AreCharactersLegal(tail) || !AreCharactersLegal(out.path)) return kForm;
  if (!IsAuthorityLegal(out.authority) || HoldsDotSegment(out.path)) return kForm;
  if (base::EqualsIgnoringCase(out.scheme, "file") && !out.authority.empty()) return kForm;
  return {};
}

bool SplitUri(std::string_view value, Uri& out) noexcept {
  const std::size_t scheme = SchemeLength(value);
  if (scheme == 0) return false;
  out.scheme = value.substr(0, scheme);
  std::string_view rest = value.substr(scheme + 1);
  rest = rest.substr(0, rest.find_first_of("?#"));
  out.has_authority = rest.starts_with("//");
  out.authority = {};
  if (out.has_authority) {
    rest.remove_prefix(2);
    out.authority = rest.substr(0, rest.find('/'));
  }
  out.path = rest.substr(out.authority.size());
  return true;
}

bool ReadFilePath(const Uri& uri, PathBuffer& buffer, std::string_view& path) {
  if (!base::EqualsIgnoringCase(uri.scheme, "file")) return false;
  buffer.clear();
  for (std::size_t i = 0; i < uri.path.size(); ++i) {
    char c = uri.path[i];
    if (const int byte = EscapedAt(uri.path, i); byte >= 0) {
      c = static_cast<char>(byte);
      i += 2;
    }
    buffer.Append(c == '\\' ? '/' : c);
  }
  path = {buffer.data(), buffer.size()};
  return true;
}

}  // namespace callgate::policy
