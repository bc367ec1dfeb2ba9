// How documents write the constraints of a capability.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_CONSTRAINT_TABLE_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_CONSTRAINT_TABLE_H_

#include <array>
#include <cstdint>
#include <string>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/constraint.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The key is NameOf the constraint.
struct ConstraintRow {
  Constraint constraint;
  // Reads the value into the capability. False with a fault where it is wrong.
  bool (*read)(FormReader& forms, std::uint32_t node, Capability& capability);
  // Appends the value, as canonical JSON; nothing where the capability says no more than a document
  // without the key.
  void (*write)(const Capability& capability, std::string& out);
};

// A row for each, in the order in which they are read and messages list their keys.
extern const std::array<ConstraintRow, kConstraints> kConstraintTable;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_CONSTRAINT_TABLE_H_
