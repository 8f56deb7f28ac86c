/** One message of an event stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html reads it. */
export interface SseMessage {
  event: string;
  data: string;
  /** The last id that the stream has named, also by an earlier message. */
  id: string | undefined;
}

/** Reads `text/event-stream` chunk by chunk: chunks may cut anywhere, also between the two halves of a line break. */
export function createSseParser(): { push(chunk: string): SseMessage[]; readonly retryMs: number | undefined } {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id: string | undefined;
  let retryMs: number | undefined;

  const readLine = (line: string): SseMessage | undefined => {
    if (line === '') {
      const message = data.length > 0 ? { event: event || 'message', data: data.join('\n'), id } : undefined;
      event = '';
      data = [];
      return message;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retryMs = Number(value);
    return undefined;
  };

  return {
    get retryMs() {
      return retryMs;
    },
    push(chunk) {
      const messages: SseMessage[] = [];
      rest += chunk;
      for (;;) {
        const end = /\r\n|\n|\r(?=[^])/.exec(rest);
        if (!end) return messages;
        const message = readLine(rest.slice(0, end.index));
        rest = rest.slice(end.index + end[0].length);
        if (message) messages.push(message);
      }
    },
  };
}

/** The messages of an answer, by what came at once; none where that was a comment. */
export async function* messageBatches(response: Response): AsyncGenerator<SseMessage[], void> {
  const parser = createSseParser();
  const decoder = new TextDecoder();
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Whoever stops reading early closes the connection.
    await reader.cancel().catch(() => {});
  }
}
