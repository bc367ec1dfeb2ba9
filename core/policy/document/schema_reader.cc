#include "core/policy/document/schema_reader.h"

namespace callgate::policy {

bool ReadArguments(FormReader& forms, std::uint32_t node, Capability&) {
  return forms.Fail(node, "expected a capability in the short form");
}

bool ReadOtherArguments(FormReader& forms, std::uint32_t node, Capability&) {
  return forms.Fail(node, "expected a capability in the short form");
}

}  // namespace callgate::policy
