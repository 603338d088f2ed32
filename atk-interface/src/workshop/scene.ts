import type { MotifId } from "@/lib/pipeline-hue";
import type { Motion } from "@/lib/preferences";
import { drawGraph } from "./draw-graph";
import { drawBeads, drawDust, drawWave, drawWork, type Light } from "./draw-live";
import { drawEmblem, drawRoom } from "./draw-room";
import { makeDust, stepDust } from "./dust";
import { Flow } from "./flow";
import { frameLoop } from "./loop";
import { shapeOf, type WorkshopRun } from "./model";
import { type Palette, readPalette } from "./palette";
import { cutOut, maskOf, type Rect } from "./quiet";
import { seeded } from "./random";
import { layRoute, type Room, type Route } from "./route";
import { makeSprites } from "./sprite";
import { clear, roomOf, sameView, viewNow } from "./view";
import { watchQuietZones } from "./watch-quiet";

export interface Look {
  readonly hue: number;
  readonly motif?: MotifId | undefined;
}

const narrow = 768;
const restingFrames = 30;

/** The background: a still picture, and above it a second canvas for what moves. */
export class Scene {
  private readonly still: CanvasRenderingContext2D;
  private readonly live: CanvasRenderingContext2D;
  /** The still picture without the page's zones cut out of it; never on the page itself. */
  private readonly picture: CanvasRenderingContext2D;
  private readonly loop = frameLoop({ frame: (seconds) => this.frame(seconds), rate: () => this.frameRate() });
  private readonly unwatch: () => void;
  private run: WorkshopRun | undefined;
  private last: Look = { hue: 60 };
  private motion: Motion = "off";
  private zones: Rect[] = [];
  private view = viewNow();
  private room: Room = roomOf(this.view, []);
  private route: Route = layRoute(this.room, []);
  private flow = new Flow(this.route, seeded(7));
  private light: Light;
  private palette: Palette = readPalette(60);
  private motes = makeDust(this.view, seeded(3));
  private drawn = "";
  private names: Rect[] = [];
  private time = 0;
  private hanging = 0;

  constructor(still: CanvasRenderingContext2D, live: CanvasRenderingContext2D, picture: CanvasRenderingContext2D) {
    this.still = still;
    this.live = live;
    this.picture = picture;
    this.light = { context: live, mask: maskOf(this.view, []), sprites: makeSprites(this.palette), dark: this.palette.dark };
    this.unwatch = watchQuietZones((zones) => {
      this.zones = zones;
      this.resize();
    });
    this.resize();
  }

  stop(): void {
    clearTimeout(this.hanging);
    this.loop.stop();
    this.unwatch();
  }

  /** The newest of everything. Cheap when only numbers have changed. */
  show(run: WorkshopRun | undefined, last: Look | undefined, motion: Motion): void {
    const look = run ?? last ?? this.last;
    if (shapeOf(run) !== shapeOf(this.run) && run) this.layOut(run);
    this.run = run;
    this.last = look;
    this.motion = motion;
    if (run) this.flow.observe(run);
    const key = `${shapeOf(run)}|${look.hue}|${look.motif ?? ""}|${motion}`;
    if (key !== this.drawn) this.drawStill(key);
    if (motion !== "off") this.loop.wake();
  }

  /** The theme has changed. */
  repaint(): void {
    this.drawStill(this.drawn);
    this.loop.wake();
  }

  private layOut(run: WorkshopRun): void {
    this.route = layRoute(this.room, run.stages.map((stage) => stage.steps.length));
    this.flow.layAgain(this.route);
  }

  private resize(): void {
    const view = viewNow();
    const room = roomOf(view, this.zones);
    const same = sameView(view, this.view) && JSON.stringify(room) === JSON.stringify(this.room);
    if (same && this.drawn) {
      // What moves keeps off the text at once; what stands still is cut out anew when the scrolling is over.
      this.light = { ...this.light, mask: maskOf(view, this.zones, this.names) };
      clearTimeout(this.hanging);
      this.hanging = window.setTimeout(() => this.hang(), 250);
    } else {
      if (!sameView(view, this.view)) this.motes = makeDust(view, seeded(3));
      this.view = view;
      this.room = room;
      for (const { canvas } of [this.still, this.live, this.picture]) {
        canvas.width = Math.round(view.width * view.ratio);
        canvas.height = Math.round(view.height * view.ratio);
      }
      if (this.run) this.layOut(this.run);
      this.repaint();
    }
    this.loop.wake();
  }

  /** Draws what stands still, as if there were no page over it. */
  private drawStill(key: string): void {
    this.drawn = key;
    this.palette = readPalette(this.last.hue);
    this.light = { ...this.light, sprites: makeSprites(this.palette), dark: this.palette.dark };
    const { picture } = this;
    clear(picture, this.view);
    this.names = [];
    if (this.view.width >= narrow) {
      drawRoom(picture, this.view, this.palette);
      if (this.run?.stages.length) this.names = drawGraph(picture, this.route, this.room, this.run, this.palette);
      else if (this.last.motif) drawEmblem(picture, this.last.motif, this.room, this.palette);
    }
    this.hang();
  }

  /** Puts the picture behind the page as it stands: all that a page that is scrolled needs. */
  private hang(): void {
    clear(this.still, this.view);
    this.still.drawImage(this.picture.canvas, 0, 0, this.view.width, this.view.height);
    const mask = maskOf(this.view, this.zones);
    cutOut(this.still, mask);
    this.light = { ...this.light, mask: this.names.length ? maskOf(this.view, this.zones, this.names) : mask };
    if (this.motion === "off") this.drawOnce();
  }

  /** Without motion: the glow of the steps at work, drawn where it stands. */
  private drawOnce(): void {
    clear(this.live, this.view);
    if (this.run && this.view.width >= narrow) drawWork(this.light, this.route, this.flow, 0, false);
  }

  private frameRate(): number {
    return this.motion === "full" && this.run?.state === "running" ? 60 : restingFrames;
  }

  private frame(seconds: number): boolean {
    if (this.motion === "off" || this.view.width < narrow) {
      this.drawOnce();
      return false;
    }
    this.time += seconds;
    clear(this.live, this.view);
    return this.run ? this.frameOfRun(this.run, seconds) : this.frameAtRest(seconds);
  }

  private frameOfRun(run: WorkshopRun, seconds: number): boolean {
    const { light, route, flow, time } = this;
    const full = this.motion === "full";
    const moves = full ? flow.step(seconds) : run.state === "running" || run.state === "paused";
    if (run.state === "running" || run.state === "paused" || run.state === "queued") drawWork(light, route, flow, time, full);
    if (full) {
      drawWave(light, route, flow.wave);
      drawBeads(light, route, flow, run.state, time);
    }
    return moves;
  }

  private frameAtRest(seconds: number): boolean {
    if (this.motion !== "full") return false;
    stepDust(this.motes, seconds, this.view);
    drawDust(this.light, this.motes);
    return true;
  }
}
