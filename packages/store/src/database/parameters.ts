/** Values of one statement in the order of their first use: `p(value)` gives the `$n` that stands for it in the text. */
export function parameters(): { p(value: unknown): string; values: unknown[] } {
  const values: unknown[] = [];
  return { values, p: (value) => `$${values.push(value)}` };
}
