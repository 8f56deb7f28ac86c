/** Why a file is nothing to learn from; undefined for UTF-8 text. A long one is read to its end, before it is sent. */
export async function problemOfText(file: Blob): Promise<'isEmpty' | 'notText' | undefined> {
  if (file.size === 0) return 'isEmpty';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = file.stream().getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) decoder.decode(chunk.value, { stream: true });
    decoder.decode();
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return 'notText';
    throw error;
  } finally {
    await reader.cancel();
  }
}
