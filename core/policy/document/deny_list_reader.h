// Reads the deny list of a context: entries as maps, and as texts.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_DENY_LIST_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_DENY_LIST_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// `file` is what positions name. False where it is certain that something is refused; every fault
// is kept.
bool ReadDenyList(FormReader& forms, std::uint32_t node, const std::string& file,
                  std::vector<DenyEntry>& entries);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_DENY_LIST_READER_H_
