import { AppError, problemToError, type Upload } from '@massif/contracts';
import { client } from '../../../api/client.ts';

/** The largest file whose content is compared before it is sent: it has to be in memory for that. */
const comparedBytesMax = 256 * 2 ** 20;

/**
 * Sends a file, unless the project has it already. `fetch` does not say how far it is, so this is a request of the old kind.
 * @param onProgress the share that was sent, 0 to 1
 * @throws AppError as the API answered, `control_plane_unreachable`, or `interrupted` when `signal` was aborted
 */
export async function uploadFile(
  file: File,
  { onProgress, signal }: { onProgress(share: number): void; signal: AbortSignal },
): Promise<Upload> {
  const known = await findUpload(file, signal);
  if (known) return known;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onload = () => (request.status < 300 ? resolve(request.response as Upload) : reject(problemToError(request.response)));
    request.onerror = () => reject(new AppError('control_plane_unreachable', `The control plane does not answer at ${location.origin}`));
    request.onabort = () => reject(new AppError('interrupted', 'The upload was stopped'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

async function findUpload(file: File, signal: AbortSignal): Promise<Upload | null> {
  // Only secure contexts have a digest.
  if (!window.isSecureContext || file.size > comparedBytesMax) return null;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return client.uploads.find({ name: file.name, sha256 }, { signal });
}
