// Passwords that commands take in flags of their own, and files of theirs.
#ifndef CALLGATE_CORE_AUDIT_COMMAND_PASSWORD_H_
#define CALLGATE_CORE_AUDIT_COMMAND_PASSWORD_H_

#include <cstddef>
#include <string_view>

namespace callgate::audit {

// Whether a flag -u or --user with user:password begins at `at`.
[[nodiscard]] bool IsUserFlag(std::string_view text, std::size_t at);
// mysql -ppassword, sshpass -p password: whether the flag begins at `at`.
[[nodiscard]] bool IsPasswordFlag(std::string_view text, std::size_t at);
// .netrc, machine … login … password …: whether the third of these words begins at `at`.
[[nodiscard]] bool IsNetrcPassword(std::string_view text, std::size_t at);

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_COMMAND_PASSWORD_H_
