import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../shell/commands.ts';
import { submitCommand, submitCurl } from './command.ts';

describe('a command to copy', () => {
  it('hands the spec over as it is, also when it holds the word that would end it', () => {
    const spec = `name: "it's $HOME"\nEOF\nkind: train`;
    expect(submitCommand(spec)).toBe(`cat > job.yaml <<'EOF_'\n${spec}\nEOF_\nmassif submit -f job.yaml --follow`);
    expect(submitCurl(spec, 'http://127.0.0.1:7700')).toMatch(
      /^curl -X POST http:\/\/127\.0\.0\.1:7700\/api\/v1\/jobs \\\n[^]*<<'EOF_'\n[^]*\nEOF_$/,
    );
  });

  it('names the file after the job', () => {
    expect(submitCommand('kind: train\n', "Moby Dick's")).toContain('massif submit -f Moby-Dick-s.yaml');
    expect(shellQuote("a b'c")).toBe(String.raw`'a b'\''c'`);
  });
});
