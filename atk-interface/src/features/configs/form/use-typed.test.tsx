import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import { useTyped } from "@/features/configs/form/use-typed";

afterEach(cleanup);

/** A number over a text that others change too. */
function Length() {
  const [value, setValue] = useState("300");
  const typed = useTyped({ shown: value, read: (text) => (/^\d+$/.test(text) ? { ok: true, value: text } : { ok: false, reason: "no number" }), show: (text) => text, commit: setValue });
  return (
    <>
      <input aria-label="Length" value={typed.text} onChange={(event) => typed.change(event.target.value)} />
      <button type="button" onClick={() => setValue("300")}>
        Undo
      </button>
      <p role="status">{typed.reason}</p>
    </>
  );
}

it("shows what undoing brought back, not what was typed before", async () => {
  const user = userEvent.setup();
  render(<Length />);
  const field = screen.getByRole("textbox");
  await user.type(field, "5");
  expect(field).toHaveProperty("value", "3005");
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(field).toHaveProperty("value", "300");
});

it("keeps what makes no value yet as it was typed", async () => {
  const user = userEvent.setup();
  render(<Length />);
  await user.type(screen.getByRole("textbox"), "x");
  expect(screen.getByRole("textbox")).toHaveProperty("value", "300x");
  expect(screen.getByRole("status").textContent).toBe("no number");
});
