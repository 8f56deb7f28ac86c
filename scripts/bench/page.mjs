import { loadavg } from 'node:os';
import { describeMachine } from '../test/results-page.mjs';

const head = ['# Performance', '<!-- Written by `npm run bench -- --write [NAME ...]`; do not edit. -->'];

/** Where a program is about to run: the machine, and what else it does. */
export function describePlace() {
  const { cpu, cores, memoryGiB, platform, date } = describeMachine();
  return `${date}, ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${platform}, load ${loadavg()[0]?.toFixed(1)} when it began.`;
}

/**
 * docs/performance.md with what these programs have printed; those that did not run keep what they printed before, with the machine that
 * it was on. Programs that are no more are left out.
 * @param {string} page as it is, empty when there is none
 * @param {{ name: string, place: string, text: string }[]} measured
 * @param {readonly string[]} programs all that there are, in their order
 */
export function renderPage(page, measured, programs) {
  const kept = page.split(/^## /m).slice(1);
  const sections = programs.flatMap((name) => {
    const fresh = measured.find((section) => section.name === name);
    if (fresh) return [`${name}\n\n${fresh.place}\n\n\`\`\`text\n${fresh.text.replaceAll(/^\n+|\s+$/g, '')}\n\`\`\``];
    return kept.filter((section) => section.startsWith(`${name}\n`)).map((section) => section.trimEnd());
  });
  return `${[...head, ...sections.map((section) => `## ${section}`)].join('\n\n')}\n`;
}
