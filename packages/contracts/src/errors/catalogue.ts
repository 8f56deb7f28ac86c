/** One row of the error catalogue; `docs/errors.md` is made from these. */
export interface ErrorEntry {
  /** HTTP status. */
  status: number;
  /** True when the same request, or another attempt of the same job, may succeed without a change by the user. */
  retryable: boolean;
  /** Short, the same for every occurrence: RFC 9457 `title`. */
  title: string;
  /** What happened. */
  meaning: string;
  /** What to do about it. */
  fix: string;
}

/**
 * Every code that a user, a client or a job's `reason` can carry. A code is never renamed: clients branch on it.
 * Groups in order: bad input, what is not there, access, conflicts, limits, jobs that failed, this installation, ourselves.
 */
export const errorCatalogue = {
  invalid_spec: {
    status: 422,
    retryable: false,
    title: 'The input is not valid',
    meaning: 'Fields of a job spec, or of another request, are missing, unknown, of the wrong type, out of range, or do not fit together.',
    fix: 'Correct every field in `errors`: each entry has its path, what is wrong and what to write instead.',
  },
  malformed_body: {
    status: 400,
    retryable: false,
    title: 'The text cannot be read',
    meaning: 'The body or file is not well-formed YAML or JSON, has a key twice, or is nested too deeply.',
    fix: 'Correct the text at the line and column in the message.',
  },
  body_too_large: {
    status: 413,
    retryable: false,
    title: 'The body is too large',
    meaning: 'The request body or job spec is larger than this route accepts.',
    fix: 'Send less; data belongs into files that the spec names.',
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    title: 'The content type is not known',
    meaning: 'The route does not read bodies of this content type.',
    fix: 'Send application/json or application/yaml.',
  },
  not_acceptable: {
    status: 406,
    retryable: false,
    title: 'No acceptable form',
    meaning: 'The route cannot answer in any of the forms that `Accept` names.',
    fix: 'Accept application/json, or text/event-stream where the route streams.',
  },
  invalid_cursor: {
    status: 400,
    retryable: false,
    title: 'The cursor is not valid',
    meaning: 'The `cursor` was not made by this list, or was made with other filters.',
    fix: 'Take `nextCursor` of the page before as it is, or start without a cursor.',
  },
  not_supported: {
    status: 422,
    retryable: false,
    title: 'Not supported by this version',
    meaning: 'The request is valid, but asks for something that this version does not build yet.',
    fix: 'Use one of the supported values that the message names.',
  },
  not_enough_devices: {
    status: 422,
    retryable: false,
    title: 'Not enough devices',
    meaning: 'The job needs more devices of a type than this installation has, even if all of them were free.',
    fix: 'Lower `resources.devices`, choose another `resources.deviceType`, or add nodes; `massif nodes` shows what is there.',
  },
  does_not_fit: {
    status: 422,
    retryable: false,
    title: 'The job does not fit into memory',
    meaning: 'No layout that can run here holds the model, its optimizer state and activations in the memory of a device.',
    fix: 'Use a smaller model, `training.sequence` or micro-batch, raise `resources.memoryPerDevice`, or use more devices.',
  },
  device_unavailable: {
    status: 422,
    retryable: false,
    title: 'The device is not available',
    meaning: 'The requested kind of device does not exist on this machine.',
    fix: 'Use a device that exists: `cpu` always does.',
  },
  data_path_forbidden: {
    status: 422,
    retryable: false,
    title: 'The path is not allowed',
    meaning:
      'A job submitted over REST may only name uploads, datasets, known packages, and paths under roots that an administrator allowed.',
    fix: 'Submit with the `massif` CLI, which uploads local files; name the model of an earlier job as `model: { job: ID }`; or have an administrator list the directory in MASSIF_DATA_ROOTS when the control plane is started.',
  },
  data_not_found: {
    status: 422,
    retryable: false,
    title: 'The data was not found',
    meaning: 'A file, directory, upload, dataset or package that the job names does not exist.',
    fix: 'Check the name; with `--local`, paths are relative to the spec file.',
  },
  data_unreadable: {
    status: 422,
    retryable: false,
    title: 'The data cannot be read',
    meaning: 'A file that the job names exists but cannot be read: permissions, a directory in place of a file, an input/output error.',
    fix: 'Make the file readable for the user that runs Massif.',
  },
  data_invalid: {
    status: 422,
    retryable: false,
    title: 'The data cannot be used',
    meaning: 'The data was read but is malformed, empty, too short for one sample, or holds tokens outside the vocabulary.',
    fix: 'Correct the data at the place in the message, or the sizes that it does not fit to.',
  },
  model_not_found: {
    status: 422,
    retryable: false,
    title: 'The model was not found',
    meaning:
      'No catalogue model has this name or alias, the model directory or one of its files does not exist, or the job has no model (yet).',
    fix: 'Use a name from `GET /api/v1/models`, an existing Hugging Face directory, or the id of a job that has succeeded.',
  },
  model_invalid: {
    status: 422,
    retryable: false,
    title: 'The model cannot be used',
    meaning: 'A config, weight file or tokenizer is malformed, or its sizes do not fit together.',
    fix: 'Correct the field, tensor or file in the message.',
  },
  model_exists: {
    status: 409,
    retryable: false,
    title: 'A model is there already',
    meaning: 'The target directory holds something that must not be replaced.',
    fix: 'Export to another directory.',
  },
  out_dir_not_empty: {
    status: 409,
    retryable: false,
    title: 'The output directory is not empty',
    meaning: '`--out` replaces a directory that Massif wrote, and no other non-empty one.',
    fix: 'Choose another directory, or empty this one.',
  },
  not_found: {
    status: 404,
    retryable: false,
    title: 'Not found',
    meaning: 'There is no such thing, or it is not yours to see.',
    fix: 'Check the id; lists show what you can see.',
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    title: 'The method is not allowed',
    meaning: 'The address exists, but not with this HTTP method.',
    fix: 'See /docs for the methods of each address.',
  },
  unauthorized: {
    status: 401,
    retryable: false,
    title: 'No valid token',
    meaning: 'The request carries no API token, or one that is unknown, revoked or expired.',
    fix: 'Send `Authorization: Bearer TOKEN`; `massif token create` makes one.',
  },
  forbidden: {
    status: 403,
    retryable: false,
    title: 'Not permitted',
    meaning: 'The token is valid, but does not permit this.',
    fix: 'Use a token with the permission that the message names.',
  },
  conflict: {
    status: 409,
    retryable: false,
    title: 'The state does not allow this',
    meaning: 'The resource is in a state in which this cannot be done, or was changed by somebody else meanwhile.',
    fix: 'Read the resource again and decide anew.',
  },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    title: 'The idempotency key was used for another request',
    meaning: 'The same `Idempotency-Key` came within 24 hours with another body.',
    fix: 'Use a new key for a new request.',
  },
  attempt_fenced: {
    status: 409,
    retryable: false,
    title: 'The attempt is over',
    meaning: 'A rank or supervisor of an attempt that is no longer the current one tried to report or commit.',
    fix: 'Nothing to do: the current attempt goes on. The old one ends itself.',
  },
  rate_limited: {
    status: 429,
    retryable: true,
    title: 'Too many requests',
    meaning: 'This client sends more than the installation accepts.',
    fix: 'Wait for the time in `Retry-After`.',
  },
  rank_failed: {
    status: 500,
    retryable: true,
    title: 'A rank failed',
    meaning: 'A process of the gang ended with an error, so the whole gang was ended.',
    fix: 'See `massif logs`. The job is tried again from its last checkpoint until `limits.maxRestarts`.',
  },
  gang_lost: {
    status: 500,
    retryable: true,
    title: 'The gang was lost',
    meaning: 'The processes of an attempt disappeared without a word: killed, or their node went away.',
    fix: 'Nothing to do: the job resumes from its last checkpoint in a new attempt.',
  },
  gang_silent: {
    status: 500,
    retryable: true,
    title: 'The gang went silent',
    meaning: 'The supervisor of an attempt lived but was not heard of for a minute while the API could be reached, so the gang was ended.',
    fix: 'Nothing to do: the job resumes from its last checkpoint in a new attempt.',
  },
  gang_stalled: {
    status: 500,
    retryable: true,
    title: 'The gang made no progress',
    meaning: 'An attempt that had begun to train reported no further step for an hour and a thousand times as long as its steps take.',
    fix: 'Nothing to do: the job resumes from its last checkpoint in a new attempt. See `massif logs` if it happens again.',
  },
  gang_stopped: {
    status: 500,
    retryable: true,
    title: 'The gang was asked to leave',
    meaning: 'The attempt wrote a checkpoint and left because it was asked to.',
    fix: 'Nothing to do: the job resumes from that checkpoint in a new attempt.',
  },
  too_many_restarts: {
    status: 500,
    retryable: false,
    title: 'Too many restarts',
    meaning: 'The job was lost or failed more often than `limits.maxRestarts` allows.',
    fix: 'See the reasons of its attempts; correct the cause or raise `limits.maxRestarts`.',
  },
  max_duration_exceeded: {
    status: 500,
    retryable: false,
    title: 'The job ran too long',
    meaning:
      'The attempts of the job together ran longer than `limits.maxDuration`. Waiting, and time when nothing of it ran, do not count.',
    fix: 'Raise `limits.maxDuration`, or train fewer steps.',
  },
  nan_loss: {
    status: 500,
    retryable: false,
    title: 'The loss is not finite',
    meaning: 'The loss or the gradient norm became NaN or infinite, so the run cannot recover.',
    fix: 'Use a lower learning rate, a longer warm-up or a smaller gradientClip, and check the data.',
  },
  storage_failed: {
    status: 500,
    retryable: false,
    title: 'A file cannot be written',
    meaning:
      'The disk is full, broken, or does not permit to write where Massif keeps checkpoints, models, prepared data or its own state.',
    fix: 'Free space or correct the permissions of the path in the message, then submit the job again.',
  },
  checkpoint_invalid: {
    status: 500,
    retryable: false,
    title: 'The checkpoint cannot be used',
    meaning: 'A checkpoint is damaged, incomplete, or belongs to a run with another model, data or optimizer.',
    fix: 'Resume from another checkpoint, or start again.',
  },
  device_out_of_memory: {
    status: 500,
    retryable: false,
    title: 'The device is out of memory',
    meaning: 'A device could not allocate what the program needs, or the job reached its `resources.memoryPerDevice`.',
    fix: 'Use a smaller micro-batch, sequence or model, or more devices.',
  },
  device_closed: {
    status: 500,
    retryable: true,
    title: 'The device was closed',
    meaning: 'Work was submitted to a device that was already closed.',
    fix: 'Nothing to do: the attempt is tried again.',
  },
  device_aborted: {
    status: 500,
    retryable: true,
    title: 'The work was aborted',
    meaning: 'Work on a device was ended before it was finished because the attempt is ending.',
    fix: 'Nothing to do: the attempt is tried again.',
  },
  invalid_binding: {
    status: 500,
    retryable: false,
    title: 'A program got wrong buffers',
    meaning: 'A compiled program was run with buffers of the wrong type or size: a fault in Massif.',
    fix: 'Report it with the job spec.',
  },
  compiler_missing: {
    status: 503,
    retryable: false,
    title: 'No C++ compiler',
    meaning: 'The CPU device compiles its kernels, and found no C++ compiler on this machine.',
    fix: 'Install g++ or clang++ (for example `apt install g++`), or name one in CXX.',
  },
  compile_failed: {
    status: 500,
    retryable: false,
    title: 'A kernel did not compile',
    meaning: 'The C++ compiler of this machine refused a kernel.',
    fix: 'Try another compiler with CXX, and report the output in the message.',
  },
  library_unloadable: {
    status: 500,
    retryable: false,
    title: 'A native library cannot be loaded',
    meaning: 'A compiled kernel cannot be loaded: the cache directory does not permit execution, or the file is damaged.',
    fix: 'Delete the cache directory, or choose one that permits execution with XDG_CACHE_HOME.',
  },
  service_unavailable: {
    status: 503,
    retryable: true,
    title: 'Not available now',
    meaning: 'The database or another part of the control plane cannot be reached at the moment.',
    fix: 'Try again shortly; running jobs go on meanwhile.',
  },
  control_plane_unreachable: {
    status: 503,
    retryable: true,
    title: 'The control plane cannot be reached',
    meaning: 'Nothing answers at the address of the API.',
    fix: 'Start it with `massif up` (or `npm start`), or set MASSIF_URL to where it runs.',
  },
  setup_failed: {
    status: 500,
    retryable: true,
    title: 'The checkout could not be set up',
    meaning: 'Node.js, the packages or the database client, which the first command installs, could not be installed.',
    fix: 'See `output` for what the installer said; check the network and `npm config get registry`, then run the command again.',
  },
  interrupted: {
    status: 503,
    retryable: true,
    title: 'Interrupted',
    meaning: 'The command was ended by Ctrl-C or a signal.',
    fix: 'Start it again; a job of the control plane goes on and can be followed with `massif logs -f`.',
  },
  internal: {
    status: 500,
    retryable: false,
    title: 'Internal error',
    meaning: 'Something that should never happen did: a fault in Massif.',
    fix: 'Report it with the `requestId`; the log has the details.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

/** Whether a string, for example from another process, is a code of the catalogue. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
}

/** Whether another try may succeed without a change by the user; unknown codes may not. */
export function isRetryable(code: string): boolean {
  return isErrorCode(code) && errorCatalogue[code].retryable;
}
