import { join } from 'node:path';
import { cacheDirectory } from '../bootstrap/paths.mjs';

/** Settings of the user's shell that would make a test use or break something of theirs, or behave differently for them. */
const meddling = [
  /^MASSIF_/,
  /^(DATABASE|REDIS)_URL$/,
  /^PG[A-Z]+$/,
  /^(NODE_OPTIONS|NODE_ENV|VITEST.*|CXXFLAGS|LD_PRELOAD)$/,
  /^XDG_STATE_HOME$/,
];

/**
 * The environment for tests: that of the shell without what meddles. Programs that tests start keep their compiled code, as the
 * product's do: most of them are over before they would have read their TypeScript again.
 * @param {NodeJS.ProcessEnv} environment
 * @param {{ keep: boolean }} options keep: asked for by `--keep-env`, to test against an existing server
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment(environment, { keep }) {
  if (keep) return { ...environment };
  const kept = Object.entries(environment).filter(([name]) => !meddling.some((pattern) => pattern.test(name)));
  return { NODE_COMPILE_CACHE: join(cacheDirectory(environment), 'node-compile-cache'), ...Object.fromEntries(kept) };
}
