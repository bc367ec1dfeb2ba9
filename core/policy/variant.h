// A capability changed in one place.
#ifndef CALLGATE_CORE_POLICY_VARIANT_H_
#define CALLGATE_CORE_POLICY_VARIANT_H_

#include <memory>
#include <optional>
#include <string>

#include "core/policy/inclusion/subsumption.h"
#include "core/policy/json_edit.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

class Variant {
 public:
  // `capability`, in canonical form, with `value` at the place, or without what stands there.
  // Nullopt where that is no capability: what else it says asks for what stood there.
  static std::optional<Variant> Of(json::Value capability, const JsonPath& path,
                                   const std::optional<std::string>& value);

  // The capability that the JSON says; nullopt where it says none.
  static std::optional<Variant> Of(const std::string& capability);

  Reached reached() const noexcept { return {context_->capabilities[0], *reach_}; }

 private:
  explicit Variant(std::shared_ptr<const Context> context);

  std::shared_ptr<const Context> context_;
  std::shared_ptr<const CapabilityReach> reach_;
};

// The list, as JSON, with one more entry, and with one less.
std::string WithEntry(json::Value list, const std::string& entry);
std::string WithoutEntry(json::Value list, const std::string& entry);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VARIANT_H_
