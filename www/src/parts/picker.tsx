// A labelled list to choose one of.
import { useId } from "preact/hooks";

interface Props {
  label: string;
  value: string;
  /** Value and label of each. */
  options: [string, string][];
  onChange: (value: string) => void;
}

export function Picker({ label, value, options, onChange }: Props) {
  const id = useId();
  return (
    <span>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}

/** A field for a few words, heard when the writer pauses. */
export function Finder({ label, value, onInput, list }: { label: string; value: string; onInput: (value: string) => void; list?: string[] }) {
  const id = useId();
  return (
    <span>
      <label for={id}>{label}</label>
      <input id={id} type="search" autocomplete="off" spellcheck={false} value={value} list={list && `${id}-list`} onInput={(event) => onInput(event.currentTarget.value)} />
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </span>
  );
}
