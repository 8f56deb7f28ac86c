import { autocompletion, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap } from '@codemirror/view';
import type { AppError } from '@massif/contracts';
import { basicSetup } from 'codemirror';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useProblemText } from '../problem-words.ts';
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
}

/** A line that is half written is no problem yet. */
const restMs = 150;

/** A spec as text: problems at their lines, help on fields, completion from the contract. */
export function YamlEditor({ text, onChange, refusal }: YamlEditorProps) {
  const t = useTranslations('newJob.yaml');
  const problemText = useProblemText();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
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

  useEffect(() => {
    const timer = setTimeout(() => {
      const view = editor.current;
      // What has been written meanwhile is told in a moment; it is no fault of this text, whose places it may not have.
      if (!view || view.state.doc.toString() !== text) return;
      const diagnostics = diagnose(text, refusal).map((problem): Diagnostic => {
        const { message, fix } = problemText(problem);
        return { from: problem.from, to: problem.to, severity: 'error', message: fix === undefined ? message : `${message}\n${fix}` };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    }, restMs);
    return () => clearTimeout(timer);
  }, [text, refusal, problemText]);

  return <div ref={host} className="h-[36rem] min-w-0 overflow-hidden rounded-lg border border-line bg-surface" />;
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
