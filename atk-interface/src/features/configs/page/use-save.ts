import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { configQuery, useSaveConfig } from "@/api/configs";
import { isProblemWith } from "@/api/problems";
import type { StoredConfig } from "@/api/schema";
import { toastProblem } from "@/components/toasts";
import type { ConfigDocument } from "@/features/configs/document/document";
import type { DocumentCommands } from "@/features/configs/document/use-config-document";

/** What somebody else has made of the config; null when they deleted it. */
export interface Clash {
  readonly theirs: StoredConfig | null;
}

export interface Saving {
  /** Whether the service has the text now. */
  readonly save: () => Promise<boolean>;
  readonly busy: boolean;
  readonly clash: Clash | null;
  readonly takeTheirs: () => void;
  readonly keepMine: () => Promise<void>;
  readonly decideLater: () => void;
}

/** Stores the text over the version that it began with. When somebody has changed it meanwhile, asks whose counts. */
export function useSave(path: string, document: ConfigDocument, commands: DocumentCommands): Saving {
  const client = useQueryClient();
  const { mutateAsync, isPending } = useSaveConfig();
  const [clash, setClash] = useState<Clash | null>(null);

  const store = async (version: string | null): Promise<void> => {
    const stored = await mutateAsync({ path, text: document.text, version });
    commands.stored(stored);
    client.setQueryData(configQuery(path).queryKey, stored);
  };
  const readTheirs = (): Promise<StoredConfig | null> =>
    client.query({ ...configQuery(path), staleTime: 0 }).catch((error: unknown) => {
      if (isProblemWith(error, "no-such-file")) return null;
      throw error;
    });

  const save = async (): Promise<boolean> => {
    if (isPending) return false;
    try {
      await store(document.saved.version);
      return true;
    } catch (error) {
      if (!isProblemWith(error, "changed")) toastProblem(`${path} is not saved`, error);
      else await readTheirs().then((theirs) => setClash({ theirs }), (failure: unknown) => toastProblem(`${path} is not saved`, failure));
      return false;
    }
  };
  return {
    save,
    busy: isPending,
    clash,
    takeTheirs: () => {
      if (clash?.theirs) {
        commands.replace(clash.theirs.text);
        commands.stored(clash.theirs);
      }
      setClash(null);
    },
    keepMine: async () => {
      await store(clash?.theirs?.version ?? null);
      setClash(null);
    },
    decideLater: () => setClash(null),
  };
}
