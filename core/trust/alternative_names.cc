#include "core/trust/alternative_names.h"

#include <string_view>

#include "core/trust/spiffe_id.h"

namespace callgate::trust {
namespace {

std::string_view View(const ASN1_IA5STRING* text) {
  // By length: the bytes may hold a NUL.
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace

AlternativeNames ReadAlternativeNames(const X509* x509) {
  AlternativeNames found;
  int critical = 0;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, nullptr)));
  if (!names) {
    constexpr int kAbsent = -1;
    found.readable = critical == kAbsent;
    return found;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_EMAIL && name->type != GEN_URI) continue;
    const std::string_view text = View(name->d.ia5);
    if (text.find('\0') != std::string_view::npos) found.has_nul = true;
    if (name->type != GEN_URI) continue;
    ++found.uris;
    if (!HasSpiffeScheme(text)) continue;
    ++found.spiffe_uris;
    found.spiffe_uri = text;
  }
  return found;
}

}  // namespace callgate::trust
