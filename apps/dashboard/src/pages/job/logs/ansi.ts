/** A stretch of a log line that looks the same. */
export interface Span {
  text: string;
  /** 0 to 7 as terminals number them: black, red, green, yellow, blue, magenta, cyan, white. */
  color?: number;
  bold?: boolean;
}

// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const sequence = /\u001B(?:\[([0-9;:?]*)([@-~])|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\^_])/g;

/** A line as a terminal would colour it; what moves the cursor or clears the screen means nothing here and is left out. */
export function ansiSpans(line: string): Span[] {
  // What a progress bar has written over was never to be kept.
  const text = line.replace(/\r+$/, '').replace(/^.*\r/s, '');
  const spans: Span[] = [];
  let style: Omit<Span, 'text'> = {};
  let from = 0;
  const add = (to: number) => {
    if (to > from) spans.push({ text: text.slice(from, to), ...style });
  };
  for (const match of text.matchAll(sequence)) {
    add(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = styleAfter(style, match[1] ?? '');
  }
  add(text.length);
  return spans;
}

function styleAfter(style: Omit<Span, 'text'>, codes: string): Omit<Span, 'text'> {
  let next = { ...style };
  for (const code of codes.split(/[;:]/).map(Number)) {
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 22) delete next.bold;
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) next.color = code % 10;
    else if (code === 39) delete next.color;
    // 256 colours and true colour, of which the rest of the codes is the value.
    else if (code === 38 || code === 48) break;
  }
  return next;
}
