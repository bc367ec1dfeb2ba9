// error: (deleted|implicitly-deleted)
#include "callgate/crypto.h"

callgate::SecretKey Copy(const callgate::SecretKey& key) { return key; }

int main() {}
