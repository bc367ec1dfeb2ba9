#include "core/crypto/pem.h"

#include <cstring>

#include "core/crypto/base64.h"

namespace callgate::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;

struct Form {
  std::string_view begin;
  std::string_view end;
  std::string_view der_prefix;  // RFC 8410 sections 4 and 7

  std::size_t der_size() const { return der_prefix.size() + kKeyBytes; }
  std::size_t base64_size() const { return (der_size() + 2) / 3 * 4; }
};

using namespace std::string_view_literals;

constexpr Form kPublicForm{
    "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----",
    // SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING (32 bytes, no unused bits) }
    "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv};
constexpr Form kPrivateForm{
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
    // SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 } OCTET STRING { OCTET STRING (32) } }
    "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"sv};

const Form& FormOf(PemKind kind) { return kind == PemKind::kPublic ? kPublicForm : kPrivateForm; }

bool Take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

char* Put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

std::optional<SecretBytes> DecodePem(std::string_view pem, PemKind kind) {
  const Form& form = FormOf(kind);
  if (!Take(pem, form.begin)) return std::nullopt;
  const std::string_view line_end = pem.starts_with('\r') ? "\r\n" : "\n";
  if (!Take(pem, line_end) || pem.size() < form.base64_size()) return std::nullopt;
  const std::string_view base64 = pem.substr(0, form.base64_size());
  pem.remove_prefix(base64.size());
  if (!Take(pem, line_end) || !Take(pem, form.end)) return std::nullopt;
  if (!pem.empty() && pem != line_end) return std::nullopt;

  SecretBytes der(form.der_size());
  if (!DecodeSecret(base64, Base64Alphabet::kStandardPadded, der.data(), der.size()) ||
      !der.view().starts_with(form.der_prefix)) {
    return std::nullopt;
  }
  SecretBytes key(kKeyBytes);
  std::memcpy(key.data(), der.data() + form.der_prefix.size(), kKeyBytes);
  return key;
}

SecretBytes EncodePem(std::string_view key, PemKind kind) {
  const Form& form = FormOf(kind);
  SecretBytes der(form.der_size());
  Put(Put(der.data(), form.der_prefix), key);
  SecretBytes base64(form.base64_size() + 1);
  EncodeSecret(der.view(), Base64Alphabet::kStandardPadded, base64.data(), base64.size());

  SecretBytes pem(form.begin.size() + form.base64_size() + form.end.size() + 3);
  char* out = Put(Put(pem.data(), form.begin), "\n");
  out = Put(Put(out, base64.view().substr(0, form.base64_size())), "\n");
  Put(Put(out, form.end), "\n");
  return pem;
}

}  // namespace callgate::crypto
