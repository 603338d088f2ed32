import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { PlacedPage, SampleList } from "@/api/samples";
import type { DatasetList, Sample } from "@/api/schema";

/** The network's edge: each request waits until the test lets it through. */
const network = vi.hoisted(() => {
  const waiting: { body: Promise<unknown>; give: (response: Response) => void }[] = [];
  globalThis.fetch = ((request: Request) => new Promise<Response>((give) => waiting.push({ body: request.json().catch(() => null), give }))) as typeof fetch;
  return waiting;
});

const { useReview } = await import("@/api/reviews");

const sample: Sample = { id: "r1", number: 0, row: { id: "r1", text: "t" }, traced: true, decision: null, edited: null };
const page: PlacedPage = { items: [sample, { ...sample, id: "r2", number: 1 }], next: null, scanned: 1, unreadable: 0, cursor: "", previous: null, offset: 0 };
const dataset = { name: "pairs", file: "", format: "", rows: 2, tokens: 0, size: 0, reviewed: { accept: 0, reject: 0, edit: 0 } };
const listKey = ["runs", "samples", "run", "pairs", {}];
const datasetsKey = ["runs", "datasets", "run"];

const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity }, mutations: { networkMode: "always" } } });
const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
const decisions = () => client.getQueryData<SampleList>(listKey)?.pages[0]?.items.map(({ decision }) => decision);
const counts = () => client.getQueryData<DatasetList>(datasetsKey)?.items[0]?.reviewed;

describe("useReview", () => {
  beforeEach(() => {
    network.length = 0;
    client.setQueryData<SampleList>(listKey, { pages: [page], pageParams: [""] });
    client.setQueryData<DatasetList>(datasetsKey, { items: [dataset], stages: [] });
  });

  const reviewer = () => {
    const { result } = renderHook(() => useReview("run", "pairs"), { wrapper });
    return () => result.current.mutateAsync({ sample, decisions: [{ row: "r1", decision: "accept", note: "" }] });
  };

  it("shows a decision before the service has answered", async () => {
    const accept = reviewer();
    const done = accept();
    await waitFor(() => expect(decisions()).toEqual(["accept", null]));
    expect(counts()).toEqual({ accept: 1, reject: 0, edit: 0 });
    expect(await network[0]?.body).toEqual({ dataset: "pairs", decisions: [{ row: "r1", decision: "accept", note: "" }] });
    network[0]?.give(Response.json({ decided: 1 }, { status: 201 }));
    await done;
    expect(decisions()).toEqual(["accept", null]);
  });

  it("takes it back when the service could not keep it", async () => {
    const accept = reviewer();
    const done = accept();
    await waitFor(() => expect(network).toHaveLength(1));
    network[0]?.give(Response.json({ title: "Disk", detail: "the disk is full", status: 503, code: "storage" }, { status: 503 }));
    await expect(done).rejects.toThrow("the disk is full");
    expect(decisions()).toEqual([null, null]);
    expect(counts()).toEqual({ accept: 0, reject: 0, edit: 0 });
  });
});
