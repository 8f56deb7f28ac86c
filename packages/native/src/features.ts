import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';

export interface CpuFeatures {
  /** Node's name of the instruction set: `x64`, `arm64`, ... */
  architecture: string;
  /** Marketing name; empty where the system does not tell. */
  model: string;
  /** Extensions the system reports, sorted: `avx2`, `avx512f`, `asimd`, ... */
  flags: readonly string[];
}

/**
 * What this machine's processor can execute. Part of every cache key, so that a library compiled with `-march=native`
 * on one machine is never loaded on another that shares the cache directory.
 */
export function cpuFeatures(): CpuFeatures {
  return { architecture: arch(), model: cpus()[0]?.model.trim() ?? '', flags: [...new Set(reportedFlags())].sort() };
}

function reportedFlags(): string[] {
  if (platform() === 'darwin') return darwinFlags();
  const cpuinfo = readIfPresent('/proc/cpuinfo');
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  // What distinguishes two ARM cores with equal features for the compiler's scheduling.
  const part = [...cpuinfo.matchAll(/^CPU (implementer|part)\s*:\s*(\S+)$/gm)].map(([, key, value]) => `${key}-${value}`);
  return [...words(line), ...part];
}

function darwinFlags(): string[] {
  const names = arch() === 'arm64' ? ['hw.optional.arm', 'hw.cpufamily'] : ['machdep.cpu.features', 'machdep.cpu.leaf7_features'];
  return names.flatMap((name) => {
    try {
      const text = execFileSync('/usr/sbin/sysctl', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      if (arch() !== 'arm64') return words(text.slice(text.indexOf(':') + 1).toLowerCase());
      return text.split('\n').flatMap((row) => (row === '' || row.endsWith(': 0') ? [] : [row.replace(': ', '=')]));
    } catch {
      return [];
    }
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function readIfPresent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
