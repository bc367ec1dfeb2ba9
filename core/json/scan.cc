#include "callgate/scan.h"

#include <algorithm>
#include <utility>

#include "core/json/tree_builder.h"
#include "core/json/walk.h"

namespace callgate::json {
namespace {

// Whether a key, as it was written in a text of good form, is the ASCII word `name`.
bool IsKey(std::string_view written, std::string_view name) {
  if (written.size() == name.size() + 2) return written.substr(1, name.size()) == name;
  Scanner scanner;
  std::size_t matched = 0;
  const auto matches = [&](std::uint32_t unit) {
    return matched < name.size() && unit == static_cast<unsigned char>(name[matched++]);
  };
  while (!written.empty()) {
    const Piece piece = scanner.Next(written);
    if (piece == Piece::kEscape && !matches(scanner.code_unit())) return false;
    if (piece != Piece::kPlain) continue;
    for (const char c : scanner.piece()) {
      if (!matches(static_cast<unsigned char>(c))) return false;
    }
  }
  return matched == name.size();
}

// What the walk ended with, where the text has to begin with `opening`.
std::optional<Error> Fault(const Walk& walk, std::string_view text, char opening) {
  if (walk.error() || walk.opening() == opening) return walk.error();
  return ErrorAt(ErrorCode::kInvalidJson,
                 opening == '{' ? "expected an object" : "expected an array",
                 text.find_first_not_of(" \t\r\n"));
}

}  // namespace

Result<std::uint64_t> CompactSize(std::string_view text) {
  Walk walk(text);
  while (walk.Next()) {
  }
  if (walk.error()) return *walk.error();
  return walk.compact_bytes();
}

std::string CompactText(std::string_view text) {
  std::string compact;
  compact.reserve(text.size());
  Scanner scanner;
  while (!text.empty()) {
    if (scanner.Next(text) != Piece::kSpace) compact += scanner.piece();
  }
  return compact;
}

Result<std::vector<std::optional<ValueSlice>>> FindMembers(std::string_view text,
                                                           std::span<const std::string_view> keys) {
  std::vector<std::optional<ValueSlice>> found(keys.size());
  Walk walk(text);
  while (walk.Next()) {
    if (walk.opening() != '{') continue;
    const auto key =
        std::ranges::find_if(keys, [&](std::string_view name) { return IsKey(walk.key(), name); });
    if (key == keys.end()) continue;
    std::optional<ValueSlice>& slice = found[static_cast<std::size_t>(key - keys.begin())];
    if (slice) {
      return ErrorAt(ErrorCode::kInvalidJson,
                     "expected one member " + std::string(*key) + ", found a second",
                     walk.child().begin);
    }
    slice = walk.child();
  }
  if (auto fault = Fault(walk, text, '{')) return *std::move(fault);
  return found;
}

Result<std::vector<ValueSlice>> FindElements(std::string_view text, std::size_t max_elements) {
  std::vector<ValueSlice> found;
  Walk walk(text);
  while (walk.Next()) {
    if (walk.opening() != '[') continue;
    if (found.size() == max_elements) {
      return ErrorAt(ErrorCode::kLimitExceeded,
                     "more than " + std::to_string(max_elements) + " elements", walk.child().begin);
    }
    found.push_back(walk.child());
  }
  if (auto fault = Fault(walk, text, '[')) return *std::move(fault);
  return found;
}

}  // namespace callgate::json
