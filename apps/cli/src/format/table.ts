/** Rows under a header, columns as wide as they need to be; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const text = rows.map((row) =>
    header.map((_, column) => (row[column] === null || row[column] === undefined ? '-' : String(row[column]))),
  );
  const numeric = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const widths = header.map((name, column) => Math.max(name.length, ...text.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(header.map((name) => name.toUpperCase())), ...text.map(line)].join('\n');
}
