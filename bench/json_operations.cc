#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/json.h"

namespace callgate::bench {
namespace {

Operation ParseOf(std::string name, std::string text, std::size_t counted_runs) {
  return {std::move(name),
          [text = std::move(text)](std::size_t) -> Prepared {
            return {.run = [text] { Require(json::Parse(text).ok(), "parse"); }};
          },
          counted_runs};
}

Operation CanonicalizeOf(std::string name, std::string text, std::size_t counted_runs) {
  return {std::move(name),
          [text = std::move(text)](std::size_t) -> Prepared {
            return {.run = [text] { Require(json::Canonicalize(text).ok(), "canonicalize"); }};
          },
          counted_runs};
}

}  // namespace

std::vector<Operation> JsonOperations() {
  return {ParseOf("json/parse_600B", Payload(0), 64),
          ParseOf("json/parse_100kB", LargeDocument(), 4),
          CanonicalizeOf("json/canonicalize_600B", Payload(0), 64),
          CanonicalizeOf("json/canonicalize_100kB", LargeDocument(), 4)};
}

}  // namespace callgate::bench
