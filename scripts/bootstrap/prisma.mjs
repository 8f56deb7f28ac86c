import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runGroup } from './group.mjs';
import { setupDirectory } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { clearStamp, readStamp, stampKey, writeStamp } from './stamp.mjs';

/** @param {string} root */
function filesOf(root) {
  return {
    schema: join(root, 'prisma/schema.prisma'),
    generated: join(root, 'packages/store/src/generated'),
    stamp: join(setupDirectory(root), 'prisma-client'),
    command: join(root, 'node_modules/prisma/build/index.js'),
  };
}

/** @param {string} root */
function keyOf(root) {
  return stampKey({ files: [filesOf(root).schema, join(root, 'node_modules/prisma/package.json')], values: [] });
}

/**
 * Whether the Prisma client was generated from the schema as it is now.
 * @param {string} root
 */
export function isGenerated(root) {
  return readStamp(filesOf(root).stamp) === keyOf(root) && existsSync(filesOf(root).generated);
}

/**
 * @param {{ root: string, node: string, environment: NodeJS.ProcessEnv, abort: AbortSignal, onStart?: (pid: number) => void }} options
 */
export async function generateClient({ root, node, environment, abort, onStart }) {
  const { schema, generated, stamp, command } = filesOf(root);
  const key = keyOf(root);
  clearStamp(stamp);
  rmSync(generated, { recursive: true, force: true });
  const result = await runGroup(node, [command, 'generate', '--schema', schema], {
    cwd: root,
    // Generating needs no schema engine; without this Prisma would download one.
    env: { ...environment, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false', CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    abort,
    output: 'capture',
    onStart,
  });
  if (result.code !== 0 || !existsSync(generated))
    throw new SetupProblem('the Prisma client could not be generated from prisma/schema.prisma.', { detail: result.text });
  writeStamp(stamp, key);
}
