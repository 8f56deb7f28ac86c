import { expect, test } from 'vitest';
import css from './theme.css?raw';

type Colors = Record<string, string>;

/** Variables of the block that begins with a selector. */
function block(selector: string): Colors {
  const body = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!;
  return Object.fromEntries([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, color]) => [name!, color!]));
}

/** Relative luminance (WCAG 2.2). */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

const grounds = ['canvas', 'surface', 'raised', 'sunken', 'hover'];
const states = ['queued', 'running', 'recovering', 'succeeded', 'failed'];
const texts: [string, string][] = [
  ...['text', 'text-2', 'text-3', 'accent', 'failed'].flatMap((text) => grounds.map((ground): [string, string] => [text, ground])),
  ...states.flatMap((state): [string, string][] => [
    [state, `${state}-soft`],
    [state, 'surface'],
  ]),
  ...['text', 'text-2', 'accent'].map((text): [string, string] => [text, 'accent-soft']),
  ['text-2', 'queued-soft'],
  ...['diverge-better', 'diverge-middle', 'diverge-worse'].map((ground): [string, string] => ['text', ground]),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['on-danger', 'danger'],
  ['on-danger', 'danger-strong'],
];
const marks: [string, string][] = [
  ...['control', 'focus', 'recovering-fill'].flatMap((mark) => ['surface', 'canvas'].map((ground): [string, string] => [mark, ground])),
  ...Array.from({ length: 8 }, (_, index): [string, string] => [`series-${index + 1}`, 'surface']),
];

const light = block(':root');
const themes = { light, dark: { ...light, ...block("[data-theme='dark']") } };

test.each(Object.entries(themes))('words of the %s theme have a contrast of 4.5 on their ground', (_, colors) => {
  const poor = texts
    .map(([text, ground]) => ({ text, ground, ratio: contrast(colors[text]!, colors[ground]!) }))
    .filter(({ ratio }) => !(ratio >= 4.5));
  expect(poor).toEqual([]);
});

test.each(Object.entries(themes))('lines and controls of the %s theme have a contrast of 3 on their ground', (_, colors) => {
  const poor = marks
    .map(([mark, ground]) => ({ mark, ground, ratio: contrast(colors[mark]!, colors[ground]!) }))
    .filter(({ ratio }) => !(ratio >= 3));
  expect(poor).toEqual([]);
});
