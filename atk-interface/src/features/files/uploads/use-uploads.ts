import { useSyncExternalStore } from "react";
import { uploadTransport } from "@/api/uploads";
import { UploadQueue } from "@/features/files/uploads/queue";
import type { UploadItem } from "@/features/files/uploads/upload-item";

/** One for the whole tab. */
export const uploads = new UploadQueue({ transport: uploadTransport });

export const useUploads = (): readonly UploadItem[] => useSyncExternalStore(uploads.subscribe, uploads.snapshot);
