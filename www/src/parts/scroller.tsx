// A box in which a wide or tall table scrolls, also by keyboard.
import type { ComponentChildren } from "preact";

export function Scroller({ label, tall = false, children }: { label: string; tall?: boolean; children: ComponentChildren }) {
  return (
    <div class={tall ? "scroller tall" : "scroller"} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
