// Errors as values. No exception crosses the core API (std::bad_alloc excepted).
#ifndef CALLGATE_ERROR_H_
#define CALLGATE_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callgate {

// Why something was refused. The names are stable; the numbers depend on the protocol's
// generation. The table is error_codes.inc.
enum class ErrorCode : std::uint8_t {
#define CALLGATE_ERROR_CODE(constant, name, smcp, seal, when) k##constant,
#include "callgate/error_codes.inc"
#undef CALLGATE_ERROR_CODE
};

// The stable name, e.g. "INVALID_ENVELOPE".
[[nodiscard]] std::string_view CodeName(ErrorCode code);
// The number on SMCP paths and in the API of every language.
[[nodiscard]] int CodeNumber(ErrorCode code);
// The number on SEAL paths.
[[nodiscard]] int SealCodeNumber(ErrorCode code);
// When it is reported, in one sentence.
[[nodiscard]] std::string_view CodeMeaning(ErrorCode code);
// The inverse of CodeName; nullopt for a name that is not in the table.
[[nodiscard]] std::optional<ErrorCode> CodeFromName(std::string_view name);

// A refusal: what, in words, and where. `message` and `where` never hold keys, tokens or
// unbounded text of the input.
struct Error {
  ErrorCode code = ErrorCode::kInternalError;
  std::string message;
  std::string where;  // "byte 17", "contexts.yaml:3:5", "/params/name", or empty
};

}  // namespace callgate

#endif  // CALLGATE_ERROR_H_
