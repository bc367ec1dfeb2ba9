// What parses can be written and parsed again to the same value, in both orders of keys; its
// members taken one by one are the same; and the meter counts what the writer writes of `result`.
// What parses can be scanned, with the same values in the same places and the same sizes.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "callgate/json.h"
#include "callgate/result_meter.h"
#include "callgate/scan.h"
#include "callgate/split_object.h"

namespace json = callgate::json;

namespace {

std::string Lexical(json::Value value, json::KeyOrder order) {
  std::string out;
  json::WriteLexical(value, order, out);
  return out;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

std::uint64_t Metered(std::string_view text, std::size_t chunk) {
  json::ResultMeter meter(0);
  for (std::size_t at = 0; at < text.size(); at += chunk) meter.Feed(text.substr(at, chunk));
  return meter.compact_bytes();
}

std::string IdIn(std::string_view text, std::size_t chunk) {
  json::IdScanner scanner;
  for (std::size_t at = 0; at < text.size(); at += chunk) scanner.Feed(text.substr(at, chunk));
  return std::string(scanner.id());
}

// Of any text.
void CheckScan(std::string_view text, std::uint64_t metered) {
  constexpr std::array<std::string_view, 2> kKeys = {"id", "result"};
  const auto size = json::CompactSize(text);
  const auto members = json::FindMembers(text, kKeys);
  const auto elements = json::FindElements(text, text.size());
  const std::string id = IdIn(text, text.size() + 1);
  Require(id == IdIn(text, 1) && id == IdIn(text, 7));
  if (!size) {
    Require(!members.ok() && !elements.ok() && !size.error().message.empty());
    return;
  }
  Require(json::IsValidUtf8(text));
  const std::string compact = json::CompactText(text);
  Require(compact.find_first_of("\r\n") == std::string::npos);
  Require(json::CompactText(compact) == compact);
  Require(json::CompactSize(compact).value() == *size);
  if (members.ok()) {
    const auto& [found_id, result] = std::array{(*members)[0], (*members)[1]};
    Require(metered == (result ? result->compact_bytes : 0));
    Require(id.empty() || (found_id && found_id->Of(text) == id));
  }
  if (elements.ok()) {
    std::uint64_t joined = 1 + std::max<std::uint64_t>(elements->size(), 1);
    for (const json::ValueSlice& element : *elements) {
      Require(json::CompactSize(element.Of(text)).value() == element.compact_bytes);
      joined += element.compact_bytes;
    }
    Require(joined == *size);
  }
}

// Of a text that parses.
void CheckScanOf(json::Value root, std::string_view text) {
  Require(json::CompactSize(text).value() == Lexical(root, json::KeyOrder::kCodePoint).size());
  if (!root.is_object()) return;
  constexpr std::array<std::string_view, 4> kKeys = {"a", "id", "result", "text"};
  const auto members = json::FindMembers(text, kKeys);
  Require(members.ok());
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const auto value = root.Find(kKeys[i]);
    const auto& slice = (*members)[i];
    Require(value.has_value() == slice.has_value());
    if (!value) continue;
    const auto again = json::Parse(slice->Of(text));
    Require(again.ok());
    Require(Lexical(again->root(), json::KeyOrder::kCodePoint) ==
            Lexical(*value, json::KeyOrder::kCodePoint));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t metered = Metered(text, 1);
  Require(metered == Metered(text, 7));
  Require(metered == Metered(text, text.size() + 1));
  CheckScan(text, metered);
  const auto document = json::Parse(text);
  const auto members = json::SplitObject(text);
  Require(members.ok() == (document.ok() && document->root().is_object()));
  if (!document) {
    Require(!document.error().message.empty());
    return 0;
  }
  Require(json::IsValidUtf8(text));
  CheckScanOf(document->root(), text);
  const std::string first = Lexical(document->root(), json::KeyOrder::kCodePoint);
  const std::string utf16 = Lexical(document->root(), json::KeyOrder::kUtf16);
  Require(first.size() == utf16.size());
  Require((first != utf16) == json::KeyOrdersDiffer(document->root()));
  std::uint64_t exact = 0;
  if (members.ok()) {
    std::string joined = "{";
    for (const json::MemberText& member : *members) {
      if (joined.size() > 1) joined += ',';
      json::AppendString(member.key, joined);
      joined += ':' + member.value;
      if (member.key == "result") exact = member.value.size();
    }
    Require(joined + "}" == first);
  }
  Require(metered == exact);
  const auto again = json::Parse(utf16);
  Require(again.ok());
  Require(Lexical(again->root(), json::KeyOrder::kCodePoint) == first);
  return 0;
}
