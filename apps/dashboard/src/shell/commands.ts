/** The same action in a terminal: by the command line tool, and by REST. */
export interface Commands {
  /** Without it, the command line tool has no such command. */
  cli?: string;
  rest: string;
}

/** A request as curl sends it; whoever copies it has a token in `MASSIF_TOKEN`, the page's own cookie cannot be read. */
export function curl(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): string {
  const parts = [
    'curl',
    ...(method === 'GET' ? [] : ['-X', method]),
    shellQuote(`${location.origin}/api/v1/${path}`),
    '-H',
    '"authorization: Bearer $MASSIF_TOKEN"',
    ...(body === undefined ? [] : ['-H', "'content-type: application/json'", '-d', shellQuote(JSON.stringify(body))]),
  ];
  return parts.join(' ');
}

/** A word of a POSIX shell, whatever is in it. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
