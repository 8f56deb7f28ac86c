import { errorCatalogue, errorCodes } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import english from './en.json';
import errors from './errors-zh.json';
import chinese from './zh.json';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  );
}

/** Names of `{name}`, `{count, plural, …}` and `<tag>` in a message. Whether it needs a plural, languages differ in. */
function placeholders(message: string): string[] {
  const found = new Set<string>();
  let depth = 0;
  for (const brace of message.matchAll(/[{}]/g)) {
    if (brace[0] === '{' && depth % 2 === 0) {
      const [, name] = /^\{\s*(\w+)/.exec(message.slice(brace.index)) ?? [];
      if (name !== undefined) found.add(name);
    }
    depth += brace[0] === '{' ? 1 : -1;
  }
  for (const [, tag] of message.matchAll(/<(\w+)>/g)) found.add(`<${tag}>`);
  return [...found].sort();
}

const [en, zh] = [flat(english), flat(chinese)];

describe('the two languages', () => {
  it('have the same messages', () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
  });

  it('take the same arguments', () => {
    const argumentsOf = (messages: Map<string, string>) =>
      Object.fromEntries([...messages].map(([key, text]) => [key, placeholders(text)]));
    expect(argumentsOf(zh)).toEqual(argumentsOf(en));
  });

  it('have words for every error', () => {
    expect(Object.keys(errors).sort()).toEqual([...errorCodes].sort());
  });

  it('mark the same commands and fields as code', () => {
    const found = errorCodes.flatMap((code) =>
      (['meaning', 'fix'] as const).flatMap((part) => {
        const chineseText = errors[code][part];
        const names = [...errorCatalogue[code][part].matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
        return names.filter((name) => chineseText.includes(name) && !chineseText.includes(`\`${name}\``)).map((name) => `${code}: ${name}`);
      }),
    );
    expect(found).toEqual([]);
  });

  it('say something, and the second in Chinese but for a few names', () => {
    const names = /\{[^}]*\}|\b(API|Logits|MFU|Rank|REST)\b/g;
    const isLeft = (text: string) => !/\p{Script=Han}/u.test(text) && /\p{L}/u.test(text.replaceAll(names, ''));
    expect([...en, ...zh].filter(([, text]) => text.trim() === '')).toEqual([]);
    expect([...zh].filter(([, text]) => isLeft(text))).toEqual([]);
  });
});
