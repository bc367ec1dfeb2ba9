// The certificates of one file or list.
#ifndef CALLGATE_CORE_TRUST_CERTIFICATE_FILE_H_
#define CALLGATE_CORE_TRUST_CERTIFICATE_FILE_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "callgate/trust.h"
#include "core/trust/anchor_group.h"

namespace callgate::trust {

struct CertificateFile {
  std::vector<Anchor> certificates;
  std::optional<TrustReason> refused;  // then `certificates` is empty
  std::size_t certificate = 0;         // from 1: the one that is refused, or 0
};

// PEM with one or more certificates, or one in DER. Sizes and counts are checked before anything is
// decoded. Refuses as ReadPem does, and with kTooLarge, kTooManyAnchors and kBadCertificate.
CertificateFile ReadCertificateFile(std::string_view file);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CERTIFICATE_FILE_H_
