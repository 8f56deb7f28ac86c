import type { FieldError } from '@massif/contracts';
import { useProblemText } from '../problem-words.ts';

/** What is wrong with a field, and what to write instead. */
export function ProblemText({ problem }: { problem: FieldError }) {
  const { message, fix } = useProblemText()(problem);
  return (
    <>
      {message}
      {fix !== undefined && <span className="block">{fix}</span>}
    </>
  );
}
