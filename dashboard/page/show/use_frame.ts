/** The frame that the engine is at, for what counts down on the page. */
import { useEffect, useState } from "preact/hooks";
import { usePage } from "../state/page_context.ts";
import { frameAt } from "../figures/frame_clock.ts";

/** Pause between two drawings: tenths of seconds are shown. */
const drawMs = 100;

/** The frame now. The part that calls it is drawn ten times a second while something moves. */
export function useFrame(isMoving: boolean): number {
  const { store } = usePage();
  const [, draw] = useState(0);
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => draw((count) => count + 1), drawMs);
    return () => clearInterval(timer);
  }, [isMoving]);
  const { frames } = store.state;
  return frames === undefined ? 0 : frameAt(frames, store.nowMs);
}
