#include "core/token/compact_jws.h"

#include <cstring>

#include "core/crypto/base64.h"
#include "core/token/claims.h"

namespace callgate::token {

using crypto::Base64Alphabet;

Result<CompactJws> SplitToken(std::string_view token, const Limits& limits) {
  if (token.size() > limits.max_token_bytes) return Invalid("the token is too long");
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) {
    return Invalid("a token has three parts with dots between them");
  }
  constexpr std::size_t kCharacters = 86;  // base64url of 64 bytes
  char signature[crypto::DecodedCapacity(kCharacters)];
  const std::string_view text = token.substr(second + 1);
  if (text.size() != kCharacters ||
      crypto::DecodeBase64(text, Base64Alphabet::kUrlUnpadded, signature) != kSignatureBytes) {
    return Invalid("the signature must be 64 bytes in base64url without padding");
  }
  CompactJws jws{token.substr(0, first),
                 token.substr(first + 1, second - first - 1),
                 token.substr(0, second),
                 {}};
  std::memcpy(jws.signature.data(), signature, kSignatureBytes);
  return jws;
}

Result<json::Document> ParsePart(std::string_view base64url, std::string_view part,
                                 const Limits& limits) {
  // Most tokens fit on the stack; the parser copies what it keeps.
  constexpr std::size_t kOnStack = 2048;
  char small[kOnStack];
  std::string large;
  char* bytes = small;
  if (const std::size_t needed = crypto::DecodedCapacity(base64url.size()); needed > kOnStack) {
    large.resize(needed);
    bytes = large.data();
  }
  const std::size_t size = crypto::DecodeBase64(base64url, Base64Alphabet::kUrlUnpadded, bytes);
  if (size == crypto::kNotBase64) {
    return Invalid("the " + std::string(part) + " must be base64url without padding");
  }
  Result<json::Document> document = json::Parse({bytes, size}, limits);
  if (!document) {
    Error error = std::move(document).error();
    return Invalid("the " + std::string(part) + ": " + error.message, std::move(error.where));
  }
  return document;
}

Result<std::optional<std::string_view>> CheckHeader(json::Value header) {
  if (!header.is_object()) return Invalid("the header must be a JSON object");
  bool has_algorithm = false;
  std::optional<std::string_view> key_id;
  for (const auto& [key, value] : header.members()) {
    if (key == "alg") {
      if (!value.is_string() || value.string() != "EdDSA") {
        return Invalid("the header's alg must be EdDSA", "/alg");
      }
      has_algorithm = true;
    } else if (key == "typ") {
      if (!value.is_string() || value.string() != "JWT") {
        return Invalid("the header's typ must be JWT where there is one", "/typ");
      }
    } else if (key == "kid") {
      if (!value.is_string()) return Invalid("the header's kid must be a string", "/kid");
      key_id = value.string();
    } else {
      return Invalid("the header must hold nothing but alg, typ and kid");
    }
  }
  if (!has_algorithm) return Invalid("the header's alg must be EdDSA", "/alg");
  return key_id;
}

}  // namespace callgate::token
