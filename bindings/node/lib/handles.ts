/** The C++ objects of the addon, as TypeScript tells them apart. This file imports nothing. */

declare const kind: unique symbol;
/** A C++ object of the addon. Only the class that owns it may see it. */
export interface Handle<Kind extends string> {
  readonly [kind]: Kind;
}
export type PublicKeyHandle = Handle<'PublicKey'>;
export type SecretKeyHandle = Handle<'SecretKey'>;
export type IssuerKeysHandle = Handle<'IssuerKeys'>;
export type PolicySetHandle = Handle<'PolicySet'>;
export type GateHandle = Handle<'Gate'>;
export type GuardHandle = Handle<'Guard'>;
export type PlanHandle = Handle<'Plan'>;
export type RedactionHandle = Handle<'Redaction'>;
export type AttestationTrustHandle = Handle<'AttestationTrust'>;
export type AttestationVerifierHandle = Handle<'AttestationVerifier'>;
export type AttestationVerdictHandle = Handle<'AttestationVerdict'>;
export type AttestedMessageHandle = Handle<'AttestedMessage'>;
export type SeenTableHandle = Handle<'SeenTable'>;
/** Holds `decisionsInBlock` decisions. */
export type DecisionBlock = Handle<'DecisionBlock'>;

/** Bytes for the addon: it reads a string as UTF-8, so the string must be well-formed. */
export type Text = string | Uint8Array;
