/** Settings of the user's shell that would make a test use or break something of theirs, or behave differently for them. */
const meddling = [
  /^MASSIF_/,
  /^(DATABASE|REDIS)_URL$/,
  /^PG[A-Z]+$/,
  /^(NODE_OPTIONS|NODE_ENV|VITEST.*|CXXFLAGS|LD_PRELOAD)$/,
  /^XDG_STATE_HOME$/,
];

/**
 * The environment for tests: that of the shell without what meddles.
 * @param {NodeJS.ProcessEnv} environment
 * @param {{ keep: boolean }} options keep: asked for by `--keep-env`, to test against an existing server
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment(environment, { keep }) {
  if (keep) return { ...environment };
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !meddling.some((pattern) => pattern.test(name))));
}
