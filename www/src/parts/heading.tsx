// A screen's first heading: takes the focus when the screen appears, so that keyboard and screen reader follow.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let first = true;

export function Heading({ children }: { children: ComponentChildren }) {
  const self = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!first) self.current?.focus();
    first = false;
  }, []);
  return (
    <h1 ref={self} tabIndex={-1}>
      {children}
    </h1>
  );
}
