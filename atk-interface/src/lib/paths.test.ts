import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePath, endingOf, isModelHere, isWithin, joinPath, nameOf, nameOfModel, parentOf, stepsTo, tidyPath } from "@/lib/paths";

const name = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((text) => !text.includes("/") && text.trim() === text && text !== ".");
const names = fc.array(name, { minLength: 1, maxLength: 6 });

describe("paths", () => {
  it("come apart into parent and name, and go together again", () => {
    fc.assert(
      fc.property(names, (parts) => {
        const path = joinPath(...parts);
        expect(joinPath(parentOf(path), nameOf(path))).toBe(path);
        expect(isWithin(path, parentOf(path))).toBe(true);
      }),
    );
  });

  it("survive the address, whatever the names hold", () => {
    fc.assert(
      fc.property(names, (parts) => {
        const back = encodePath(joinPath(...parts)).split("/").map(decodeURIComponent);
        expect(back).toEqual(parts);
      }),
    );
    expect(encodePath("50% off/what?#1.txt")).toBe("50%25%20off/what%3F%231.txt");
  });

  it("have a step for each folder on the way", () => {
    expect(stepsTo("a/b/c")).toEqual([
      { name: "a", path: "a" },
      { name: "b", path: "a/b" },
      { name: "c", path: "a/b/c" },
    ]);
    expect(stepsTo("runs/one/datasets", "runs/one")).toEqual([{ name: "datasets", path: "runs/one/datasets" }]);
    expect(stepsTo("runs/one", "runs/one")).toEqual([]);
    expect(stepsTo("")).toEqual([]);
  });

  it("know their neighbours from what lies in them", () => {
    expect(isWithin("books-old/a", "books")).toBe(false);
    expect(isWithin("books", "books")).toBe(true);
    expect(isWithin("anything", "")).toBe(true);
  });

  it("have an ending, or none", () => {
    expect(["a.tar.GZ", "Makefile", ".hidden", "a."].map(endingOf)).toEqual(["gz", "", "", ""]);
  });

  it("name a model by the training that made it", () => {
    expect(["outputs/train/lamp/model", "models/keeper.gguf", "Some/Base-0.6B", "model"].map(nameOfModel)).toEqual(["lamp", "keeper.gguf", "Base-0.6B", "model"]);
    expect(["outputs/lamp/model", "Some/outputs"].map(isModelHere)).toEqual([true, false]);
  });

  it("are tidied as they are typed", () => {
    expect(tidyPath("/ books //./emma /")).toBe("books/emma");
  });
});
