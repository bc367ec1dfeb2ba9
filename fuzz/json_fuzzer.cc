// What parses can be written and parsed again to the same value, in both orders of keys; its
// members taken one by one are the same; and the meter counts what the writer writes of `result`.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "callgate/json.h"
#include "callgate/result_meter.h"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t metered = Metered(text, 1);
  Require(metered == Metered(text, 7));
  Require(metered == Metered(text, text.size() + 1));
  const auto document = json::Parse(text);
  const auto members = json::SplitObject(text);
  Require(members.ok() == (document.ok() && document->root().is_object()));
  if (!document) {
    Require(!document.error().message.empty());
    return 0;
  }
  Require(json::IsValidUtf8(text));
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
