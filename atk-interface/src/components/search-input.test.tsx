import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SearchInput } from "@/components/search-input";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const field = () => screen.getByRole<HTMLInputElement>("searchbox");
const type = (value: string) => fireEvent.change(field(), { target: { value } });

it("counts when the typing rests, or with Enter", () => {
  const onChange = vi.fn();
  render(<SearchInput aria-label="Find" value="" onChange={onChange} />);
  type("a");
  vi.advanceTimersByTime(200);
  type("ab");
  vi.advanceTimersByTime(200);
  expect(onChange).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(onChange.mock.calls).toEqual([["ab"]]);
  type("abc");
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(onChange).toHaveBeenLastCalledWith("abc");
});

it("stays empty when it is emptied from elsewhere", () => {
  const onChange = vi.fn();
  const { rerender } = render(<SearchInput aria-label="Find" value="moon" onChange={onChange} />);
  rerender(<SearchInput aria-label="Find" value="" onChange={onChange} />);
  vi.advanceTimersByTime(1_000);
  expect(field().value).toBe("");
  expect(onChange).not.toHaveBeenCalled();
});

it("keeps what is typed while its last text is on the way", () => {
  const onChange = vi.fn();
  const { rerender } = render(<SearchInput aria-label="Find" value="" onChange={onChange} />);
  type("ab");
  fireEvent.keyDown(field(), { key: "Enter" });
  type("abc");
  rerender(<SearchInput aria-label="Find" value="ab" onChange={onChange} />);
  expect(field().value).toBe("abc");
});

it("is emptied by Escape", () => {
  const onChange = vi.fn();
  render(<SearchInput aria-label="Find" value="moon" onChange={onChange} />);
  fireEvent.keyDown(field(), { key: "Escape" });
  expect(onChange.mock.calls).toEqual([[""]]);
});
