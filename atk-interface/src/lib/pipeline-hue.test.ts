import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hueOf } from "./pipeline-hue";

const shipped = [
  "example-pipeline", "debug-pipeline", "pdf-clean-convert-pipeline", "factual-gen-indiv-pipeline", "repvar-pipeline",
  "recall-multi-source-pipeline", "rag-data-pipeline", "correction-pipeline", "generic-data-rephrase-pipeline", "factual-datagen-pipeline",
];

describe("the look of a pipeline", () => {
  it("is the same for its alias and for its folder", () => {
    expect(hueOf("repvar-pipeline")).toEqual(hueOf("generation/core_pipelines/repvar"));
    expect(hueOf("factual-datagen-pipeline")).toEqual(hueOf("generation/core_composition/factual_datagen/"));
  });

  it("tells those that are shipped apart: each has an emblem of its own, and hues lie 20 degrees apart", () => {
    const looks = shipped.map(hueOf);
    expect(new Set(looks.map((look) => look.motif)).size).toBe(shipped.length);
    const hues = looks.map((look) => look.hue).sort((one, other) => one - other);
    hues.forEach((hue, index) => {
      const next = hues[index + 1] ?? (hues[0] ?? 0) + 360;
      expect(next - hue).toBeGreaterThanOrEqual(20);
    });
  });

  it("is always the same for the same name, and always a hue", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { hue } = hueOf(name);
        expect(hueOf(name)).toEqual(hueOf(name));
        expect(hue).toBeGreaterThanOrEqual(0);
        expect(hue).toBeLessThan(360);
      }),
    );
  });
});
