import { AppError, nearest, type ErrorCode } from '@massif/contracts';

interface Named {
  name: string;
  aliases?: readonly string[];
}

export interface LookupOptions<Entry> {
  entries: readonly Entry[];
  name: string;
  /** What is looked for, in messages: `model`. */
  noun: string;
  code: ErrorCode;
  /** Field of the job spec that errors name. */
  path: string;
}

/**
 * The entry with this name or alias, whatever its case.
 * @throws AppError `code`, with the nearest known name
 */
export function lookup<Entry extends Named>({ entries, name, noun, code, path }: LookupOptions<Entry>): Entry {
  const wanted = name.trim().toLowerCase();
  const found = entries.find((entry) => namesOf(entry).some((known) => known.toLowerCase() === wanted));
  if (found) return found;
  const near = nearest(name, entries.flatMap(namesOf));
  const fix = near === undefined ? `use a known ${noun}, such as ${entries[0]!.name}` : `did you mean ${near}?`;
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name);
  throw new AppError(code, `there is no ${noun} ${shown}; ${fix}`, {
    context: { name, ...(near === undefined ? {} : { nearest: near }) },
    errors: [{ path, message: `there is no ${noun} ${shown}`, fix }],
  });
}

function namesOf({ name, aliases }: Named): string[] {
  return [name, ...(aliases ?? [])];
}
