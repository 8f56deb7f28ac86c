import { AppError } from '@massif/contracts';

/** @throws AppError `malformed_body` with line and column */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { offset, what } = findFault(text);
    const before = text.slice(0, offset).split('\n');
    const [line, column] = [before.length, before.at(-1)!.length + 1];
    throw new AppError('malformed_body', `line ${line}, column ${column}: ${what}`, {
      cause,
      context: { line, column },
      errors: [{ path: '', message: what, fix: 'write well-formed JSON' }],
    });
  }
}

/**
 * Where a text stops being JSON. V8 does not always say: but a beginning of the text that is well-formed so far fails at
 * its very end, a longer one before it, so the first bad character is found by halving.
 */
function findFault(text: string): { offset: number; what: string } {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isWellFormedSoFar(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good === text.length
    ? { offset: good, what: 'it ends too early' }
    : { offset: good, what: `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(good)!))}` };
}

function isWellFormedSoFar(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as Error;
    return /unexpected end|unterminated string/i.test(message) || Number(/at position (\d+)/.exec(message)?.[1]) === beginning.length;
  }
}
