// How documents write what of lint is acknowledged: a map from rules to reasons.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_ACKNOWLEDGEMENTS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_ACKNOWLEDGEMENTS_H_

#include <string>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/lint_rule.h"

namespace callgate::policy {

// `file` is what positions name. False with a fault where the map is wrong.
bool ReadAcknowledgements(FormReader& forms, std::uint32_t node, const std::string& file,
                          Acknowledgements& out);
// Appends the map, as canonical JSON.
void WriteAcknowledgements(const Acknowledgements& all, std::string& out);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_ACKNOWLEDGEMENTS_H_
