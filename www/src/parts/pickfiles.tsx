// A button that opens the browser's own window for choosing files.
import { useRef } from "preact/hooks";

interface Props {
  label: string;
  class?: string;
  folder?: boolean;
  multiple?: boolean;
  accept?: string;
  onFiles: (files: File[]) => void;
}

export function PickFiles({ label, class: look, folder = false, multiple = true, accept, onFiles }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const chosen = () => {
    const input = field.current!;
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    if (files.length > 0) onFiles(files);
  };
  return (
    <>
      <button type="button" class={look} onClick={() => field.current!.click()}>
        {label}
      </button>
      <input ref={field} type="file" hidden multiple={multiple} accept={accept} {...(folder ? { webkitdirectory: true } : {})} onChange={chosen} />
    </>
  );
}
