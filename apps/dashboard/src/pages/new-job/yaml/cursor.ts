/** What is being written at a place of a YAML text, also where the text is not complete yet. */
export interface Cursor {
  /** Of the object that the place lies in, or of the field whose value it is. */
  path: string[];
  /** Whether a name of a field or a value is written. */
  writes: 'key' | 'value';
  /** Where the word begins. */
  from: number;
}

interface Open {
  indent: number;
  key: string;
}

/**
 * Judges by indentation and brackets alone, line by line: a parser gives up on what is half written, which is when completion is
 * asked for.
 */
export function cursorAt(text: string, offset: number): Cursor {
  const lineBegin = text.lastIndexOf('\n', offset - 1) + 1;
  const open: Open[] = [];
  for (const line of text.slice(0, lineBegin).split('\n')) {
    const { indent, key, rest } = readLine(line);
    if (key === undefined) continue;
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    if (rest === '') open.push({ indent, key });
  }
  const before = text.slice(lineBegin, offset);
  const { indent, key, rest } = readLine(before);
  const column = key === undefined ? before.length - before.trimStart().length : indent;
  const path = open.filter((parent) => parent.indent < column).map((parent) => parent.key);
  if (key === undefined) return { path, writes: 'key', from: offset - before.trimStart().replace(/^- */, '').length };
  return insideValue([...path, key], rest, offset);
}

/** In what follows a colon there may be an object in braces, and others in it. */
function insideValue(path: string[], value: string, offset: number): Cursor {
  let inside = path;
  const stack: string[][] = [];
  let begin = 0;
  let isKey = false;
  for (let index = 0; index < value.length; index++) {
    const character = value[index];
    if (character === '{') {
      stack.push(inside);
      isKey = true;
      begin = index + 1;
    } else if (character === '}') {
      inside = stack.pop() ?? path;
      isKey = false;
      begin = index + 1;
    } else if (character === '[' || character === ']') begin = index + 1;
    else if (character === ',') {
      if (stack.length > 0) inside = [...stack.at(-1)!];
      isKey = stack.length > 0;
      begin = index + 1;
    } else if (character === ':' && isKey) {
      inside = [...stack.at(-1)!, value.slice(begin, index).trim()];
      isKey = false;
      begin = index + 1;
    }
  }
  const word = value.slice(begin).trimStart();
  return { path: inside, writes: isKey ? 'key' : 'value', from: offset - word.length };
}

function readLine(line: string): { indent: number; key?: string; rest: string } {
  const match = /^(\s*(?:- +)?)(?:"([^"]*)"|'([^']*)'|([^\s#'"{}[\],:][^:#{}[\],]*?))\s*:(?:\s+|$)(.*)$/.exec(line);
  if (!match) return { indent: line.length - line.trimStart().length, rest: '' };
  const [, space = '', double, single, plain] = match;
  const rest = (match[5] ?? '').replace(/(^|\s)#.*$/, '');
  return { indent: space.length, key: double ?? single ?? plain ?? '', rest: rest.trim() === '' ? '' : rest };
}
