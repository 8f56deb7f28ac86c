/** Something the user can repair: its message is one sentence that says how, and it is shown without a stack. */
export class SetupProblem extends Error {
  /**
   * @param {string} message
   * @param {{ exitCode?: number, detail?: string }} [options] detail: output of the command that failed
   */
  constructor(message, { exitCode = 4, detail = '' } = {}) {
    super(message);
    this.exitCode = exitCode;
    this.detail = detail;
  }
}

/** The user or the system asked to stop (Ctrl-C, SIGTERM, a closed terminal). */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
  }
}

/** Rows of the catalogue of errors. */
const kinds = {
  setup_failed: { title: 'The checkout could not be set up', status: 500, retryable: true },
  interrupted: { title: 'Interrupted', status: 503, retryable: true },
  internal: { title: 'Internal error', status: 500, retryable: false },
};

/**
 * An error of the bootstrap in the form that every command has with `--json`. Written here once more: `packages/contracts`
 * cannot be loaded before its own packages are installed.
 * @param {unknown} error
 */
export function toProblem(error) {
  const code = error instanceof SetupProblem ? 'setup_failed' : error instanceof Interrupted ? 'interrupted' : 'internal';
  return {
    ...kinds[code],
    type: `urn:massif:error:${code}`,
    code,
    detail: error instanceof Error ? error.message : String(error),
    errors: [],
    ...(error instanceof SetupProblem && error.detail ? { output: error.detail } : {}),
  };
}
