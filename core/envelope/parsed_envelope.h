// An envelope in two steps, for a gate that looks up the key in between: parse, then verify.
#ifndef CALLGATE_CORE_ENVELOPE_PARSED_ENVELOPE_H_
#define CALLGATE_CORE_ENVELOPE_PARSED_ENVELOPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/envelope.h"
#include "callgate/json.h"
#include "callgate/limits.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

// An envelope of good form; nothing in it is verified. The views point into `document`.
struct ParsedEnvelope {
  json::Document document;
  Protocol protocol;
  std::string_view security_token;
  Signature signature;
  json::Value payload;  // an object
  std::int64_t timestamp_seconds;
  std::string_view timestamp_text;  // as sent: at most envelope::kLongestTimestamp bytes
  Time timestamp;                   // digits below milliseconds dropped
  bool timestamp_has_remainder;     // whether a dropped digit was not zero
  std::size_t wire_bytes;           // no canonical form is longer
};

// Exactly the five members, each in its one form. INVALID_ENVELOPE with the place: "/timestamp", or
// "byte N" for what is not JSON.
Result<ParsedEnvelope> ParseEnvelope(std::string_view bytes, const Limits& limits);

// Part of a text.
struct TextSlice {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;

  std::size_t end() const noexcept { return std::size_t{offset} + size; }
  std::string_view Of(std::string_view text) const noexcept { return text.substr(offset, size); }
};

// Where the writer of a message put what a gate asks for: the JSON text of each value. Empty for a
// member that the payload does not have, or whose object has keys with two orders.
struct MessageParts {
  TextSlice payload, security_token;
  TextSlice id, method, params;     // of the payload
  TextSlice meta, arguments, name;  // of params
};

// The bytes that a signature covers.
struct CanonicalForm {
  std::string text;
  MessageParts parts;

  // The payload within `text`, compact and with sorted keys: what is judged and forwarded.
  std::string_view payload() const noexcept { return parts.payload.Of(text); }
};

// The canonical form whose signature verifies under `key`: keys in code-point order or, only where
// that gives other bytes, in UTF-16 order. So at most two signatures are verified, one for all but
// the rarest payloads.
std::optional<CanonicalForm> VerifiedForm(const ParsedEnvelope& envelope, const PreparedKey& key);

}  // namespace callgate

#endif  // CALLGATE_CORE_ENVELOPE_PARSED_ENVELOPE_H_
