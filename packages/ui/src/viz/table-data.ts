/** The numbers of a picture as a table: for its table view and its CSV. */
export type TableColumn = {
  label: string;
  /** How a reader sees a number; a CSV has it as it is. */
  format?: (value: number) => string;
  /** How a CSV has it, where the number itself says little: a time. */
  csv?: (value: number) => string;
};

export type TableValue = number | string | null;

export type TableData = { columns: readonly TableColumn[]; rows: readonly (readonly TableValue[])[] };

/** Rows at equal distances, the first and the last among them. */
export function sampleRows<Row>(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, index) => rows[Math.round((index * (rows.length - 1)) / (most - 1))]!);
}

/** RFC 4180. What is missing is an empty field; text that a spreadsheet would run as a formula is quoted with an apostrophe. */
export function toCsv({ columns, rows }: TableData): string {
  const lines = rows.map((row) => row.map((value, index) => field(value, columns[index]?.csv)).join(','));
  return [columns.map(({ label }) => text(label)).join(','), ...lines].join('\r\n') + '\r\n';
}

function field(value: TableValue, csv?: (value: number) => string): string {
  if (value === null || Number.isNaN(value)) return '';
  if (typeof value === 'string') return text(value);
  return csv ? text(csv(value)) : String(value);
}

function text(value: string): string {
  const safe = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a reader sees in a cell. */
export function cellText(value: TableValue, format?: (value: number) => string): string {
  if (value === null || Number.isNaN(value)) return '–';
  if (typeof value === 'string') return value;
  return format ? format(value) : String(value);
}
