import { isProblemWith, ProblemError } from "@/api/problems";
import type { Upload, UploadRequest } from "@/api/schema";
import type { UploadTransport } from "@/api/uploads";

const PIECE_BYTES = 4 << 20;

/** The file cannot be read any more, here and not there. */
class UnreadableFileError extends Error {}

export interface Patience {
  signal: AbortSignal;
  /** The connection is broken, with what it said; undefined: it goes on. */
  onAway: (error: unknown) => void;
  /** Wait before the next try; ends early when the signal does. */
  wait: (tries: number, signal: AbortSignal) => Promise<void>;
}

export interface Sending extends Patience {
  transport: UploadTransport;
  file: Blob;
  wish: UploadRequest;
  /** Of an earlier try, to go on with. */
  uploadId: string;
  pieceBytes?: number;
  /** Bytes that the service says have arrived. */
  onProgress: (upload: Upload) => void;
}

/**
 * Send a file in pieces, and ask where to go on after whatever broke: connection, service, or another request in the way.
 *
 * @throws ProblemError for what the service refuses, UnreadableFileError, and the signal's reason when it was cancelled.
 */
export async function sendFile(sending: Sending): Promise<Upload> {
  const { transport, wish, signal } = sending;
  let upload = await find(sending, sending.uploadId);
  upload ??= await patiently(sending, () => transport.begin(wish, signal));
  for (;;) {
    sending.onProgress(upload);
    if (upload.complete) return upload;
    upload = await sendPiece(sending, upload);
  }
}

/** One piece further; after trouble, wherever the service says that the upload is. */
async function sendPiece(sending: Sending, upload: Upload): Promise<Upload> {
  const { transport, wish, signal, pieceBytes = PIECE_BYTES } = sending;
  const bytes = await read(sending.file, upload.offset, pieceBytes);
  try {
    return await transport.send(upload.id, upload.offset, bytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isPassing(error) && !isProblemWith(error, "wrong-offset", "no-upload")) throw error;
    if (isPassing(error)) await pause(sending, error, 0);
    const found = await find(sending, upload.id);
    return found ?? (await patiently(sending, () => transport.begin(wish, signal)));
  }
}

/** The upload, or nothing when the service does not know it (any more). */
async function find(sending: Sending, id: string): Promise<Upload | undefined> {
  if (!id) return undefined;
  try {
    return await patiently(sending, () => sending.transport.find(id, sending.signal));
  } catch (error) {
    if (isProblemWith(error, "no-upload")) return undefined;
    throw error;
  }
}

/** Ask again for as long as the service is away: whoever restarts it finds the upload going on by itself. */
export async function patiently<T>(patience: Patience, ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      const given = await ask();
      if (tries > 0) patience.onAway(undefined);
      return given;
    } catch (error) {
      patience.signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      await pause(patience, error, tries);
    }
  }
}

async function pause({ onAway, wait, signal }: Patience, error: unknown, tries: number): Promise<void> {
  onAway(error);
  await wait(tries, signal);
  signal.throwIfAborted();
}

/** Nobody answered, or somebody who says to try again later. */
const isPassing = (error: unknown): boolean => error instanceof ProblemError && (error.status === 0 || error.status >= 502 || error.code === "busy");

/** Read before it is sent: a request that fails would not say whether the file or the connection broke. */
async function read(file: Blob, offset: number, length: number): Promise<ArrayBuffer> {
  let bytes: ArrayBuffer;
  try {
    bytes = await file.slice(offset, offset + length).arrayBuffer();
  } catch {
    throw new UnreadableFileError("the file was changed, moved or locked since you chose it: choose it again");
  }
  if (bytes.byteLength === 0 && offset < file.size) throw new UnreadableFileError("the file is shorter than it was: choose it again");
  return bytes;
}
