/** Performs the attacks against real verifiers. */
import { createAnthropicProvider } from '../provider.js';
import { AttestationVerifier } from '../verifier.js';
import type { Attack, AttackResult, Scene } from './attack.js';
import { ATTACKS } from './catalogue.js';
import { reportOf } from './report.js';

const SERVER = 'https://mcp-server.example.com';

export class AttackSimulator {
  readonly #scene: Scene;

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** With a new issuer. Nothing of a running server is touched. */
  static async create(): Promise<AttackSimulator> {
    const [provider, keyPair] = await createAnthropicProvider();
    const issuer = provider.issuerUrl;
    return new AttackSimulator({
      issuer,
      server: SERVER,
      identity: {
        model_family: 'claude-4',
        model_version: 'claude-sonnet-4-20250514',
        provider: 'anthropic',
      },
      keyPair,
      provider,
      verifier: (given = {}) =>
        new AttestationVerifier({
          trustedIssuers: [{ issuer, keys: { [keyPair.kid]: keyPair.publicKey } }],
          audience: SERVER,
          ...given,
        }),
    });
  }

  /** All eight, in their order. */
  async runAllAttacks(): Promise<AttackResult[]> {
    const results: AttackResult[] = [];
    for (const attack of ATTACKS) results.push(await this.#run(attack));
    return results;
  }

  async #run(attack: Attack): Promise<AttackResult> {
    const { harmless, tries } = await attack.perform(this.#scene);
    const refused = tries.every(
      ({ expected, result }) => !result.verified && !result.admitted && result.reason === expected,
    );
    const error = tries.at(-1)?.result.error;
    return {
      attackType: attack.type,
      attackName: attack.name,
      description: attack.description,
      blocked: harmless.verified && refused && tries.length > 0,
      ...(error === undefined ? {} : { errorMessage: error }),
      details: {
        harmless: harmless.verified ? 'verified' : harmless.reason,
        ...Object.fromEntries(tries.map(({ what, result }) => [what, result.reason ?? 'verified'])),
      },
    };
  }
}

/** Prints what {@link AttackSimulator.runAllAttacks} gave. */
export function printAttackReport(results: readonly AttackResult[]): void {
  console.log(reportOf(results));
}

/** Performs all attacks and prints the report. */
export async function runAttackSimulations(): Promise<AttackResult[]> {
  const results = await (await AttackSimulator.create()).runAllAttacks();
  printAttackReport(results);
  return results;
}
