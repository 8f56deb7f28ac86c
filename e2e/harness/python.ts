import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A Python with the peers that Massif is compared with, or why there is none. */
export function findPeers(): { python: string } | { missing: string } {
  const python = process.env.PEERS_PYTHON ?? 'python3';
  const { status } = spawnSync(python, ['-c', 'import torch, transformers'], { stdio: 'ignore' });
  if (status === 0) return { python };
  return {
    missing: `${python} has no torch and transformers: pip install them in a virtual environment, and set PEERS_PYTHON to its python`,
  };
}

/** Runs a program of `peers/` and returns what it prints. */
export function runPeer(python: string, program: string, ...words: string[]): string {
  const file = fileURLToPath(new URL(`../peers/${program}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [file, ...words], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}
