import type { FieldError } from '@massif/contracts';
import { InlineCode } from '@massif/ui';
import { useProblemText } from '../problem-words.ts';

/** What is wrong with a field, and what to write instead. */
export function ProblemText({ problem }: { problem: FieldError }) {
  const { message, fix } = useProblemText()(problem);
  return (
    <>
      <InlineCode>{message}</InlineCode>
      {fix !== undefined && (
        <span className="block">
          <InlineCode>{fix}</InlineCode>
        </span>
      )}
    </>
  );
}
