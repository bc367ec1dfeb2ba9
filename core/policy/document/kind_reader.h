// How documents write the kinds of strings: paths, URLs, hosts, URIs.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_KIND_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_KIND_READER_H_

#include <cstdint>
#include <string>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// False with a fault where the value is none.
bool ReadPathKind(FormReader& forms, std::uint32_t node, PathKind& kind);
// REQUIRES: kind.url says which of the two.
bool ReadHostKind(FormReader& forms, std::uint32_t node, HostKind& kind);
bool ReadUriKind(FormReader& forms, std::uint32_t node, UriKind& kind);

// In canonical form.
void WritePathKind(const PathKind& kind, std::string& out);
void WriteHostKind(const HostKind& kind, std::string& out);
void WriteUriKind(const UriKind& kind, std::string& out);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_KIND_READER_H_
