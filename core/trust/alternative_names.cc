#include "core/trust/alternative_names.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/spiffe_id.h"

namespace callgate::trust {
namespace {

std::string_view View(const ASN1_IA5STRING* text) {
  // By length: the bytes may hold a NUL.
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// Whether the bytes are what libcrypto writes: it also reads strings in parts and lengths of more
// digits, which other readers refuse.
bool IsReencoded(const X509* x509, const GENERAL_NAMES* names) {
  const int at = X509_get_ext_by_NID(x509, NID_subject_alt_name, -1);
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(x509, at));
  const int size = i2d_GENERAL_NAMES(names, nullptr);
  if (size <= 0 || size != ASN1_STRING_length(value)) return false;
  std::vector<unsigned char> bytes(static_cast<std::size_t>(size));
  unsigned char* out = bytes.data();
  if (i2d_GENERAL_NAMES(names, &out) != size) return false;
  return std::equal(bytes.begin(), bytes.end(), ASN1_STRING_get0_data(value));
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
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
  if (!IsReencoded(x509, names.get())) {
    found.readable = false;
    return found;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_EMAIL && name->type != GEN_URI) continue;
    const std::string_view text = View(name->d.ia5);
    if (text.find('\0') != std::string_view::npos) found.has_nul = true;
    if (!IsAscii(text)) found.is_ascii = false;
    if (name->type != GEN_URI) continue;
    ++found.uris;
    if (!base::HasSpiffeScheme(text)) continue;
    ++found.spiffe_uris;
    found.spiffe_uri = text;
  }
  return found;
}

}  // namespace callgate::trust
