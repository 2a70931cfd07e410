// The sign of Windrow: rows.
export function Mark() {
  return (
    <svg class="sign" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <rect x="1" y="2.5" width="14" height="2.4" rx="1.2" />
      <rect x="1" y="6.8" width="9" height="2.4" rx="1.2" />
      <rect x="1" y="11.1" width="12" height="2.4" rx="1.2" />
    </svg>
  );
}
