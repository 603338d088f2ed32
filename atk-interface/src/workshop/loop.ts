export interface Loop {
  /** Goes on, if it stood still. */
  wake(): void;
  stop(): void;
}

interface LoopOptions {
  /** Draws one frame `seconds` after the last one. False: nothing moves any more. */
  readonly frame: (seconds: number) => boolean;
  /** Frames a second at most, asked anew at each frame. */
  readonly rate: () => number;
}

const longest = 0.05;

/** Frames while something moves and the tab is seen; not one otherwise. */
export function frameLoop({ frame, rate }: LoopOptions): Loop {
  let request = 0;
  let last = 0;

  const tick = (now: number): void => {
    const since = now - last;
    // Two milliseconds of grace: displays of 59.9 Hz would otherwise miss every second frame.
    if (last && since < 1000 / rate() - 2) {
      request = requestAnimationFrame(tick);
      return;
    }
    const seconds = last ? Math.min(since / 1000, longest) : 0;
    last = now;
    request = frame(seconds) ? requestAnimationFrame(tick) : 0;
  };
  const wake = (): void => {
    if (request || document.hidden) return;
    last = 0;
    request = requestAnimationFrame(tick);
  };
  const rest = (): void => {
    cancelAnimationFrame(request);
    request = 0;
  };
  const seen = (): void => {
    if (document.hidden) rest();
    else wake();
  };
  document.addEventListener("visibilitychange", seen);
  return {
    wake,
    stop() {
      rest();
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
