// The files of lib/ import each other in one direction only; imports of types count as well.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, normalize } from 'node:path/posix';
import { test } from 'node:test';
import typescript from 'typescript';

const lib = join(process.env.CALLGATE_ROOT, 'bindings/node/lib');

/** The modules that a text imports, exports from, or imports at run time. */
function importsOf(text) {
  return typescript.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
}

/** For each file, those it imports; all as paths from lib/. */
function graph() {
  const files = readdirSync(lib, { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  return new Map(
    files.map((file) => [
      file,
      importsOf(readFileSync(join(lib, file), 'utf8'))
        .filter((name) => name.startsWith('.'))
        .map((name) => normalize(`${dirname(file)}/${name.replace(/\.js$/, '.ts')}`)),
    ]),
  );
}

/** The files of one circle, in their order; null where there is none. */
function circleIn(imports) {
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

test('every form of an import is seen, one of a type too', () => {
  const text = `
    import { a } from './a.js';
    import type { B } from './b.js';
    export type { C } from './c.js';
    export * from './d.js';
    import './e.js';
    type F = import('./f.js').F;
    const g = await import('./g.js');
  `;
  assert.deepEqual(
    importsOf(text).sort(),
    [...'abcdefg'].map((name) => `./${name}.js`),
  );
});

test('a circle is found, and a diamond is none', () => {
  const diamond = [
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d']],
    ['d', []],
  ];
  assert.equal(circleIn(new Map(diamond)), null);
  assert.deepEqual(circleIn(new Map([...diamond, ['d', ['b']]])), ['b', 'd', 'b']);
});

test('what is imported is there', () => {
  const imports = graph();
  assert.ok(imports.size > 40);
  for (const [file, names] of imports) {
    for (const name of names) assert.ok(imports.has(name), `${file} imports ${name}`);
  }
});

test('no imports of lib/ go round in a circle', () => {
  assert.equal(circleIn(graph())?.join(' -> ') ?? 'none', 'none');
});

test('types.ts imports nothing', () => {
  assert.deepEqual(importsOf(readFileSync(join(lib, 'types.ts'), 'utf8')), []);
});
