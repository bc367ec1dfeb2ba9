// error: error: .*(unused-result|nodiscard)
#include "callgate/crypto.h"

int main() { callgate::Ed25519Verify("", "", ""); }
