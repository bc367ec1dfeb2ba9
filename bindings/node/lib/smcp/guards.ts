/** Which error it is, also where a program holds two copies of the package. */
import type { OtherCodeName } from './code-names.js';
import {
  brandOf,
  type CertificateRefused,
  type ClientClosed,
  type ConfigurationError,
  type ConnectionLost,
  type GatewayRefused,
  type GatewayTimeout,
  type GatewayUnreachable,
  type InvalidResponse,
  type NotAttested,
  type PayloadError,
  type TokenRefused,
  type ToolCallError,
  type ToolDenied,
  type VerificationError,
} from './errors.js';

/** A refusal that is neither policy's nor about the token. */
export type OtherRefusal = GatewayRefused<OtherCodeName>;

/** Every failure of the SDK, told apart by `codeName`. */
export type SMCPFailure =
  | ToolDenied
  | TokenRefused
  | OtherRefusal
  | ToolCallError
  | GatewayUnreachable
  | CertificateRefused
  | ConnectionLost
  | GatewayTimeout
  | InvalidResponse
  | PayloadError
  | ConfigurationError
  | NotAttested
  | ClientClosed
  | VerificationError;

/** Any error of the SDK, as the union that `codeName` tells apart. */
export function isSMCPError(value: unknown): value is SMCPFailure {
  return has(value, 'SMCPError');
}

/** Policy denied the call. */
export function isToolDenied(value: unknown): value is ToolDenied {
  return has(value, 'ToolDenied');
}

/** The token was refused, also after a renewal. */
export function isTokenRefused(value: unknown): value is TokenRefused {
  return has(value, 'TokenRefused');
}

/** The tool's server answered with an error of its own. */
export function isToolCallError(value: unknown): value is ToolCallError {
  return has(value, 'ToolCallError');
}

function has(value: unknown, className: string): boolean {
  return value instanceof Error && brandOf(className) in value;
}
