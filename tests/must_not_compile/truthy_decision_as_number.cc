// error: (cannot convert|no viable conversion)
#include "callgate/decision.h"

int main() { return callgate::Decision(); }
