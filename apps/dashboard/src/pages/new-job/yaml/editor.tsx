import { autocompletion, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { forEachDiagnostic, lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap } from '@codemirror/view';
import type { AppError } from '@massif/contracts';
import { Button, InlineCode } from '@massif/ui';
import { basicSetup } from 'codemirror';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useProblemText, type ProblemWords } from '../problem-words.ts';
import { cursorAt } from './cursor.ts';
import { diagnose } from './diagnose.ts';
import { editorTheme } from './editor-theme.ts';
import { fieldAt, fieldsAt, valuesAt, type FieldHelp } from './schema.ts';

interface YamlEditorProps {
  /** What it begins with, and then what it last told: the editor alone changes its text. */
  text: string;
  onChange(text: string): void;
  /** What the planner says against a text that is right by itself. */
  refusal: AppError | undefined;
  /** How often somebody has asked what is wrong: each time, but for those before it was there, the first problem takes the focus. */
  asks: number;
}

interface ShownProblem extends ProblemWords {
  path: string;
  line: number;
}

/** A line that is half written is no problem yet. */
const restMs = 150;

/** A spec as text: problems at their lines, help on fields, completion from the contract. */
export function YamlEditor({ text, onChange, refusal, asks }: YamlEditorProps) {
  const t = useTranslations('newJob.yaml');
  const problemText = useProblemText();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const [problems, setProblems] = useState<ShownProblem[]>([]);
  const changed = useEffectEvent(onChange);
  const label = useEffectEvent(() => t('label'));
  const begin = useEffectEvent(() => text);

  useEffect(() => {
    const view = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: begin(),
        extensions: [
          basicSetup,
          keymap.of(completionKeymap),
          yaml(),
          lintGutter(),
          autocompletion({ override: [complete], icons: false }),
          hoverTooltip(help),
          editorTheme,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label() }),
          EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, []);

  const mark = useEffectEvent(() => {
    const view = editor.current;
    // What has been written meanwhile is told in a moment; it is no fault of this text, whose places it may not have.
    if (!view || view.state.doc.toString() !== text) return;
    const found = diagnose(text, refusal)
      .map(({ from, to, ...problem }) => ({
        from,
        to,
        line: view.state.doc.lineAt(from).number,
        path: problem.path,
        ...problemText(problem),
      }))
      .toSorted((a, b) => a.from - b.from);
    const diagnostics = found.map(({ from, to, message, fix }): Diagnostic => {
      // Where it is one text, nothing is set as code.
      const whole = fix === undefined ? message : `${message}\n${fix}`;
      return { from, to, severity: 'error', message: whole.replaceAll('`', '') };
    });
    view.dispatch(setDiagnostics(view.state, diagnostics));
    setProblems(found);
  });
  useEffect(() => {
    const timer = setTimeout(mark, restMs);
    return () => clearTimeout(timer);
  }, [text, refusal, problemText]);

  const goToFirst = useEffectEvent(() => {
    mark();
    if (editor.current) goTo(editor.current, 0);
  });
  const [asksBefore] = useState(asks);
  useEffect(() => {
    if (asks > asksBefore) goToFirst();
  }, [asks, asksBefore]);

  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div ref={host} className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface" />
      {problems.length > 0 && (
        <ul aria-label={t('problems')} className="flex flex-col gap-1 text-sm">
          {problems.map(({ line, path, message, fix }, index) => (
            <li key={`${path} ${message}`} className="flex items-baseline gap-2">
              <Button size="sm" onClick={() => editor.current && goTo(editor.current, index)}>
                {t('line', { line })}
              </Button>
              <span className="min-w-0 break-words">
                {path !== '' && <code className="font-mono text-xs">{path} </code>}
                <span className="text-failed">
                  <InlineCode>{message}</InlineCode>
                </span>
                {fix !== undefined && (
                  <span className="text-text-2">
                    {' '}
                    <InlineCode>{fix}</InlineCode>
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** To a problem by its number, where it is by now: the editor moves its marks with the text. */
function goTo(view: EditorView, index: number): void {
  const places: number[] = [];
  forEachDiagnostic(view.state, (_, from) => places.push(from));
  const anchor = places[index];
  if (anchor !== undefined) view.dispatch({ selection: { anchor }, scrollIntoView: true });
  view.focus();
}

function complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const { path, writes, from } = cursorAt(state.doc.toString(), pos);
  if (from === pos && !explicit) return null;
  const options = writes === 'key' ? fieldsAt(path).map(keyCompletion) : valuesAt(path).map((label) => ({ label, type: 'enum' }));
  return options.length === 0 ? null : { from, options };
}

function keyCompletion(field: FieldHelp): Completion {
  const { name, isObject, type, description } = field;
  return {
    label: name,
    apply: isObject ? `${name}:\n` : `${name}: `,
    detail: isObject ? '' : type,
    ...(description !== undefined && { info: description }),
  };
}

/** What the field under the pointer is for. */
function help(view: EditorView, position: number) {
  const line = view.state.doc.lineAt(position);
  const name = /^\s*(?:- +)?["']?([\w-]+)["']?\s*:/.exec(line.text)?.[1];
  if (name === undefined) return null;
  const begin = line.from + line.text.indexOf(name);
  if (position < begin || position > begin + name.length) return null;
  const field = fieldAt([...cursorAt(view.state.doc.toString(), begin).path, name]);
  if (!field) return null;
  return {
    pos: begin,
    end: begin + name.length,
    create: () => ({ dom: helpElement(field) }),
  };
}

function helpElement({ name, type, description, default: byDefault }: FieldHelp): HTMLElement {
  const element = document.createElement('div');
  element.className = 'cm-help';
  const head = document.createElement('code');
  const value = typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault);
  head.textContent = `${name}: ${type}${byDefault === undefined ? '' : ` = ${value}`}`;
  element.append(head);
  if (description !== undefined) {
    const text = document.createElement('p');
    text.textContent = description;
    element.append(text);
  }
  return element;
}
