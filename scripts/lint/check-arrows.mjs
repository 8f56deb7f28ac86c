import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * @typedef {{ arrows: Readonly<Record<string, readonly string[]>>, pure: readonly string[] }} Rules
 * @typedef {{ name: string, dependencies?: Record<string, string>, devDependencies?: Record<string, string> }} Manifest
 */

const scope = '@massif/';
/** Packages beside `packages` and `apps`. */
const ownFolders = ['e2e', 'bench'];

/**
 * The folder of a package that others may depend on.
 * @param {string} name without the scope
 */
const folderOf = (name) => (ownFolders.includes(name) ? name : `packages/${name}`);

/**
 * Checks the directions between the packages of a workspace. Each violation is one line that starts with the file.
 * @param {string} root
 * @param {Rules} rules
 * @returns {string[]}
 */
export function checkArrows(root, rules) {
  const folders = workspaceFolders(root);
  const unlisted = folders.filter((folder) => !(folder in rules.arrows));
  return [
    ...unlisted.map((folder) => `${folder}: not in the table of scripts/lint/arrows.mjs`),
    ...folders
      .filter((folder) => folder in rules.arrows)
      .flatMap((folder) => [...checkManifest(root, folder, rules), ...checkReferences(root, folder), ...checkImports(root, folder, rules)]),
    ...checkRootReferences(root, folders),
  ];
}

/**
 * Folders with a package.json, as pnpm-workspace.yaml lists them.
 * @param {string} root
 */
function workspaceFolders(root) {
  const nested = ['packages', 'apps'].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [],
  );
  return [...nested, ...ownFolders].filter((folder) => existsSync(join(root, folder, 'package.json'))).toSorted();
}

/**
 * @param {string} root
 * @param {string} folder
 */
function workspaceDependencies(root, folder) {
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => name.startsWith(scope))
    .map((name) => name.slice(scope.length));
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {Rules} rules
 */
function checkManifest(root, folder, { arrows }) {
  const allowed = arrows[folder] ?? [];
  const declared = workspaceDependencies(root, folder);
  return [
    ...declared.filter((name) => !allowed.includes(name)).map((name) => `${folder}/package.json: may not depend on ${scope}${name}`),
    ...allowed
      .filter((name) => !declared.includes(name))
      .map((name) => `${folder}/package.json: could depend on ${scope}${name}, but does not: take it out of the table`),
  ];
}

/**
 * `tsc -b` checks a package before those that use it only if its references say so.
 * @param {string} root
 * @param {string} folder
 */
function checkReferences(root, folder) {
  const file = `${folder}/tsconfig.json`;
  if (!existsSync(join(root, file))) return [`${file}: missing`];
  const references = new Set(readReferences(root, file));
  const dependencies = new Set(workspaceDependencies(root, folder).map(folderOf));
  return [
    ...[...dependencies].filter((name) => !references.has(name)).map((name) => `${file}: has no reference to its dependency ${name}`),
    ...[...references]
      .filter((name) => !dependencies.has(name))
      .map((name) => `${file}: references ${name}, which package.json does not depend on`),
  ];
}

/**
 * @param {string} root
 * @param {string[]} folders
 */
function checkRootReferences(root, folders) {
  const references = new Set(readReferences(root, 'tsconfig.json'));
  return folders.filter((folder) => !references.has(folder)).map((folder) => `tsconfig.json: has no reference to ${folder}`);
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {string[]} folders relative to the root
 */
function readReferences(root, file) {
  /** @type {{ references?: { path: string }[] }} */
  const { references = [] } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  return references.map(({ path }) => relative(root, resolve(root, dirname(file), path)));
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {Rules} rules
 */
function checkImports(root, folder, rules) {
  return globSync('**/*.{ts,tsx,mts,mjs,js}', {
    cwd: join(root, folder),
    exclude: (name) => name === 'node_modules' || name === 'generated',
  })
    .toSorted()
    .flatMap((name) => {
      const file = `${folder}/${name}`;
      const text = readFileSync(join(root, file), 'utf8');
      return importsOf(file, text).flatMap(({ specifier, line }) => {
        const problem = problemWith(specifier, { root, folder, file, rules });
        return problem ? [`${file}:${line}: ${problem}`] : [];
      });
    });
}

/**
 * @param {string} specifier
 * @param {{ root: string, folder: string, file: string, rules: Rules }} where
 * @returns {string | undefined}
 */
function problemWith(specifier, { root, folder, file, rules: { arrows, pure } }) {
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    return target.startsWith(`${folder}/`) ? undefined : `reaches into ${target}; import the package by its name`;
  }
  if (specifier.startsWith('/') || specifier.startsWith('file:')) return `imports ${specifier} by its path`;
  if (isBuiltin(specifier)) return pure.includes(folder) && !isTest(file) ? `imports ${specifier}, but ${folder} is pure` : undefined;
  if (!specifier.startsWith(scope)) return undefined;
  const [name = '', ...rest] = specifier.slice(scope.length).split('/');
  if (rest[0] === 'src') return `reaches into the sources of ${scope}${name}`;
  return arrows[folder]?.includes(name) || folder === folderOf(name) ? undefined : `may not import ${scope}${name}`;
}

/** @param {string} file */
function isTest(file) {
  return file.endsWith('.test.ts') || file.includes('/test/');
}

/**
 * Every module that a source file names: imports, re-exports, `import()` of a constant, types included.
 * @param {string} file
 * @param {string} text
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf(file, text) {
  const { module } = parseSync(file, text);
  const found = [
    ...module.staticImports.map(({ moduleRequest }) => ({ specifier: moduleRequest.value, at: moduleRequest.start })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => (moduleRequest ? [{ specifier: moduleRequest.value, at: moduleRequest.start }] : [])),
    ),
    ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
      const literal = /^(['"`])([^'"`$]+)\1$/.exec(text.slice(start, end));
      return literal?.[2] ? [{ specifier: literal[2], at: start }] : [];
    }),
  ];
  const seen = new Set();
  return found.flatMap(({ specifier, at }) => {
    const line = text.slice(0, at).split('\n').length;
    const key = `${specifier}:${line}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ specifier, line }];
  });
}
