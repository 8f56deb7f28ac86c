/** A text as PostgreSQL stores it: without NUL and halves of surrogate pairs, both replaced by the character that says so. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** A parameter for a jsonb column; null stays SQL's null. */
export function json(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storable(inner) : inner));
}
