#include "core/audit/command_password.h"

#include <algorithm>

#include "core/audit/assignment.h"
#include "core/audit/characters.h"
#include "core/base/ascii.h"

namespace callgate::audit {
namespace {

bool IsWithinWord(std::string_view text, std::size_t at) {
  return at > 0 && IsDashed(text[at - 1]);
}

// -ppassword, of which `rest` is what follows -p; -p8080:80 are ports.
bool HoldsPassword(std::string_view rest) {
  return !rest.empty() && !IsSpace(rest.front()) && BeginsWithValue(rest) &&
         !rest.substr(Run(rest, 5, base::IsAsciiDigit)).starts_with(':');
}

// Whether the command at the end of `text` is one of mysql's.
bool IsOfMysql(std::string_view text) {
  text.remove_prefix(text.size() - std::min<std::size_t>(text.size(), 128));
  const std::size_t program = text.rfind("mysql");
  return program != std::string_view::npos &&
         text.find_first_of("\n;|&", program) == std::string_view::npos;
}

// The word before `end`, and the spaces behind it: `end` moves to its beginning.
std::string_view TakeWordBefore(std::string_view text, std::size_t& end) {
  while (end > 0 && IsSpace(text[end - 1])) --end;
  const std::size_t behind = end;
  while (end > 0 && behind - end < 64 && !IsSpace(text[end - 1])) --end;
  return text.substr(end, behind - end);
}

}  // namespace

bool IsUserFlag(std::string_view text, std::size_t at) {
  if (IsWithinWord(text, at)) return false;
  const std::string_view rest = text.substr(at);
  for (const std::string_view flag : {"--user=", "--user ", "-u"}) {
    if (!rest.starts_with(flag)) continue;
    std::string_view value = rest.substr(flag.size(), 256);
    if (value.starts_with(' ')) value.remove_prefix(1);
    const std::size_t size = Run(value, value.size(), [](char c) { return !IsSpace(c); });
    const std::size_t colon = value.substr(0, size).find(':');
    return colon != std::string_view::npos && colon > 0 && colon + 1 < size &&
           !value.substr(colon).starts_with("://");
  }
  return false;
}

bool IsPasswordFlag(std::string_view text, std::size_t at) {
  constexpr std::string_view kFlag = "-p";
  if (!text.substr(at).starts_with(kFlag) || IsWithinWord(text, at)) return false;
  const std::string_view before = text.substr(0, at);
  const std::string_view rest = text.substr(at + kFlag.size());
  return (HoldsPassword(rest) && IsOfMysql(before)) ||
         (before.ends_with("sshpass ") && BeginsWithValue(rest));
}

bool IsNetrcPassword(std::string_view text, std::size_t at) {
  constexpr std::string_view kPassword = "password";
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with(kPassword) || rest.size() == kPassword.size() ||
      !IsSpace(rest[kPassword.size()]) || !BeginsWithValue(rest.substr(kPassword.size()))) {
    return false;
  }
  TakeWordBefore(text, at);
  if (TakeWordBefore(text, at) != "login") return false;
  TakeWordBefore(text, at);
  return TakeWordBefore(text, at) == "machine";
}

}  // namespace callgate::audit
