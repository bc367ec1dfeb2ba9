#include "callgate/error.h"

namespace callgate {
namespace {

struct Row {
  std::string_view name;
  int smcp;
  int seal;
  std::string_view when;
};

constexpr Row kTable[] = {
#define CALLGATE_ERROR_CODE(constant, name, smcp, seal, when) {name, smcp, seal, when},
#include "callgate/error_codes.inc"
#undef CALLGATE_ERROR_CODE
};

const Row& Find(ErrorCode code) { return kTable[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view CodeName(ErrorCode code) { return Find(code).name; }
int CodeNumber(ErrorCode code) { return Find(code).smcp; }
int SealCodeNumber(ErrorCode code) { return Find(code).seal; }
std::string_view CodeMeaning(ErrorCode code) { return Find(code).when; }

std::optional<ErrorCode> CodeFromName(std::string_view name) {
  std::uint8_t index = 0;
  for (const Row& row : kTable) {
    if (row.name == name) return static_cast<ErrorCode>(index);
    ++index;
  }
  return std::nullopt;
}

}  // namespace callgate
