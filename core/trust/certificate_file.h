// The certificates of one file or list.
#ifndef CALLGATE_CORE_TRUST_CERTIFICATE_FILE_H_
#define CALLGATE_CORE_TRUST_CERTIFICATE_FILE_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "callgate/trust.h"
#include "core/trust/anchor_group.h"
#include "core/trust/digest_set.h"

namespace callgate::trust {

struct CertificateFile {
  std::vector<Anchor> certificates;
  std::optional<TrustReason> refused;  // then `certificates` is empty
  std::size_t certificate = 0;         // from 1: the one that is refused, or 0
};

// Certificates that are anchored already, by their digests.
using KnownAnchors = std::unordered_map<Sha256Digest, const Certificate*, DigestHash>;

// PEM with one or more certificates, or one in DER; what is `known` is not read again. Sizes and
// counts are checked before anything is decoded. Refuses as ReadPem does, and with kTooLarge,
// kTooManyAnchors and kBadCertificate.
CertificateFile ReadCertificateFile(std::string_view file, const KnownAnchors& known);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CERTIFICATE_FILE_H_
