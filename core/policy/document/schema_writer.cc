#include "core/policy/document/schema_writer.h"

namespace callgate::policy {

void WriteArguments(const Capability&, std::string&) {}

void WriteOtherArguments(const Capability&, std::string&) {}

}  // namespace callgate::policy
