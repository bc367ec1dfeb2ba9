// A call put together from pieces, so that one capability lets each of them stand somewhere.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CALL_BUILDER_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CALL_BUILDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/policy/model/context.h"

namespace callgate::policy {

// Members that stand in one object: key, and value as JSON.
using Fragment = std::vector<std::pair<std::string, std::string>>;

std::string JsonObject(const Fragment& members);
std::string JsonString(std::string_view text);
std::string JsonList(const std::vector<std::string>& values);  // of JSON texts

// The arguments of a call to a tool of `capability`, which outlives this.
class CallBuilder {
 public:
  // `path` and `domain` are values that the capability's lists allow, as JSON; empty without.
  CallBuilder(const Capability& capability, std::string path, std::string domain)
      : capability_(&capability), path_(std::move(path)), domain_(std::move(domain)) {}

  // Puts the members at the top level, or, where only_arguments or a key that is taken forbids it,
  // in an object below a key that may hold one. False where neither can be.
  bool Add(const Fragment& fragment);

  std::string Json() const;

 private:
  bool FitsOnTop(const Fragment& fragment) const;
  bool MayHoldObjects(std::string_view key) const;
  // A top-level key for the objects; it may be one that holds a string already.
  std::optional<std::string> Carrier() const;

  const Capability* capability_;
  std::string path_;
  std::string domain_;
  Fragment top_;
  std::vector<Fragment> below_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CALL_BUILDER_H_
