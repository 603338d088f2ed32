import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { useAllShortcuts } from "@/lib/shortcuts";

/** The keys that work on the page as it is now. */
export default function Help({ onClose }: { onClose: () => void }) {
  const groups = useAllShortcuts().filter(({ shortcuts }) => shortcuts.length > 0);
  return (
    <Dialog open onOpenChange={onClose} wide title="Keys" description="Those of the page that is open, and those that work everywhere. Press keys that stand apart one after the other.">
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.toReversed().map(({ name, shortcuts }) => (
          <section key={name}>
            <h3 className="mb-2 font-semibold">{name}</h3>
            <dl className="flex flex-col gap-1.5">
              {shortcuts.map(({ keys, label }) => (
                <div key={keys} className="flex items-center justify-between gap-4">
                  <dt className="text-soft">{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="mt-6 border-t border-line pt-4 text-sm text-soft">
        Guides are in the folder docs of the project: docs/quickstart.md to begin, docs/config.md for configs, docs/write-a-pipeline.md for pipelines of your own.
      </p>
    </Dialog>
  );
}
