// A user's first program, built against the installed package only.
#include <cstdio>

#include "callgate/error.h"

int main() {
  const int code = callgate::CodeNumber(callgate::ErrorCode::kInvalidSignature);
  std::printf("INVALID_SIGNATURE is %d\n", code);
  return code == 1001 ? 0 : 1;
}
