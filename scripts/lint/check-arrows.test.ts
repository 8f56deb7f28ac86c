import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../bootstrap/temporary.ts';
import { checkArrows, importsOf } from './check-arrows.mjs';

const rules = { arrows: { 'packages/low': [], 'packages/high': ['low'], 'apps/app': ['high'] }, pure: ['packages/low'] };

interface Fixture {
  dependencies?: Record<string, string[]>;
  references?: Record<string, string[]>;
  rootReferences?: string[];
  files?: Record<string, string>;
}

/** A workspace of three packages that keeps the rules, changed as the test asks. */
function check({ dependencies = {}, references = {}, rootReferences, files = {} }: Fixture): string[] {
  const root = temporaryDirectory();
  const write = (file: string, content: unknown) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const declared: Record<string, string[]> = { 'packages/low': [], 'packages/high': ['low'], 'apps/app': ['high'], ...dependencies };
  for (const [folder, names] of Object.entries(declared)) {
    write(`${folder}/package.json`, {
      name: folder,
      dependencies: Object.fromEntries(names.map((name) => [`@massif/${name}`, 'workspace:*'])),
    });
    write(`${folder}/tsconfig.json`, {
      references: (references[folder] ?? names.map((name) => `packages/${name}`)).map((path) => ({ path: `../../${path}` })),
    });
  }
  write('tsconfig.json', { references: (rootReferences ?? Object.keys(declared)).map((path) => ({ path })) });
  for (const [file, text] of Object.entries(files)) write(file, text);
  return checkArrows(root, rules);
}

test('a workspace that keeps the rules has no violations', () => {
  const files = {
    'packages/high/src/a.ts':
      "import { b } from './b.ts';\nimport type { Low } from '@massif/low';\nimport { join } from 'node:path';\nimport '@massif/high/own';\n",
    'packages/high/src/b.ts': "export const b = import('@massif/low/part');\n",
    'packages/low/src/a.test.ts': "import { readFileSync } from 'node:fs';\nimport '../src/a.ts';\n",
    'packages/low/src/a.ts': "import { z } from 'zod';\n// import x from '@massif/high';\nconst s = `import y from '@massif/high'`;\n",
  };
  expect(check({ files })).toEqual([]);
});

test.each([
  ['an import against the direction', "import { x } from '@massif/high';", 'may not import @massif/high'],
  ['one of types only', "import type { X } from '@massif/high';", 'may not import @massif/high'],
  ['one through a subpath', "import { x } from '@massif/high/part';", 'may not import @massif/high'],
  ['a re-export', "export * from '@massif/high';", 'may not import @massif/high'],
  ['a dynamic import', "await import('@massif/high');", 'may not import @massif/high'],
  ['an import of an app', "import { x } from '@massif/app-app';", 'may not import @massif/app-app'],
  [
    'an import of sources by the name of the package',
    "import { x } from '@massif/low/src/x.ts';",
    'reaches into the sources of @massif/low',
  ],
  [
    'an import of sources by their path',
    "import { x } from '../../high/src/x.ts';",
    'reaches into packages/high/src/x.ts; import the package by its name',
  ],
  [
    'an import out of the workspace',
    "import { x } from '../../../scripts/x.mjs';",
    'reaches into scripts/x.mjs; import the package by its name',
  ],
  ['an absolute import', "import { x } from '/tmp/x.ts';", 'imports /tmp/x.ts by its path'],
  ['input and output in a pure package', "import { readFile } from 'fs/promises';", 'imports fs/promises, but packages/low is pure'],
])('%s is found, with its file and line', (_, statement, problem) => {
  expect(check({ files: { 'packages/low/src/x.ts': `// first line\n${statement}\n` } })).toEqual([`packages/low/src/x.ts:2: ${problem}`]);
});

test('a dependency against the direction is found in package.json', () => {
  expect(check({ dependencies: { 'packages/low': ['high'] } })).toEqual(['packages/low/package.json: may not depend on @massif/high']);
});

test('an arrow that nobody follows is found', () => {
  expect(check({ dependencies: { 'apps/app': [] } })).toEqual([
    'apps/app/package.json: could depend on @massif/high, but does not: take it out of the table',
  ]);
});

test('references that differ from the dependencies are found', () => {
  expect(check({ references: { 'packages/high': [], 'apps/app': ['packages/high', 'packages/low'] } })).toEqual([
    'apps/app/tsconfig.json: references packages/low, which package.json does not depend on',
    'packages/high/tsconfig.json: has no reference to its dependency packages/low',
  ]);
});

test('a package that the root does not check, or the table does not know, is found', () => {
  expect(check({ rootReferences: ['apps/app', 'packages/high'] })).toEqual(['tsconfig.json: has no reference to packages/low']);
  expect(check({ dependencies: { 'packages/new': [] } })).toEqual(['packages/new: not in the table of scripts/lint/arrows.mjs']);
});

test('a name in a template that is computed is no import', () => {
  expect(importsOf('a.ts', 'await import(`./${name}.ts`); await import(other); await import(`node:fs`);')).toEqual([
    { specifier: 'node:fs', line: 1 },
  ]);
});
