import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Logo, PageHeader, Segmented, TabList, tabClass, UiProvider } from '../src/index.ts';
import { Actions } from './parts/actions.tsx';
import { Charts } from './parts/charts.tsx';
import { Display } from './parts/display.tsx';
import { Forms } from './parts/forms.tsx';
import { Heat, LargeHeat } from './parts/heat.tsx';
import { Plans } from './parts/plans.tsx';
import { States } from './parts/states.tsx';
import { time, words } from './words.ts';
import './gallery.css';

type Theme = 'light' | 'dark';

const pages = {
  actions: Actions,
  charts: Charts,
  display: Display,
  forms: Forms,
  heat: Heat,
  large: LargeHeat,
  plans: Plans,
  states: States,
};
type Page = keyof typeof pages;

const asked = new URLSearchParams(location.search);
const names = Object.keys(pages) as Page[];
const page = names.find((name) => name === asked.get('page')) ?? 'actions';
const firstTheme: Theme = asked.get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dataset.theme = firstTheme;

function Gallery() {
  const [theme, setTheme] = useState<Theme>(firstTheme);
  const Content = pages[page];
  return (
    <main className="mx-auto flex max-w-7xl flex-col gap-4 p-4 sm:p-6">
      <PageHeader
        title={
          <span className="inline-flex items-center gap-2">
            <Logo /> Gallery
          </span>
        }
        description="Every component and picture, with made-up data."
        actions={
          <Segmented
            label="Theme"
            value={theme}
            options={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            onValueChange={(next) => {
              document.documentElement.dataset.theme = next;
              setTheme(next);
            }}
          />
        }
      />
      <TabList label="Pages">
        {names.map((name) => (
          <a key={name} href={`?page=${name}&theme=${theme}`} aria-current={name === page ? 'page' : undefined} className={tabClass}>
            {name[0]!.toUpperCase() + name.slice(1)}
          </a>
        ))}
      </TabList>
      <Content />
    </main>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <UiProvider words={words} time={time}>
      <Gallery />
    </UiProvider>
  </StrictMode>,
);
