import { fakeService, problem } from "@/test/fake-service";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { cleanup, renderHook, waitFor, act } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { jobQuery, useCancelJob, useStartJob } from "@/api/jobs";
import { newQueryClient } from "@/api/queries";
import type { Job, State } from "@/api/schema";

const job = (state: State, result: Job["result"] = null): Job => ({ id: "0123456789abcdef01234567", kind: "estimate", state, message: "", created: 1, started: 1, ended: 0, result });

afterEach(cleanup);

function jobs() {
  const client = newQueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  return renderHook(({ id }: { id: string }) => ({ start: useStartJob(), cancel: useCancelJob(), job: useQuery(jobQuery(id)) }), { wrapper, initialProps: { id: "" } });
}

describe("a job", () => {
  it("is asked for until it has ended, and not any more then", async () => {
    const answers: Job[] = [job("running"), job("running"), job("completed", { records: 3 })];
    const { asked } = fakeService({
      "POST /api/jobs": () => job("queued"),
      "GET /api/jobs/0123456789abcdef01234567": () => answers.shift() ?? job("completed", { records: 99 }),
    });
    const page = jobs();
    await act(() => page.result.current.start.mutateAsync({ kind: "estimate", text: "pipeline: a\n", records: 10 }));
    expect(asked).toEqual([{ call: "POST /api/jobs", body: { kind: "estimate", text: "pipeline: a\n", records: 10, config: "" } }]);
    page.rerender({ id: job("queued").id });
    expect(page.result.current.job.data?.state).toBe("queued");
    await waitFor(() => expect(page.result.current.job.data?.state).toBe("completed"), { timeout: 5_000 });
    expect(page.result.current.job.data?.result).toEqual({ records: 3 });
    await new Promise((done) => setTimeout(done, 900));
    expect(asked.filter(({ call }) => call.startsWith("GET"))).toHaveLength(3);
  });

  it("that cannot be started says why", async () => {
    fakeService({ "POST /api/jobs": () => problem(422, "plain-secret", "the config holds a key in plain text") });
    const page = jobs();
    await act(() => page.result.current.start.mutateAsync({ kind: "preview", text: "", records: 5 }).catch(() => undefined));
    await waitFor(() => expect(page.result.current.start.error?.message).toBe("the config holds a key in plain text"));
  });

  it("is cancelled at once", async () => {
    fakeService({
      "GET /api/jobs/0123456789abcdef01234567": () => job("running"),
      "POST /api/jobs/0123456789abcdef01234567/cancel": () => job("cancelled"),
    });
    const page = jobs();
    page.rerender({ id: job("running").id });
    await waitFor(() => expect(page.result.current.job.data?.state).toBe("running"));
    await act(() => page.result.current.cancel.mutateAsync(job("running").id));
    await waitFor(() => expect(page.result.current.job.data?.state).toBe("cancelled"));
  });
});
