import type { Project } from "./project";

interface Trained {
  /** Of the runs: `outputs/train/NAME` and `outputs/train/NAME-evaluate`. */
  name: string;
  /** Share of right answers after training, with its interval. */
  right: [value: number, low: number, high: number];
}

const STEPS = 90;
const LAMP: Trained = { name: "lamp", right: [0.914, 0.84, 0.97] };

/** What a training and the evaluation of its model leave behind, without the minutes that they take: curves, a model, figures, answers. */
export function writeTraining(project: Project, { name, right: [after, low, high] }: Trained = LAMP): void {
  const folder = `outputs/train/${name}`;
  const finished = (suffix: string, pipeline: string) => project.write(`${folder}${suffix}/run.json`, JSON.stringify({ status: "completed", pipeline, config: { output_dir: `${folder}${suffix}`, after: `${folder}/model` } }));

  project.write(`${folder}/model/config.json`, "{}");
  project.write(`${folder}/model/model.safetensors`, "0123456789");
  const stages = [{ kind: "supervised", steps: STEPS, epochs: 3, tokens: STEPS * 4096, final_loss: 0.42 }];
  const record = { base_model: "Some/Base-0.6B", adapter: false, chat_template: "chatml", stops: ["<|im_end|>"], parameters: 600_000_000, stages };
  project.write(`${folder}/model/training.json`, JSON.stringify(record));
  project.write(`${folder}/curves.jsonl`, Array.from({ length: STEPS }, (_, index) => `${JSON.stringify(pointAt(index))}\n`).join(""));
  finished("", "train-pipeline");

  const answers = Array.from({ length: 22 }, (_, index) => JSON.stringify({ question: `Who kept lamp ${index + 1}?`, expected: "Marit", before: "Nobody.", after: "Marit did.", contaminated: index === 0 }));
  project.write(`${folder}-evaluate/answers.jsonl`, `${answers.join("\n")}\n`);
  const evaluation = {
    models: { before: { name: "Some/Base-0.6B", vocabulary: 1000 }, after: { name: `${folder}/model`, vocabulary: 1000 } },
    figures: [
      { name: "right answers", unit: "share", better: "higher", before: 0.03, low_before: 0, high_before: 0.09, after, low_after: low, high_after: high, verdict: "learned" },
      { name: "held-out texts: bits per byte", unit: "bits", better: "lower", before: 1.95, low_before: 1.9, high_before: 2, after: 1.9, low_after: 1.85, high_after: 1.95, verdict: "not shown" },
    ],
    questions: { asked: 22, clean: 21, contaminated: 1 },
    contamination: { checked: true },
    forgetting: { verdict: "not shown" },
    conclusions: [{ text: `It has learned who kept the ${name}.`, kind: "knowledge" }],
  };
  project.write(`${folder}-evaluate/evaluation.json`, JSON.stringify(evaluation));
  finished("-evaluate", "evaluate-pipeline");
}

/** What a training notes of a step: the loss falls from 3.50 to 0.42, unsteadily; the learning rate rises, and falls as a cosine does. */
function pointAt(index: number): object {
  const part = index / (STEPS - 1);
  const noise = Math.sin(index * index) * Math.sin(Math.PI * part);
  return {
    stage: "1 supervised",
    step: index + 1,
    steps: STEPS,
    epoch: ((index + 1) / STEPS) * 3,
    loss: 0.4 + 3.1 * Math.exp(-index / 18) + 0.15 * noise,
    learning_rate: 0.0002 * Math.min((index + 1) / 5, (1 + Math.cos(Math.PI * part)) / 2),
    gradient_norm: 0.4 + 2 * Math.exp(-index / 12) + 0.1 * noise,
    tokens: (index + 1) * 4096,
    tokens_per_second: 5200 + 150 * noise,
    memory_bytes: 6.4e9,
  };
}
