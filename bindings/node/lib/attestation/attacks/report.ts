/** The results of attacks as a table. */
import type { AttackResult } from './attack.js';

/** A line for each attack, one for each try, and a total. */
export function reportOf(results: readonly AttackResult[]): string {
  const width = Math.max(...results.map(({ attackName }) => attackName.length), 0);
  const lines = results.flatMap(({ attackName, description, blocked, details }) => [
    `${blocked ? 'blocked    ' : 'NOT BLOCKED'}  ${attackName.padEnd(width)}  ${description}`,
    ...Object.entries(details).map(([what, came]) => `${' '.repeat(13)}${what}: ${String(came)}`),
  ]);
  const blocked = results.filter((result) => result.blocked).length;
  return [...lines, `${blocked} of ${results.length} attacks blocked`].join('\n');
}
