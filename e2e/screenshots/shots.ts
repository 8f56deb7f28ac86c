import type { Page } from 'playwright-core';
import type { View } from '../harness/browser.ts';
import type { Shot } from './camera.ts';
import type { Subjects } from './subjects.ts';

/** Jobs that have something to show: the newest of all only wait. */
const atWork = 'state=admitted,launching,running,recovering&order=oldest';
const createToken = /^(Create token|创建令牌)$/;

/** What is there whatever has happened. */
const around: Shot[] = [
  { name: 'keys', path: '/', act: (page) => page.keyboard.press('?') },
  { name: 'menu', path: '/', act: pressIfThere(/^(Open the menu|打开菜单)$/) },
  { name: 'not-found', path: '/nowhere' },
  { name: 'settings-token', path: '/settings', act: press(createToken) },
  {
    name: 'settings-token-made',
    path: '/settings',
    act: async (page) => {
      await press(createToken)(page);
      await page
        .getByRole('dialog')
        .getByLabel(/^(Name|名称)/)
        .fill('ci');
      await page.getByRole('dialog').getByRole('button', { name: createToken }).click();
      await page.getByText('MASSIF_TOKEN').waitFor();
    },
  },
  { name: 'sign-in', path: '/', signedOut: true },
  { name: 'sign-in-expired', path: '/?signin=expired', signedOut: true },
];

/** Of the README and the documents: the main pages. */
export function mainShots({ running, node }: Subjects): Shot[] {
  return [
    { name: 'overview', path: '/' },
    { name: 'jobs', path: `/jobs?${atWork}` },
    { name: 'job', path: `/jobs/${running}` },
    { name: 'layout', path: `/jobs/${running}?tab=layout` },
    { name: 'new-job', path: `/new?from=${running}` },
    { name: 'cluster', path: '/cluster' },
    { name: 'node', path: `/cluster/nodes/${node}` },
  ];
}

const tabs = ['layout', 'logs', 'checkpoints', 'events', 'spec', 'plan'];
const states = ['running', 'waiting', 'succeeded', 'failed', 'cancelled', 'recovering'] as const;

/** Every page of a demo, in every state that looks different, with what opens on it. */
export function allShots(subjects: Subjects): Shot[] {
  const { running, node } = subjects;
  const jobs = states.flatMap((state) => {
    const id = subjects[state];
    if (id === undefined) return [];
    return [
      { name: `job-${state}`, path: `/jobs/${id}` },
      ...tabs.map((tab) => ({ name: `job-${state}-${tab}`, path: `/jobs/${id}?tab=${tab}` })),
    ];
  });
  return [
    { name: 'overview', path: '/' },
    { name: 'jobs', path: '/jobs' },
    { name: 'jobs-failed', path: '/jobs?state=failed' },
    { name: 'jobs-none-match', path: '/jobs?search=nothing-is-called-so' },
    ...jobs,
    { name: 'job-unknown', path: '/jobs/job_00000000000000000000000000' },
    { name: 'job-cancel', path: `/jobs/${running}`, act: press(/^(Cancel job|取消任务)$/) },
    { name: 'job-command', path: `/jobs/${running}`, act: press(/^(Copy as command|复制为命令)/) },
    { name: 'new-job', path: '/new' },
    { name: 'new-job-from', path: `/new?from=${running}` },
    { name: 'new-job-yaml', path: `/new?from=${running}`, act: press('YAML') },
    { name: 'new-job-refused', path: `/new?from=${running}`, act: fill(/^(Sequence|序列长度)/, '999999') },
    { name: 'new-job-command', path: `/new?from=${running}`, act: press(/^(Copy as command|复制为命令)$/) },
    { name: 'cluster', path: '/cluster' },
    { name: 'cluster-memory', path: '/cluster?metric=memory' },
    { name: 'cluster-state', path: '/cluster?metric=state&state=unhealthy' },
    { name: 'cluster-device', path: `/cluster?device=${node}:3` },
    { name: 'node', path: `/cluster/nodes/${node}` },
    { name: 'node-unknown', path: '/cluster/nodes/nowhere' },
    { name: 'models', path: '/models' },
    { name: 'models-none-match', path: '/models?search=nothing-is-called-so' },
    { name: 'settings', path: '/settings' },
    ...around,
  ];
}

/** Every page of an installation in which nothing has happened yet. */
export const emptyShots: Shot[] = [
  ...['overview', 'jobs', 'new', 'cluster', 'models', 'settings'].map((name) => ({ name, path: name === 'overview' ? '/' : `/${name}` })),
  ...around,
];

/** Light and dark, in English, as large as a laptop's screen. */
export const mainViews: [string, View][] = [
  ['light', { theme: 'light' }],
  ['dark', { theme: 'dark' }],
];

/** Every theme, language and width. */
export const allViews: [string, View][] = (['light', 'dark'] as const).flatMap((theme) =>
  (['en', 'zh'] as const).flatMap((language) =>
    [1440, 390].map((width): [string, View] => [
      `${width}-${theme}-${language}`,
      { theme, language, width, height: width === 390 ? 844 : 900 },
    ]),
  ),
);

/** What has this name, in either language, is pressed. */
function press(name: RegExp | string) {
  return (page: Page) => page.getByRole('button', { name }).or(page.getByRole('radio', { name })).first().click();
}

function pressIfThere(name: RegExp) {
  return async (page: Page) => {
    const button = page.getByRole('button', { name });
    if (await button.isVisible()) await button.click();
  };
}

function fill(label: RegExp, text: string) {
  return (page: Page) => page.getByRole('textbox', { name: label }).first().fill(text);
}
