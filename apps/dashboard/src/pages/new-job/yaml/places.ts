import { isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';

/** A part of a text by its characters. */
export interface Place {
  from: number;
  to: number;
}

/** `data.text[2]` -> ['data', 'text', 2]; the reverse of how the contract writes paths. */
export function splitPath(path: string): (string | number)[] {
  return [...path.matchAll(/([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\]?/g)].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? '') : Number(index),
  );
}

/**
 * Where in a text a field is: its key where the field itself is at fault, so that a long value is not marked as a whole. A field
 * that is not there is marked at the nearest one that it would be in; at the first line where there is none.
 * @param isKnown whether a field of this path may exist: its value is at fault then, otherwise its name
 */
export function placeOf(text: string, path: string, isKnown = true): Place {
  const document = parseDocument(text, { version: '1.2', merge: false, logLevel: 'silent', keepSourceTokens: false });
  let place: Place | undefined;
  let node: unknown = document.contents;
  for (const step of splitPath(path)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      place = rangeOf(isKnown && isScalar(pair.value) && pair.value.value !== null ? pair.value : pair.key) ?? place;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step];
      place = rangeOf(node) ?? place;
    } else break;
  }
  return place ?? lineAt(text, 0);
}

/** The line around a place, without the white space at its ends. */
function lineAt(text: string, offset: number): Place {
  const begin = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(begin, end < 0 ? text.length : end);
  return { from: begin + (line.length - line.trimStart().length), to: begin + line.trimEnd().length };
}

/** A line and column of the parser, both from 1, as a place up to the end of that line. */
export function placeAt(text: string, { line, column }: { line: number; column: number }): Place {
  const begin = text.split('\n', line - 1).reduce((sum, before) => sum + before.length + 1, 0);
  const from = Math.min(begin + column - 1, text.length);
  return { from, to: Math.max(from, lineAt(text, from).to) };
}

function rangeOf(node: unknown): Place | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? { from: range[0], to: Math.max(range[0], range[1]) } : undefined;
}
