import type { ComponentChildren, JSX, TargetedKeyboardEvent } from 'preact';

/** A label above whatever it names. */
export function Field({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <label class="xyzpy-field">
      <span class="xyzpy-label">{label}</span>
      {children}
    </label>
  );
}

interface TextProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label?: string;
  readonly invalid?: boolean;
  /** The id of the sentence that says what is wrong. */
  readonly told?: string;
  readonly placeholder?: string;
  readonly size?: number;
  readonly numeric?: boolean;
}

/** A line of text that tells of every change as it is typed. */
export function Text({ value, onChange, label, invalid, told, placeholder, size, numeric }: TextProps): JSX.Element {
  return (
    <input
      type="text"
      value={value}
      aria-label={label}
      aria-invalid={invalid ?? false}
      aria-describedby={told}
      placeholder={placeholder}
      size={size}
      inputMode={numeric ? 'decimal' : 'text'}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

interface SelectProps<Value extends string> {
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  readonly label?: string;
  readonly disabled?: boolean;
}

/** One of some values. */
export function Select<Value extends string>(props: SelectProps<Value>): JSX.Element {
  return (
    <select
      value={props.value}
      aria-label={props.label}
      disabled={props.disabled}
      onChange={(event) => {
        props.onChange(event.currentTarget.value as Value);
      }}
    >
      {props.options.map(([value, word]) => (
        <option key={value} value={value} selected={value === props.value}>
          {word}
        </option>
      ))}
    </select>
  );
}

interface CheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

/** A box to tick, with its words. */
export function Check({ checked, onChange, children }: CheckProps): JSX.Element {
  return (
    <label class="xyzpy-check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
      <span>{children}</span>
    </label>
  );
}

interface ButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly label?: string;
  readonly expanded?: boolean;
  readonly onKeyDown?: (event: TargetedKeyboardEvent<HTMLElement>) => void;
}

/** A button; one that cannot be pressed keeps the focus, so that its reason can be read. */
export function Button({
  onClick,
  children,
  disabled,
  title,
  label,
  expanded,
  onKeyDown,
  class: looks,
}: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={looks}
      title={title}
      aria-label={label}
      aria-expanded={expanded}
      aria-disabled={disabled ?? false}
      onKeyDown={onKeyDown}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      {children}
    </button>
  );
}

/** What listens for Escape, which takes a question back. */
export function onEscape(drop: () => void): (event: TargetedKeyboardEvent<HTMLElement>) => void {
  return (event) => {
    if (event.key === 'Escape') drop();
  };
}
