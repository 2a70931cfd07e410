// A box to tick, or one of several, with a hint below its label.

interface Props {
  type: "checkbox" | "radio";
  name?: string;
  /** The label, and a hint or nothing. */
  words: [string, string];
  checked: boolean;
  disabled?: boolean;
  onChange: () => void;
}

export function Choice({ type, name, words: [label, hint], checked, disabled = false, onChange }: Props) {
  return (
    <label class="choice">
      <input type={type} name={name} checked={checked} disabled={disabled} onChange={onChange} />
      <span>
        {label}
        {hint && <span class="hint">{hint}</span>}
      </span>
    </label>
  );
}
