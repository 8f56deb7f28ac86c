import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deviceProfileSchema, type DeviceProfile } from '@massif/planner';
import { replaceFile } from '@massif/processes';

const fileOf = (home: string) => join(home, 'profiles', 'cpu.json');

/** Stores the measured profile of this host's CPU devices, whole or not at all. @returns its path */
export async function writeProfile(home: string, profile: DeviceProfile): Promise<string> {
  const file = fileOf(home);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${JSON.stringify(profile, null, 2)}\n`);
  return file;
}

/** What was measured last; undefined when nothing was, or by a version that wrote another form. */
export async function readProfile(home: string): Promise<DeviceProfile | undefined> {
  try {
    return deviceProfileSchema.parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
  } catch {
    return undefined;
  }
}
