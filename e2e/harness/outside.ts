import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';

/** How this machine reaches the registry, which is no state of its own. */
const network = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy|npm_config_(registry|cafile|ca|(https-)?proxy|noproxy))$/i;

/** PATH of this machine without what `npm test` and a checkout put there. */
export function systemPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '' && !entry.includes('node_modules'));
}

/** Environment of somebody who knows nothing of this checkout nor of its user: another home, which is made, and how to reach the registry. */
export function outsideEnvironment(home: string, path = systemPath()): Record<string, string | undefined> {
  mkdirSync(home, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => network.test(name) || name === 'TMPDIR');
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), HOME: home };
}
