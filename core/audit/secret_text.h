// Secrets told by their shape, whatever the key they stand under.
#ifndef CALLGATE_CORE_AUDIT_SECRET_TEXT_H_
#define CALLGATE_CORE_AUDIT_SECRET_TEXT_H_

#include <string_view>

namespace callgate::audit {

// True when `text` shows a secret: a JSON web token, HTTP credentials, a private key, a key of a
// known service, a password in a URL, a connection string or a command, or a value that is set
// under a secret name, as in "X-Api-Key: …", "?token=…" and "--password …". Takes time linear in
// `text`.
[[nodiscard]] bool ShowsSecret(std::string_view text);

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_SECRET_TEXT_H_
