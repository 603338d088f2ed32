import { answer, service } from "@/api/client";
import { isProblemWith } from "@/api/problems";
import { makeFolder } from "@/api/files";
import type { Upload, UploadRequest } from "@/api/schema";

/** A piece that takes longer counts as broken off. What arrived of it stays, so even a slow line gets ahead. */
const PIECE_TIMEOUT = 90_000;

/** What sending files needs of the service. Tests give one that breaks. */
export interface UploadTransport {
  begin: (wish: UploadRequest, signal: AbortSignal) => Promise<Upload>;
  /** How much has arrived. */
  find: (id: string, signal: AbortSignal) => Promise<Upload>;
  send: (id: string, offset: number, bytes: ArrayBuffer, signal: AbortSignal) => Promise<Upload>;
  forget: (id: string) => Promise<void>;
  /** Where there is one already, all is well. */
  makeFolder: (root: UploadRequest["root"], path: string) => Promise<unknown>;
}

const at = (id: string) => ({ path: { upload_id: id } });

export const uploadTransport: UploadTransport = {
  begin: (wish, signal) => answer(service.POST("/api/uploads", { body: wish, signal })),
  find: (id, signal) => answer(service.GET("/api/uploads/{upload_id}", { params: at(id), signal })),
  send: (id, offset, bytes, signal) =>
    answer(
      service.PATCH("/api/uploads/{upload_id}", {
        params: { ...at(id), header: { "upload-offset": offset } },
        body: bytes as never, // the contract says "bytes", for which its generated type has no word
        bodySerializer: (body: unknown) => body as ArrayBuffer,
        headers: { "Content-Type": "application/octet-stream" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(PIECE_TIMEOUT)]),
      }),
    ),
  forget: async (id) => {
    await answer(service.DELETE("/api/uploads/{upload_id}", { params: at(id) }));
  },
  makeFolder: async (root, path) => {
    try {
      await makeFolder(root, path);
    } catch (error) {
      if (!isProblemWith(error, "exists")) throw error;
      await answer(service.GET("/api/files/{root}", { params: { path: { root }, query: { path, limit: 1 } } })); // refused when it is a file
    }
  },
};
