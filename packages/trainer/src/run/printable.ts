/**
 * What a person can read of generated text: without control characters, bytes that are no text, and code points that have no
 * form. A model that has learnt little says many of them, and terminals obey some.
 * @returns undefined when nothing is left to read
 */
export function printable(text: string): string | undefined {
  const kept = text.replaceAll(unreadable, '').trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(kept) ? kept : undefined;
}

/** Line ends and tabs stay, and the two joiners, without which some scripts are misspelt. */
const unreadable = /(?![\n\t\u200c\u200d])[\p{C}\p{Zl}\p{Zp}\ufffd]/gu;
