// Interleaved measurement, as measure.py does it: a work is a function run(n) that does itself n
// times and returns the nanoseconds that took.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";

const ROUND_NANOSECONDS = 20e6;

// Bare libsodium beside us; it also writes the inputs to `folder`.
export async function startBaseline(program, folder) {
  mkdirSync(folder, { recursive: true });
  const child = spawn(program, [folder], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async nanoseconds(kind) {
      child.stdin.write(`${kind}\n`);
      return Number((await lines.next()).value);
    },
    close() {
      child.stdin.end();
    },
  };
}

// What the works return is kept alive, so that nothing is optimized away.
let sink;
export const looped = (call) => (n) => {
  const start = process.hrtime.bigint();
  for (let i = 0; i < n; i++) sink = call();
  return Number(process.hrtime.bigint() - start);
};
export const loopedAsync = (call) => async (n) => {
  const start = process.hrtime.bigint();
  for (let i = 0; i < n; i++) sink = await call();
  return Number(process.hrtime.bigint() - start);
};

async function sizeFor(run, most) {
  let n = 1;
  while (n < most) {
    const took = await run(n);
    if (took >= ROUND_NANOSECONDS / 4) {
      return Math.max(1, Math.min(most, Math.round((n * ROUND_NANOSECONDS) / took)));
    }
    n *= 4;
  }
  return most;
}

// `works`: name to run, or to [run, the most it can do at once].
export async function measure(works, rounds, baseline, kinds = ["envelope", "token"]) {
  const runs = new Map();
  const figures = {};
  for (const [name, work] of Object.entries(works)) {
    const [run, most] = Array.isArray(work) ? work : [work, 1e9];
    runs.set(name, [run, await sizeFor(run, most)]);
    figures[name] = [];
  }
  const order = [...runs.keys()];
  if (baseline) {
    for (const kind of kinds) {
      figures[`signature/${kind}`] = [];
      order.push(`signature/${kind}`);
    }
  }
  for (let round = 0; round < rounds; round++) {
    // Another order each round, without chance.
    const from = (round * 7) % order.length;
    for (const name of [...order.slice(from), ...order.slice(0, from)]) {
      const work = runs.get(name);
      if (work) {
        const [run, n] = work;
        figures[name].push((await run(n)) / n);
      } else {
        figures[name].push(await baseline.nanoseconds(name.replace("signature/", "")));
      }
    }
  }
  return figures;
}
