import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** What a browser asks for as text; pictures and fonts are compressed already. */
const compressible = /\.(css|html|js|json|svg|txt|wasm)$/;

/** Below it a packet is saved at most. */
const bytesMin = 1024;

/** Of 11: the last step takes twice as long for a hundredth of the size. */
const brotliQuality = 10;

/**
 * Puts FILE.br and FILE.gz beside every file below a directory that gets smaller by it.
 * @param {string} directory
 */
export async function compressFiles(directory) {
  await Promise.all(
    readdirSync(directory, { withFileTypes: true }).map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return await compressFiles(path);
      if (!compressible.test(entry.name)) return;
      const bytes = readFileSync(path);
      if (bytes.length < bytesMin) return;
      const [br, gz] = await Promise.all([
        promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
        promisify(gzip)(bytes, { level: 9 }),
      ]);
      if (br.length < bytes.length) writeFileSync(`${path}.br`, br);
      if (gz.length < bytes.length) writeFileSync(`${path}.gz`, gz);
    }),
  );
}
