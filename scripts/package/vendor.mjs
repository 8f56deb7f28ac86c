/**
 * Packages whose code in the bundle looks for files beside itself, and which of these the product needs. Another one that does is
 * an error of the build until somebody has looked at what it wants there.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const besideThemselves = {
  '@fastify/swagger-ui': ['static'],
  // Its own name and version, for documents that say neither; ours does.
  '@fastify/swagger': [],
  // Handlers in processes of their own; ours are functions.
  bullmq: [],
  // Sub-commands in files of their own; ours are functions.
  commander: [],
  // Shortens stacks of errors.
  ioredis: [],
  // An addon that makes it faster, where there is one; what is sent is small.
  msgpackr: [],
  'msgpackr-extract': [],
  'node-gyp-build-optional-packages': [],
  // Log transports in threads; ours write to standard output.
  pino: [],
  'thread-stream': [],
};

/** Modules that the bundled packages would use if they were installed, and do without. */
export const leftOut = new Set(['pg-native']);
